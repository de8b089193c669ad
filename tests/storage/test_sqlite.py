"""Files of SQLite: how they are opened, and what can be wrong with them."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from tests.domain.impact_making import make_counted
from tests.fakes import NOON
from tests.storage.test_quotes import make_stored
from valuation.storage.engine import DatabaseUnavailable, make_engine, reading, writing
from valuation.storage.impact_entries import ImpactStore
from valuation.storage.quotes import Event, QuoteStore
from valuation.storage.reasons import reason_of
from valuation.storage.upgrade import NEWEST, revision, upgrade

pytestmark = pytest.mark.only("sqlite", why="PostgreSQL's files are its own")


def make_file(folder: Path) -> Engine:
    engine = make_engine(f"sqlite:///{folder}/quotes.sqlite")
    upgrade(engine)
    return engine


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path, pragma: str, value: object) -> None:
    with reading(make_file(tmp_path)) as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    assert revision(make_file(tmp_path / "new" / "shop")) == NEWEST


@pytest.mark.parametrize(
    "content",
    [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000, b"SQLite"],
)
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "quotes.sqlite"
    file.write_bytes(content)
    with pytest.raises(DatabaseUnavailable, match="restore it from a backup"):
        make_file(tmp_path)
    assert file.read_bytes() == content


def upgrade_and_read(folder: Path) -> None:
    with reading(make_file(folder)) as connection:
        QuoteStore(connection).get_by_code("AAA-0049")


def test_a_half_written_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    engine = make_file(tmp_path)
    with writing(engine) as connection:
        for number in range(50):
            QuoteStore(connection).add(make_stored(number, code=f"AAA-{number:04d}"))
    engine.dispose()
    file = tmp_path / "quotes.sqlite"
    half = file.read_bytes()[: file.stat().st_size // 2 + 17]
    file.write_bytes(half)
    with pytest.raises(DatabaseUnavailable, match="restore it from a backup"):
        upgrade_and_read(tmp_path)
    assert file.read_bytes() == half


def fill(engine: Engine) -> None:
    """Write into a database that may not grow."""
    with writing(engine) as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count = {pages}")).scalar()
        for number in range(200):
            QuoteStore(connection).add(make_stored(number, code=f"AAA-{number:04d}"))


def test_a_full_database_is_unavailable_and_the_write_is_undone(tmp_path: Path) -> None:
    engine = make_file(tmp_path)
    with pytest.raises(DatabaseUnavailable, match="full"):
        fill(engine)
    with reading(make_engine(str(engine.url))) as connection:
        assert connection.execute(text("SELECT count(*) FROM quotes")).scalar() == 0


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("attempt to write a readonly database", "read-only"),
        ("unable to open database file", "permissions"),
        ("disk I/O error", "disk does not read or write"),
        ("something else\nwith more", "something else"),
    ],
)
def test_the_words_of_sqlite_become_advice(said: str, advice: str) -> None:
    assert advice in reason_of(sqlite3.OperationalError(said))


@pytest.mark.parametrize("table", ["quotes", "events", "impact_entries"])
def test_no_row_of_a_log_is_replaced(tmp_path: Path, table: str) -> None:
    engine = make_file(tmp_path)
    with writing(engine) as connection:
        QuoteStore(connection).add(make_stored(1, code="AAA-0001"))
        opened = Event(make_counted(1).quote, 0, "issued", "default", NOON, "{}")
        QuoteStore(connection).record(opened)
        ImpactStore(connection).add(make_counted(1))
    again = text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608 -- a test's
    with pytest.raises(IntegrityError, match="never replaced"), writing(engine) as connection:
        connection.execute(again)
