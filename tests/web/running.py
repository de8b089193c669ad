"""The service in the test's own process."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.callers import bearer, till
from tests.fakes import FakeClock, FakeEntropy
from valuation.settings import Settings
from valuation.web.app import create_app

with warnings.catch_warnings():
    # Starlette's test client asks for httpx2, which says nothing about this service.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient


@contextmanager
def running(
    settings: Settings, *, clock: FakeClock | None = None, entropy: FakeEntropy | None = None
) -> Iterator[httpx.Client]:
    """A client with a key of the service, which is started and stopped around it."""
    app = create_app(settings, clock=clock or FakeClock(), entropy=entropy or FakeEntropy())
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers.update(bearer(till(app.state.shop.engine)))
        yield client
