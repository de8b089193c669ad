"""The application: what is loaded at start, what is mounted, nothing at import."""

import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from threading import Thread

from anyio import to_thread
from fastapi import FastAPI

from valuation.people.access import Access
from valuation.settings import Settings
from valuation.shop import Clock, Entropy, open_shop
from valuation.storage.engine import CONNECTIONS
from valuation.version import VERSION
from valuation.web import (
    baskets_api,
    customers_api,
    dispositions_api,
    donations_api,
    erasure_api,
    errors,
    facilities_api,
    health,
    impact_api,
    life_api,
    merchant_api,
    openapi,
    receipt_keys_api,
    reports_api,
    sessions_api,
)
from valuation.web.middleware import Edge

LAST_WRITE_SECONDS = 5.0
DESCRIPTION = "Trade-in valuation of used phones: dated quotes that say how they were made."


def create_app(settings: Settings, *, clock: Clock, entropy: Entropy) -> FastAPI:
    """The service; its database, bundles, catalogue and tables are loaded when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Pricing keeps the interpreter busy: more threads would only wait for it, each with memory.
        to_thread.current_default_thread_limiter().total_tokens = CONNECTIONS
        shop = open_shop(settings, clock=clock, entropy=entropy)
        access = Access(shop.engine)
        app.state.shop, app.state.access = shop, access
        app.state.signing_in = sessions_api.limiter()
        stop = threading.Event()
        _beside("champions and tables", shop.follow, stop)
        marking = _beside("callers", access.keep_marking, stop)
        yield
        stop.set()
        marking.join(LAST_WRITE_SECONDS)
        shop.engine.dispose()

    app = FastAPI(
        title="Trade-in valuation",
        description=DESCRIPTION,
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(Edge)
    errors.install(app)
    for part in (
        merchant_api, dispositions_api, life_api, donations_api, receipt_keys_api, erasure_api,
        baskets_api, customers_api, reports_api, impact_api, facilities_api, sessions_api, health,
        openapi,
    ):  # fmt: skip
        app.include_router(part.router)
    app.openapi = openapi.openapi_of(app)  # type: ignore[method-assign]  # as FastAPI documents
    return app


def _beside(name: str, work: Callable[[threading.Event], None], stop: threading.Event) -> Thread:
    """A thread that works until told to stop, or until the process ends."""
    thread = Thread(target=work, args=(stop,), name=name, daemon=True)
    thread.start()
    return thread


def from_environment() -> FastAPI:
    """What a server starts: settings from the environment, the real clock and entropy."""
    settings = Settings.from_environment(os.environ)
    return create_app(settings, clock=lambda: datetime.now(UTC), entropy=os.urandom)
