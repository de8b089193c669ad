"""Erased cells are out of the database, not only out of its rows."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, text

from tests.customers import OWNER, TERMS, desk, enter
from tests.databases import file_at, looking
from tests.fakes import NOON
from tests.storage.test_quotes import make_stored
from valuation.storage.customers import CustomerStore, scrub
from valuation.storage.engine import reading, writing
from valuation.storage.quotes import QuoteStore


def bytes_of(database_url: str) -> bytes:
    """The file and its journal."""
    file = file_at(database_url)
    journal = Path(f"{file}-wal")
    return file.read_bytes() + (journal.read_bytes() if journal.exists() else b"")


def planted(number: int) -> str:
    return f"Planted{number:04d}"


@pytest.mark.only("sqlite", why="PostgreSQL's files are its own")
def test_no_byte_of_an_erased_name_is_left_in_the_file_or_its_journal(
    engine: Engine, database_url: str
) -> None:
    """Among quotes and other customers, so that pages split, shrink and are given back."""
    random, customers, living, gone = Random(5), desk(engine), {}, []
    for number in range(80):
        name = planted(number)
        living[name] = enter(customers, name=f"{name} {'x' * random.randrange(60)}")
        with writing(engine) as connection:
            QuoteStore(connection).add(make_stored(number, code=f"AAA-{number:04d}"))
        if random.random() < 0.5:
            gone.append(name := random.choice(list(living)))
            customers.erase(living.pop(name), TERMS)
    assert all(name.encode() in bytes_of(database_url) for name in living)
    assert [name for name in gone if name.encode() in bytes_of(database_url)] == []
    for name in list(living)[::2]:
        customers.erase(living.pop(name), TERMS)
        gone.append(name)
    data = bytes_of(database_url)
    assert [name for name in gone if name.encode() in data] == []
    assert all(name.encode() in data for name in living)


@pytest.mark.only("sqlite", why="PostgreSQL has no such setting")
def test_freed_cells_are_zeroed_whatever_sqlite_was_built_with(engine: Engine) -> None:
    with reading(engine) as connection:
        assert connection.execute(text("PRAGMA secure_delete")).scalar() == 1


@pytest.mark.only("sqlite", why="a reader of PostgreSQL waits for nothing here")
def test_a_journal_that_somebody_reads_is_emptied_the_next_time(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valuation.storage.engine.BUSY_SECONDS", 0.05)
    engine.dispose()  # new connections wait as long as that
    reference = enter(desk(engine), name=planted(1))
    with looking(database_url) as reader:
        reader.execute(text("SELECT count(*) FROM customers")).scalar()
        assert desk(engine).erase(reference, TERMS).erased_at == NOON
        assert scrub(engine) is False
    assert scrub(engine) is True
    assert planted(1).encode() not in bytes_of(database_url)


@pytest.mark.only("postgres", why="SQLite zeroes what it frees")
def test_erasing_writes_the_table_of_customers_anew(engine: Engine) -> None:
    def file() -> object:
        with reading(engine) as connection:
            return connection.execute(text("SELECT pg_relation_filenode('customers')")).scalar()

    reference, before = enter(desk(engine)), file()
    desk(engine).erase(reference, TERMS)
    assert file() != before


def test_the_store_never_commits(engine: Engine) -> None:
    reference = enter(desk(engine))
    with engine.connect() as connection:
        CustomerStore(connection).withdraw(reference, at=NOON)
    assert desk(engine).look_up(reference).consents[0].withdrawn_at is None


def test_who_is_erased_twice_keeps_the_first_reason_and_moment(engine: Engine) -> None:
    reference = enter(desk(engine))
    desk(engine).erase(reference, TERMS)
    first = desk(engine).look_up(reference)
    later = desk(engine, at=NOON + timedelta(days=1), owner=OWNER)
    later.erase(reference, TERMS)
    assert desk(engine).look_up(reference) == first
