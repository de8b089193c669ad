"""A running service in the test's own process."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.databases import Databases
from tests.fakes import FakeClock, FakeEntropy
from tests.web.running import running
from valuation.settings import Settings


@pytest.fixture
def environment(models: Path, tmp_path: Path, database_url: str) -> dict[str, str]:
    """Variables of an installation of its own; its models folder may be changed."""
    return installation(models, tmp_path, database_url)


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
    """A client of a service of its own."""
    with running(settings, clock=clock, entropy=entropy) as client:
        yield client


@pytest.fixture(scope="session")
def standing(
    models: Path, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of one service for every test that changes nothing but its quotes."""
    folder = tmp_path_factory.mktemp("standing")
    environment = installation(models, folder, databases.fresh())
    with running(Settings.from_environment(environment)) as client:
        yield client


def installation(models: Path, folder: Path, database_url: str) -> dict[str, str]:
    """Variables of an installation in a folder."""
    shutil.copytree(models, folder / "models")
    return {
        "TRADEIN_MODELS": str(folder / "models"),
        "DATABASE_URL": database_url,
        "TRADEIN_UNIT_KEY_FILE": str(folder / "unit.key"),
        "TRADEIN_TAC": str(folder / "tac.csv"),
        "TRADEIN_RECEIPT_KEYS": str(folder / "receipt-keys"),
        "TRADEIN_REFRESH_SECONDS": "0.05",
        "TRADEIN_REGION": "demo-east",
    }
