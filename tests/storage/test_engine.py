"""Connections, and databases that cannot be used."""

import subprocess
import sys
import threading

import pytest
from sqlalchemy import Engine, text

from tests.databases import held
from tests.storage.test_quotes import make_stored
from valuation.storage import engine as engine_module
from valuation.storage.engine import (
    DatabaseUnavailable,
    file_of,
    make_engine,
    reading,
    writing,
)
from valuation.storage.quotes import QuoteStore
from valuation.storage.upgrade import upgrade


def test_many_threads_write_without_one_being_turned_away(engine: Engine) -> None:
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


def test_a_database_that_another_keeps_locked_is_unavailable_until_it_is_free(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0.1)
    url = engine.url.render_as_string(hide_password=False)
    impatient = make_engine(url)

    def write() -> None:
        with writing(impatient) as connection:
            QuoteStore(connection).add(make_stored())

    with held(url), pytest.raises(DatabaseUnavailable, match="another process keeps it locked"):
        write()
    write()
    impatient.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense://x",
        "mysql://h/d",
        "postgresql+nodriver://h/d",
        "postgresql+psycopg2://h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://host/d",
        "://",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="DATABASE_URL"):
        upgrade(make_engine(url))


@pytest.mark.parametrize("password", ["hu:sh@till", "hush/4711", "hush@47:11"])
def test_a_password_that_breaks_the_address_is_not_repeated(password: str) -> None:
    with pytest.raises(DatabaseUnavailable) as refused:
        upgrade(make_engine(f"postgresql://user:{password}@127.0.0.1:1/ledger"))
    for part in ("hush", "till", "11", "127.0.0.1", "ledger"):
        assert part not in str(refused.value)


def test_processes_may_make_the_database_at_once(database_url: str) -> None:
    code = (
        "from valuation.storage.engine import make_engine\n"
        "from valuation.storage.upgrade import upgrade\n"
        f"upgrade(make_engine({database_url!r}))\n"
    )
    command = [sys.executable, "-c", code]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]
    ends = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0, 0], ends


@pytest.mark.only("sqlite", why="a server's database is no file of ours")
@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_written_into_a_file_that_was_taken_away(
    database_url: str, replaced: bool
) -> None:
    engine = make_engine(database_url)
    upgrade(engine)
    file = file_of(engine)
    assert file is not None
    file.unlink()
    if replaced:
        file.touch()
    with pytest.raises(DatabaseUnavailable, match="deleted or replaced"), writing(engine):
        pass
    engine.dispose()
