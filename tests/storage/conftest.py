"""A database of its own for each test of what is stored."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from valuation.storage.engine import make_engine
from valuation.storage.upgrade import upgrade


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the newest tables."""
    engine = make_engine(database_url)
    upgrade(engine)
    yield engine
    engine.dispose()
