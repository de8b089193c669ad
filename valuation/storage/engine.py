"""From a database address to connections, and every way that a database can fail to one error."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolExhausted

BUSY_SECONDS = 5.0
CONNECTIONS = 8  # as many as there are threads that answer requests
TURNS, WRITES = "tradein_turns", "tradein_writes"
CACHE_KIB = 512  # of pages, a connection

# What SQLite says → what a person can do about it.
REASONS = (
    ("not a database", "the file is damaged or no SQLite database; restore it from a backup"),
    ("malformed", "the file is damaged; restore it from a backup"),
    ("locked", "another process keeps it locked"),
    ("readonly", "it cannot be written: the file, its folder or the disk is read-only"),
    ("full", "the disk is full"),
    ("disk I/O error", "the disk does not read or write"),
    ("unable to open", "the file cannot be opened; check its folder and the permissions"),
)


class DatabaseUnavailable(RuntimeError):
    """The database cannot be used now; ``reason`` can be shown to anybody, it names no place."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the database cannot be used: {reason}")
        self.reason = reason


def make_engine(url: str) -> Engine:
    """An engine for the address; nothing is opened yet.

    DatabaseUnavailable where the address is none or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
        return _sqlite(url)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise DatabaseUnavailable(f"DATABASE_URL is not usable here: {error}") from error


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
    """The file of an SQLite database; None for one on a server or in memory."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return Path(name)


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        connect_args={"timeout": BUSY_SECONDS},
        execution_options={TURNS: Lock()},
    )
    event.listen(engine, "connect", _prepare)
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
        f"cache_size = -{CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except PoolExhausted as error:
        raise DatabaseUnavailable("every connection is in use") from error
    except DBAPIError as error:
        raise DatabaseUnavailable(reason_of(str(error.orig))) from error


def reason_of(message: str) -> str:
    """What a person can do about a driver's message."""
    for said, reason in REASONS:
        if said in message:
            return reason
    return message.splitlines()[0][:200] if message else "no reason given"
