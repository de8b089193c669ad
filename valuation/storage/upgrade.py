"""Bring a database to the tables of this version, once, whichever worker comes first."""

import hashlib
import tempfile
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from valuation.storage.engine import DatabaseUnavailable, file_of, reading, writing

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0004"  # a test holds this to the last step: asking Alembic costs a worker 10 MB
KNOWN = frozenset({None, "0001", "0002", "0003", NEWEST})  # where an upgrade can start or end
WAIT_SECONDS = 60


def upgrade(engine: Engine) -> None:
    """Make or upgrade the tables; DatabaseUnavailable says why that cannot be.

    A database of a newer version is left as it is and refused.
    """
    lock = _lock_file(engine)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        if revision(engine) != NEWEST:
            _upgrade_in_turn(engine, lock)
    except OSError as error:
        raise DatabaseUnavailable(f"its folder cannot be written: {error.strerror}") from error


def revision(engine: Engine) -> str | None:
    """The revision that the database stands at; None where nothing was made yet."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


def _upgrade_in_turn(engine: Engine, lock: Path) -> None:
    from filelock import FileLock, Timeout  # 12 ms to import, and most starts upgrade nothing

    try:
        with FileLock(lock, timeout=WAIT_SECONDS):
            _upgrade(engine)
    except Timeout as error:
        raise DatabaseUnavailable(f"another process upgrades it since {WAIT_SECONDS} s") from error


def _upgrade(engine: Engine) -> None:
    now = revision(engine)
    if now == NEWEST:
        return
    if now not in KNOWN:
        raise DatabaseUnavailable(f"a newer version of this program made it (revision {now})")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _lock_file(engine: Engine) -> Path:
    """Beside an SQLite file; for a server, one of this machine for its address."""
    file = file_of(engine)
    if file is not None:
        return file.with_name(f"{file.name}.lock")
    name = hashlib.sha256(str(engine.url).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tradein-{name}.lock"
