"""Steps of the tables."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from valuation.storage.engine import DatabaseUnavailable, make_engine, reading, writing
from valuation.storage.tables import metadata
from valuation.storage.upgrade import MIGRATIONS, NEWEST, revision, upgrade


def test_the_steps_lead_to_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/quotes.sqlite")
    upgrade(engine)
    with reading(engine) as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_the_newest_revision_is_the_last_step() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == NEWEST


def test_upgrading_again_changes_nothing(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/quotes.sqlite")
    assert revision(engine) is None
    upgrade(engine)
    upgrade(engine)
    assert revision(engine) == NEWEST


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/quotes.sqlite")
    upgrade(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailable, match="newer version"):
        upgrade(engine)


def test_a_database_of_another_program_keeps_its_tables(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/quotes.sqlite")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE quotes (something TEXT)"))
        connection.execute(text("INSERT INTO quotes VALUES ('kept')"))
    with pytest.raises(DatabaseUnavailable, match="already exists"):
        upgrade(engine)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT something FROM quotes")).scalar() == "kept"
    assert revision(engine) is None
