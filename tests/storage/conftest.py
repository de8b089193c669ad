"""A database of its own for each test of what is stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from valuation.storage.engine import make_engine
from valuation.storage.upgrade import upgrade


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path}/quotes.sqlite")
    upgrade(engine)
    yield engine
    engine.dispose()
