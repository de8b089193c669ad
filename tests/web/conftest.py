"""A running service in the test's own process."""

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fakes import FakeClock, FakeEntropy
from valuation.settings import Settings
from valuation.web.app import create_app

with warnings.catch_warnings():
    # Starlette's test client asks for httpx2, which says nothing about this service.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient


@pytest.fixture
def environment(models: Path, tmp_path: Path) -> dict[str, str]:
    """Variables of an installation of its own; its models folder may be changed."""
    shutil.copytree(models, tmp_path / "models")
    return {
        "TRADEIN_MODELS": str(tmp_path / "models"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/quotes.sqlite",
        "TRADEIN_UNIT_KEY_FILE": str(tmp_path / "unit.key"),
        "TRADEIN_TAC": str(tmp_path / "tac.csv"),
        "TRADEIN_REFRESH_SECONDS": "0.05",
    }


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    """Settings of that installation."""
    return Settings.from_environment(environment)


@pytest.fixture
def clock() -> FakeClock:
    """The service's clock."""
    return FakeClock()


@pytest.fixture
def entropy() -> FakeEntropy:
    """The service's entropy."""
    return FakeEntropy()


@pytest.fixture
def client(settings: Settings, clock: FakeClock, entropy: FakeEntropy) -> Iterator[httpx.Client]:
    """A client of the running service."""
    app = create_app(settings, clock=clock, entropy=entropy)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
