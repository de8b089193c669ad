"""The database settles no resale without a record, whoever asks and whatever was before."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from tests.storage.test_migrations import MOMENT, OLD_QUOTE, OLD_QUOTES
from valuation.storage.engine import make_engine, reading, writing
from valuation.storage.erasures import ErasureStore, StoredErasure
from valuation.storage.quotes import Event, PlaceTaken, QuoteStore
from valuation.storage.upgrade import migrate, upgrade

RESALE = '{"disposition":{"flag":"resale"}}'
FOUND_DEAD = '{"told":{"quote":{"disposition":{"flag":"dismantle"}}}}'
FOUND_GOOD = '{"told":{"quote":{"disposition":{"flag":"resale"}}}}'


@pytest.fixture
def old(database_url: str) -> Iterator[Engine]:
    """A database of before there were records, with a resale that was settled then."""
    engine = make_engine(database_url)
    migrate(engine, to="0009")
    add(engine, 1, RESALE, "settled")
    yield engine
    engine.dispose()


def add(engine: Engine, number: int, document: str, *kinds: str, **payloads: str) -> str:
    """A quote with events, written past the service."""
    quote_id = f"qt_{number:026}"
    made = {"id": quote_id, "code": f"AAA-{number:04}", "document": document}
    with writing(engine) as connection:
        connection.execute(insert(OLD_QUOTES), {**OLD_QUOTE, **made})
    for place, kind in enumerate(kinds):
        event(engine, quote_id, place, kind, payloads.get(kind, "{}"))
    return quote_id


def event(engine: Engine, quote_id: str, place: int, kind: str, payload: str = "{}") -> None:
    with writing(engine) as connection:
        QuoteStore(connection).record(Event(quote_id, place, kind, "clerk:li", MOMENT, payload))


def make_stored_erasure(quote_id: str, **changes: Any) -> StoredErasure:
    facts: dict[str, Any] = {
        "id": "a" * 64, "quote_id": quote_id, "unit_digest": None, "method": "purge",
        "technique": "crypto_erase", "erased_by": "clerk:mei", "verified_by": "clerk:li",
        "started_at": MOMENT, "finished_at": MOMENT, "verified_at": MOMENT,
        "recorded_at": MOMENT, "passed": True, "verified": True, "document": "{}",
        "key_id": "0" * 16, "signature": "",
    }  # fmt: skip
    return StoredErasure(**{**facts, **changes})


def test_what_was_settled_before_there_were_records_stays_settled(old: Engine) -> None:
    with reading(old) as connection:
        before = QuoteStore(connection).events("qt_" + f"{1:026}")
    upgrade(old)
    with reading(old) as connection:
        assert QuoteStore(connection).events("qt_" + f"{1:026}") == before
        assert [each.kind for each in before] == ["settled"]


def test_what_was_under_way_then_needs_a_record(old: Engine) -> None:
    under_way = add(old, 2, RESALE, "inspected", inspected=FOUND_GOOD)
    upgrade(old)
    with pytest.raises(IntegrityError, match="nothing is resold"):
        event(old, under_way, 1, "settled")
    with writing(old) as connection:
        ErasureStore(connection).add(make_stored_erasure(under_way))
    event(old, under_way, 1, "settled")


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ('{"disposition":{"flag":"dismantle"}}', "{}"),
        ('{"disposition":null}', "{}"),
        (RESALE, FOUND_DEAD),
    ],
)
def test_what_nobody_resells_waits_for_no_record(engine: Engine, document: str, found: str) -> None:
    quote_id = add(engine, 3, document, "inspected", inspected=found)
    event(engine, quote_id, 1, "settled")


def test_what_was_found_to_be_worth_reselling_waits(engine: Engine) -> None:
    document = '{"disposition":{"flag":"dismantle"}}'
    quote_id = add(engine, 4, document, "counter_offered", counter_offered=FOUND_GOOD)
    with pytest.raises(IntegrityError, match="nothing is resold"):
        event(engine, quote_id, 1, "settled")


def test_another_quotes_record_and_one_that_does_not_count_help_nobody(engine: Engine) -> None:
    mine, other = (add(engine, number, RESALE) for number in (5, 6))
    faulty = make_stored_erasure(mine, id="b" * 64, passed=False, verified=False)
    with writing(engine) as connection:
        ErasureStore(connection).add(make_stored_erasure(other))
        ErasureStore(connection).add(faulty)
    with pytest.raises(IntegrityError, match="nothing is resold"):
        event(engine, mine, 0, "settled")


def test_the_same_record_is_written_once(engine: Engine) -> None:
    quote_id = add(engine, 7, RESALE)
    made = make_stored_erasure(quote_id)
    with writing(engine) as connection:
        ErasureStore(connection).add(made)
    with pytest.raises(PlaceTaken), writing(engine) as connection:
        ErasureStore(connection).add(made)
    with reading(engine) as connection:
        assert ErasureStore(connection).of_quote(quote_id) == [made]
