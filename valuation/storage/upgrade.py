"""Bring a database to the tables of this version, once, whichever worker comes first."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from valuation.storage.engine import DatabaseUnavailable, file_of, reading, writing

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0014"  # a test holds this to the last step: asking Alembic costs a worker 10 MB
KNOWN = frozenset({None, *(f"{step:04}" for step in range(1, 14)), NEWEST})  # upgrades start there
WAIT_SECONDS = 60
TURN = int.from_bytes(b"tradein")  # a number that no other program locks


def upgrade(engine: Engine) -> None:
    """Make or upgrade the tables; DatabaseUnavailable says why that cannot be.

    A database of a newer version is left as it is and refused.
    """
    try:
        file = file_of(engine)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        if revision(engine) != NEWEST:
            with _turn_at(file) if file is not None else nullcontext():
                migrate(engine)
    except OSError as error:
        raise DatabaseUnavailable(f"its folder cannot be written: {error.strerror}") from error


def revision(engine: Engine) -> str | None:
    """The revision that the database stands at; None where nothing was made yet."""
    with reading(engine) as connection:
        return _revision(connection)


def migrate(engine: Engine, *, to: str = NEWEST) -> None:
    """Take the steps to a revision in one transaction; whoever else upgrades waits."""
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            _wait_for_turn(connection)
        now = _revision(connection)
        if now not in KNOWN:
            raise DatabaseUnavailable(f"a newer version of this program made it (revision {now})")
        if now != to:
            _step(connection, to)


def _step(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _wait_for_turn(connection: Connection) -> None:
    """On a server the turn is a lock of its own, for all machines; it ends with the transaction."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TURN})
    connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


@contextmanager
def _turn_at(file: Path) -> Iterator[None]:
    """Beside an SQLite file: two that make it at once would be in each other's way."""
    from filelock import FileLock, Timeout  # 12 ms to import, and most starts upgrade nothing

    try:
        with FileLock(file.with_name(f"{file.name}.lock"), timeout=WAIT_SECONDS):
            yield
    except Timeout as error:
        raise DatabaseUnavailable(f"another process upgrades it since {WAIT_SECONDS} s") from error
