"""From a database address to connections, and every way that a database can fail to one error."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Lock

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry

from valuation.storage.reasons import reason_of

BUSY_SECONDS = 5.0
CONNECTIONS = 8  # as many as there are threads that answer requests
FILE = "tradein_file"
TURNS, WRITES = "tradein_turns", "tradein_writes"
CACHE_KIB = 512  # of pages, a connection
MEMORY = ":memory:"
# A server that vanished in mid-connection is noticed in about ten seconds, not in two hours.
PATIENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}

DRIVERS = {  # what DATABASE_URL may begin with → the driver
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
KNOWN = "DATABASE_URL begins neither with sqlite:/// nor with postgresql+psycopg://"
UNREADABLE = "DATABASE_URL cannot be read; in a password write @ as %40, : as %3A and / as %2F"
NO_DRIVER = "the driver for PostgreSQL is not installed: pip install 'tradein[postgres]'"
IN_MEMORY = "a database in memory is lost with the process; name a file in DATABASE_URL"


class DatabaseUnavailable(RuntimeError):
    """The database cannot be used now; ``reason`` can be shown to anybody, it names no place."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the database cannot be used: {reason}")
        self.reason = reason


def make_engine(url: str) -> Engine:
    """An engine for the address, of SQLite or PostgreSQL; nothing is opened yet.

    DatabaseUnavailable where the address is none or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        driver = DRIVERS.get(parsed.drivername)
        if driver is None:
            raise DatabaseUnavailable(KNOWN)
        make = _sqlite if driver == "sqlite" else _postgres
        return make(parsed.set(drivername=driver))
    except (ArgumentError, ValueError):
        # Not from it: it may repeat a piece of the address, and so of the password.
        raise DatabaseUnavailable(UNREADABLE) from None
    except ImportError as error:
        raise DatabaseUnavailable(NO_DRIVER) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read with; DatabaseUnavailable where there is none."""
    with _translated(), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed at its end or not at all; DatabaseUnavailable, never half."""
    with (
        _translated(),
        _turns(engine),
        engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        yield connection


def _turns(engine: Engine) -> AbstractContextManager[object]:
    """SQLite makes all writers but one sleep; a lock wakes the next of this process at once."""
    lock: AbstractContextManager[object] | None = engine.get_execution_options().get(TURNS)
    return lock or nullcontext()


def file_of(engine: Engine) -> Path | None:
    """The file of an SQLite database; None for one on a server."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name else None


def _postgres(url: URL) -> Engine:
    own = {name: value for name, value in PATIENCE.items() if name not in url.query}
    options = f"-c lock_timeout={int(BUSY_SECONDS * 1000)} {url.query.get('options', '')}"
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,  # a server that was restarted is not noticed before the next quote
        isolation_level="READ COMMITTED",  # whatever the server's own default is
        connect_args={**own, "options": options},
    )


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == MEMORY:
        raise DatabaseUnavailable(IN_MEMORY)
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        connect_args={"timeout": BUSY_SECONDS},
        execution_options={TURNS: Lock()},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "connect", partial(_remember_file, Path(url.database)))
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    # We say BEGIN ourselves: the driver would say it late, and a reader turned writer cannot wait.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {int(BUSY_SECONDS * 1000)}",
        "journal_mode = WAL",
        "synchronous = FULL",  # NORMAL can lose the last commits when the power fails
        "foreign_keys = ON",
        "secure_delete = ON",  # who was erased is not left in free space
        f"cache_size = -{CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _remember_file(path: Path, _: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    record.info[FILE] = (path, path.stat().st_ino) if path.is_file() else None


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    if writes and connection.info[FILE]:
        _check_file(*connection.info[FILE])
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _check_file(path: Path, known: int) -> None:
    """What is written into a file that was deleted or replaced is lost when the service stops."""
    try:
        same = path.stat().st_ino == known
    except FileNotFoundError:
        same = False
    if not same:
        raise DatabaseUnavailable("its file was deleted or replaced: restart the service")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except PoolExhausted as error:
        raise DatabaseUnavailable("every connection is in use") from error
    except DBAPIError as error:
        raise DatabaseUnavailable(reason_of(error.orig)) from error
