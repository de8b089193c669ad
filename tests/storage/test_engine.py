"""Connections, and databases that cannot be used."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.storage.test_quotes import make_stored
from valuation.storage import engine as engine_module
from valuation.storage.engine import DatabaseUnavailable, make_engine, reading, reason_of, writing
from valuation.storage.quotes import QuoteStore
from valuation.storage.upgrade import upgrade


def make_file(folder: Path, name: str = "quotes.sqlite") -> Engine:
    engine = make_engine(f"sqlite:///{folder}/{name}")
    upgrade(engine)
    return engine


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path, pragma: str, value: object) -> None:
    with reading(make_file(tmp_path)) as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_many_threads_write_without_one_being_turned_away(tmp_path: Path) -> None:
    engine = make_file(tmp_path)

    def write(number: int) -> None:
        with writing(engine) as connection:
            stored = make_stored(number, code=f"AAA-{number:04d}")
            QuoteStore(connection).add(stored)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM quotes")).scalar() == 60


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
        upgrade(make_engine(f"sqlite:///{file}"))
    assert file.read_bytes() == content


def upgrade_and_read(file: Path) -> None:
    engine = make_engine(f"sqlite:///{file}")
    upgrade(engine)
    with reading(engine) as connection:
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
        upgrade_and_read(file)
    assert file.read_bytes() == half


def test_a_database_that_another_keeps_locked_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0.1)
    engine = make_file(tmp_path)
    holder = sqlite3.connect(tmp_path / "quotes.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailable, match="locked"), writing(engine):
        pass
    holder.execute("ROLLBACK")
    with writing(engine) as connection:
        QuoteStore(connection).add(make_stored())


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
def test_a_drivers_words_become_advice(said: str, advice: str) -> None:
    assert advice in reason_of(said)


@pytest.mark.parametrize("url", ["nonsense://x", "postgresql+nodriver://h/d"])
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUnavailable):
        upgrade(make_engine(url))


def test_two_processes_may_make_the_database_at_once(tmp_path: Path) -> None:
    code = (
        "from valuation.storage.engine import make_engine\n"
        "from valuation.storage.upgrade import upgrade\n"
        f"upgrade(make_engine('sqlite:///{tmp_path}/new/quotes.sqlite'))\n"
    )
    command = [sys.executable, "-c", code]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]
    ends = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0, 0], ends
