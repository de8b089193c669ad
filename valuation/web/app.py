"""The application: what is loaded at start, what is mounted, nothing at import."""

import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from anyio import to_thread
from fastapi import FastAPI

from valuation.settings import Settings
from valuation.shop import Clock, Entropy, open_shop
from valuation.storage.engine import CONNECTIONS
from valuation.version import VERSION
from valuation.web import errors, health, merchant_api, openapi
from valuation.web.middleware import Edge

DESCRIPTION = "Trade-in valuation of used phones: dated quotes that say how they were made."


def create_app(settings: Settings, *, clock: Clock, entropy: Entropy) -> FastAPI:
    """The service; its database, bundles, catalogue and tables are loaded when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Pricing keeps the interpreter busy: more threads would only wait for it, each with memory.
        to_thread.current_default_thread_limiter().total_tokens = CONNECTIONS
        shop = open_shop(settings, clock=clock, entropy=entropy)
        app.state.shop = shop
        stop = threading.Event()
        follower = threading.Thread(
            target=shop.follow_champions, args=(stop,), name="champions", daemon=True
        )
        follower.start()
        yield
        stop.set()
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
    for part in (merchant_api, health, openapi):
        app.include_router(part.router)
    app.openapi = openapi.openapi_of(app)  # type: ignore[method-assign]  # as FastAPI documents
    return app


def from_environment() -> FastAPI:
    """What a server starts: settings from the environment, the real clock and entropy."""
    settings = Settings.from_environment(os.environ)
    return create_app(settings, clock=lambda: datetime.now(UTC), entropy=os.urandom)
