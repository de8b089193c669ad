"""Whether a quote could be stored now, found out without storing one."""

from sqlalchemy import Engine, text

from valuation.storage.engine import DatabaseUnavailable, writing
from valuation.storage.upgrade import revision

SAME_AGAIN = text("UPDATE alembic_version SET version_num = version_num")


def check_writable(engine: Engine) -> None:
    """Write and take it back; DatabaseUnavailable says why that cannot be, and what to do.

    A full disk shows only when something is committed: whoever asks looks at the disk besides.
    """
    if revision(engine) is None:
        raise DatabaseUnavailable("its tables are missing; restart the service, which makes them")
    with writing(engine) as connection:
        connection.execute(SAME_AGAIN)
        connection.rollback()
