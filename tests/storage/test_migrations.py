"""Steps of the tables."""

from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, column, insert, select, table, text
from sqlalchemy.exc import IntegrityError

from tests.customers import TERMS, desk, enter
from valuation.storage.baskets import BasketStore
from valuation.storage.engine import DatabaseUnavailable, make_engine, reading, writing
from valuation.storage.tables import Instant, metadata
from valuation.storage.upgrade import KNOWN, MIGRATIONS, NEWEST, migrate, revision, upgrade

MOMENT = datetime(2026, 11, 20, 4, 0, 0, 123456, tzinfo=UTC)
# As revision 0001 made them; never to be changed.
OLD_QUOTES = table(
    "quotes",
    *(column(name) for name in ("id", "code", "merchant", "market", "bundle", "outcome")),
    *(column(name, Instant) for name in ("issued_at", "valid_until")),
    *(column(name) for name in ("unit_digest", "document", "digest")),
)
OLD_EVENTS = table(
    "events",
    *(column(name) for name in ("seq", "quote_id", "kind", "actor")),
    column("at", Instant),
    column("payload"),
)
OLD_QUOTE = {
    "id": "qt_" + "0" * 26, "code": "AAA-AAAA", "merchant": "default",
    "market": "cn-cny-sold-demo", "bundle": "b" * 64, "outcome": "offer", "issued_at": MOMENT,
    "valid_until": MOMENT.replace(day=27), "unit_digest": "f" * 64,
    "document": '{"offer":"苹果 \\\\u0000 \\"%(x)s\\" :x ?"}', "digest": "d" * 64,
}  # fmt: skip
OLD_EVENT = {
    "seq": 7, "quote_id": OLD_QUOTE["id"], "kind": "issued", "actor": "default", "at": MOMENT,
    "payload": "{}",
}  # fmt: skip


@pytest.fixture
def untouched(database_url: str) -> Iterator[Engine]:
    """An engine on a database without tables."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def test_the_steps_lead_to_the_tables_that_the_code_uses(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_the_newest_revision_is_the_last_step_and_all_before_it_are_known() -> None:
    steps = ScriptDirectory(str(MIGRATIONS))
    assert steps.get_current_head() == NEWEST
    assert {None, *(step.revision for step in steps.walk_revisions())} == KNOWN


def test_upgrading_again_changes_nothing(untouched: Engine) -> None:
    assert revision(untouched) is None
    upgrade(untouched)
    upgrade(untouched)
    assert revision(untouched) == NEWEST


def stored(engine: Engine) -> list[dict[str, object]]:
    """The rows, in the columns that they were written in."""
    with reading(engine) as connection:
        return [
            dict(row._mapping)
            for old in (OLD_QUOTES, OLD_EVENTS)
            for row in connection.execute(select(old))
        ]


@pytest.mark.parametrize("old", sorted(KNOWN - {None, NEWEST}, key=str))
def test_an_old_database_is_upgraded_with_its_rows_as_they_were(
    untouched: Engine, old: str
) -> None:
    migrate(untouched, to=old)
    with writing(untouched) as connection:
        connection.execute(insert(OLD_QUOTES), OLD_QUOTE)
        connection.execute(insert(OLD_EVENTS), OLD_EVENT)
    assert revision(untouched) == old
    assert stored(untouched) == [OLD_QUOTE, OLD_EVENT]
    upgrade(untouched)
    assert revision(untouched) == NEWEST
    assert stored(untouched) == [OLD_QUOTE, OLD_EVENT]
    with pytest.raises(IntegrityError, match="never changed"), writing(untouched) as connection:
        connection.execute(text("DELETE FROM events"))


def test_a_quote_of_an_old_database_gets_a_customer_and_stays_as_it_was(untouched: Engine) -> None:
    migrate(untouched, to="0005")
    with writing(untouched) as connection:
        connection.execute(insert(OLD_QUOTES), OLD_QUOTE)
        connection.execute(insert(OLD_EVENTS), OLD_EVENT)
    upgrade(untouched)
    reference = enter(desk(untouched))
    desk(untouched).link(str(OLD_QUOTE["id"]), reference)
    assert desk(untouched).look_up(reference).quotes == (OLD_QUOTE["id"],)
    desk(untouched).erase(reference, TERMS)
    assert stored(untouched) == [OLD_QUOTE, OLD_EVENT]


def test_of_older_baskets_that_share_a_quote_the_first_has_it(untouched: Engine) -> None:
    migrate(untouched, to="0012")
    lines = [{"problem": {}}, {"quote": OLD_QUOTE["id"]}]
    row = {"merchant": "default", "mode": "live", "digest": "d" * 64,
           "document": orjson.dumps({"lines": lines}).decode()}  # fmt: skip
    names = ("id", "code", "merchant", "mode", "document", "digest")
    old = table("baskets", *(column(name) for name in names), column("issued_at", Instant))
    with writing(untouched) as connection:
        connection.execute(insert(OLD_QUOTES), OLD_QUOTE)
        for number in (2, 1):
            more = {"id": f"bk_{number}", "code": f"AAA-AAA{number}"}
            at = MOMENT.replace(day=20 + number)
            connection.execute(insert(old), {**row, **more, "issued_at": at})
    upgrade(untouched)
    with reading(untouched) as connection:
        found = BasketStore(connection).of_quotes([str(OLD_QUOTE["id"])])
    assert found == {OLD_QUOTE["id"]: "AAA-AAA1"}
    with pytest.raises(IntegrityError, match="never changed"), writing(untouched) as connection:
        connection.execute(text("DELETE FROM basket_quotes"))


def test_a_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailable, match="newer version"):
        upgrade(engine)


def test_a_database_of_another_program_keeps_its_tables(untouched: Engine) -> None:
    with writing(untouched) as connection:
        connection.execute(text("CREATE TABLE quotes (something TEXT)"))
        connection.execute(text("INSERT INTO quotes VALUES ('kept')"))
    with pytest.raises(DatabaseUnavailable, match="already exists"):
        upgrade(untouched)
    with reading(untouched) as connection:
        assert connection.execute(text("SELECT something FROM quotes")).scalar() == "kept"
    assert revision(untouched) is None
