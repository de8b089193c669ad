"""A shop of its own for each test: tiny bundle, shipped tables, an empty database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FakeClock, FakeEntropy
from tests.quotes.checking import HEAD
from tests.web.conftest import installation
from valuation.settings import Settings
from valuation.shop import Shop, open_shop


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def shop(models: Path, tmp_path: Path, database_url: str, clock: FakeClock) -> Iterator[Shop]:
    settings = Settings.from_environment(installation(models, tmp_path, database_url))
    shop = open_shop(settings, clock=clock, entropy=FakeEntropy())
    yield shop
    shop.engine.dispose()


@pytest.fixture
def block_list(tmp_path: Path) -> Path:
    """A list that says nothing of any device yet."""
    file = tmp_path / "block-list.csv"
    file.write_text(HEAD)
    return file
