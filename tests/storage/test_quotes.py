"""The quote store."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError

from tests.databases import unprotect
from valuation.storage.engine import reading, writing
from valuation.storage.quotes import (
    CodeTaken,
    Event,
    QuoteDamaged,
    QuoteNotFound,
    QuoteStore,
    StoredQuote,
)
from valuation.storage.tables import quotes

ISSUED = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))


def make_stored(number: int = 1, *, code: str = "AAA-AAAA") -> StoredQuote:
    document = '{"offer":"苹果"}'.encode()
    return StoredQuote(
        id=f"qt_{number:026d}",
        code=code,
        merchant="default",
        market="cn-cny-sold-demo",
        bundle="b" * 64,
        outcome="offer",
        issued_at=ISSUED,
        valid_until=ISSUED + timedelta(days=7),
        unit_digest=None,
        document=document,
        digest=hashlib.sha256(document).hexdigest(),
    )


def test_a_quote_comes_back_as_it_was_stored(engine: Engine) -> None:
    with writing(engine) as connection:
        QuoteStore(connection).add(make_stored())
    with reading(engine) as connection:
        store = QuoteStore(connection)
        assert store.get(make_stored().id) == make_stored()
        assert store.get_by_code("AAA-AAAA") == make_stored()


def test_the_store_never_commits(engine: Engine) -> None:
    with engine.connect() as connection:
        QuoteStore(connection).add(make_stored())
    with reading(engine) as connection, pytest.raises(QuoteNotFound):
        QuoteStore(connection).get(make_stored().id)


def test_a_code_is_given_once(engine: Engine) -> None:
    with writing(engine) as connection:
        QuoteStore(connection).add(make_stored(1))
    with pytest.raises(CodeTaken), writing(engine) as connection:
        QuoteStore(connection).add(make_stored(2))


@pytest.mark.parametrize("column", ["document", "digest"])
def test_a_document_that_was_changed_is_damaged(engine: Engine, column: str) -> None:
    with writing(engine) as connection:
        QuoteStore(connection).add(make_stored())
        unprotect(connection)
        connection.execute(update(quotes).values({column: "{}"}))
    with reading(engine) as connection, pytest.raises(QuoteDamaged):
        QuoteStore(connection).get(make_stored().id)


def test_events_keep_the_order_in_which_they_happened(engine: Engine) -> None:
    stored = make_stored()
    happened = [
        Event(stored.id, place, kind, "default", ISSUED, "{}")
        for place, kind in enumerate(("offered", "accepted"))
    ]
    with writing(engine) as connection:
        store = QuoteStore(connection)
        store.add(stored)
        for event in happened:
            store.record(event)
    with reading(engine) as connection:
        assert list(QuoteStore(connection).events(stored.id)) == happened


def test_an_event_needs_its_quote(engine: Engine) -> None:
    with pytest.raises(IntegrityError), writing(engine) as connection:
        QuoteStore(connection).record(Event("qt_none", 0, "offered", "default", ISSUED, "{}"))


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    naive = replace(make_stored(), issued_at=ISSUED.astimezone(UTC).replace(tzinfo=None))
    with pytest.raises(Exception, match="time zone"), writing(engine) as connection:
        QuoteStore(connection).add(naive)
