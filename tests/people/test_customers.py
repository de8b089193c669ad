"""Customers: entered with consent, linked beside quotes, erased on request or in time."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from tests.customers import NAME, PHONE, PLANTED, TERMS, desk, enter
from tests.databases import everything
from tests.fakes import NOON
from tests.storage.test_quotes import ISSUED, make_stored
from valuation.domain.customers import Because, Purpose
from valuation.domain.people import Mode
from valuation.people.customers import CustomerErased, PurchaseSettled, Run, retain
from valuation.storage.customers import NoSuchCustomer, Owner
from valuation.storage.engine import writing
from valuation.storage.quotes import Event, QuoteStore

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
QUOTE_DAYS = TERMS.purposes[Purpose.QUOTE_CONTACT]
HOLD_DAYS = TERMS.holds["settled_purchase_tax"]


def quote(engine: Engine, number: int = 1, *, settled_at: datetime | None = None) -> str:
    """A quote that was offered when quotes of tests are, and settled where a moment is given."""
    stored = make_stored(number, code=f"AAA-{number:04d}")
    happened = [Event(stored.id, 0, "offered", "default", ISSUED, "{}")]
    if settled_at:
        happened.append(Event(stored.id, 1, "settled", "clerk:cl_1", settled_at, "{}"))
    with writing(engine) as connection:
        store = QuoteStore(connection)
        store.add(stored)
        store.record(*happened)
    return stored.id


def run(engine: Engine, at: datetime, *, dry: bool = False) -> Run:
    return retain(engine, TERMS, now=at, dry_run=dry)


def test_a_customer_is_kept_as_entered(engine: Engine) -> None:
    customers = desk(engine)
    reference = enter(customers, Purpose.QUOTE_CONTACT, Purpose.MARKETING, email=None)
    customers.link(quote(engine), reference)
    found = customers.look_up(reference)
    assert found.details is not None
    assert (found.details.name, found.details.phone, found.details.email) == (NAME, PHONE, None)
    assert [each.purpose for each in found.consents] == [Purpose.MARKETING, Purpose.QUOTE_CONTACT]
    assert all(each.given_at == NOON and each.withdrawn_at is None for each in found.consents)
    assert len(found.quotes) == 1
    assert customers.of_quote(found.quotes[0]) == found


@pytest.mark.parametrize("owner", [Owner("another", Mode.LIVE), Owner("default", Mode.TEST)])
def test_another_merchants_customer_is_nobody(engine: Engine, owner: Owner) -> None:
    reference, other = enter(desk(engine)), desk(engine, owner=owner)
    quote_id = quote(engine)
    for asked in (
        lambda: other.look_up(reference),
        lambda: other.link(quote_id, reference),
        lambda: other.erase(reference, TERMS),
        lambda: other.withdraw(reference, Purpose.QUOTE_CONTACT, TERMS),
    ):
        with pytest.raises(NoSuchCustomer):
            asked()
    assert desk(engine).look_up(reference).erased_at is None


def test_erasing_leaves_a_tombstone_and_no_detail(engine: Engine, database_url: str) -> None:
    reference = enter(desk(engine), Purpose.QUOTE_CONTACT, Purpose.MARKETING)
    desk(engine).link(quote(engine), reference)
    later = NOON + DAY
    done = desk(engine, at=later).erase(reference, TERMS)
    assert (done.erased_at, done.hold) == (later, None)
    found = desk(engine).look_up(reference)
    assert (found.details, found.erased_at) == (None, later)
    assert found.erased_because is Because.REQUESTED
    assert all(each.withdrawn_at == later for each in found.consents)
    assert len(found.quotes) == 1
    assert not any(part in everything(database_url) for part in PLANTED)


def test_erasing_again_changes_nothing(engine: Engine) -> None:
    reference = enter(desk(engine))
    first = desk(engine).erase(reference, TERMS)
    assert desk(engine, at=NOON + DAY).erase(reference, TERMS) == first
    assert desk(engine).look_up(reference).erased_at == NOON


def test_nothing_is_linked_with_somebody_who_was_erased(engine: Engine) -> None:
    reference = enter(desk(engine))
    desk(engine).erase(reference, TERMS)
    with pytest.raises(CustomerErased):
        desk(engine).link(quote(engine), reference)


def test_a_slip_is_put_right_until_the_device_is_bought(engine: Engine) -> None:
    customers, open_quote = desk(engine), quote(engine, 1)
    bought = quote(engine, 2, settled_at=NOON)
    first, second = enter(customers), enter(customers)
    for each in (open_quote, bought):
        customers.link(each, first)
        customers.link(each, first)
    customers.link(open_quote, second)
    assert customers.of_quote(open_quote).id == second
    with pytest.raises(PurchaseSettled):
        customers.link(bought, second)
    assert customers.of_quote(bought).id == first


def test_a_name_that_the_law_holds_stays_alone_until_the_hold_is_over(
    engine: Engine, database_url: str
) -> None:
    reference = enter(desk(engine))
    desk(engine).link(quote(engine, settled_at=NOON), reference)
    done = desk(engine).erase(reference, TERMS)
    assert done.erased_at is None
    assert done.hold is not None
    assert (done.hold.reason, done.hold.until) == ("settled_purchase_tax", NOON + HOLD_DAYS)
    held = desk(engine).look_up(reference)
    assert held.details is not None
    assert (held.details.name, held.details.phone, held.details.email) == (NAME, None, None)
    assert run(engine, NOON + HOLD_DAYS).held == 1
    assert run(engine, NOON + HOLD_DAYS + INSTANT).erased == 1
    found = desk(engine).look_up(reference)
    assert (found.details, found.erased_because) == (None, Because.REQUESTED)
    assert NAME not in everything(database_url)


def test_without_a_name_nothing_is_held(engine: Engine) -> None:
    reference = enter(desk(engine), name=None)
    desk(engine).link(quote(engine, settled_at=NOON), reference)
    assert desk(engine).erase(reference, TERMS).erased_at == NOON


def test_the_last_consent_that_is_withdrawn_erases(engine: Engine) -> None:
    customers = desk(engine)
    reference = enter(customers, Purpose.QUOTE_CONTACT, Purpose.MARKETING)
    assert customers.withdraw(reference, Purpose.MARKETING, TERMS).erased_at is None
    assert customers.look_up(reference).details is not None
    assert customers.withdraw(reference, Purpose.QUOTE_CONTACT, TERMS).erased_at == NOON
    assert customers.look_up(reference).erased_because is Because.CONSENT_WITHDRAWN


def test_retention_erases_what_is_due_and_counts_the_purposes(engine: Engine) -> None:
    old, new = desk(engine), desk(engine, at=NOON + QUOTE_DAYS)
    gone = [enter(old), enter(old, Purpose.QUOTE_CONTACT)]
    stays = [enter(old, Purpose.QUOTE_CONTACT, Purpose.MARKETING), enter(new)]
    bought = enter(old)
    old.link(quote(engine, settled_at=NOON), bought)
    after = ISSUED + QUOTE_DAYS + INSTANT
    dry = run(engine, after, dry=True)
    assert (dry.erased, dry.held, dict(dry.purposes)) == (2, 1, {"quote_contact": 2})
    assert all(old.look_up(each).erased_at is None for each in gone)
    done = run(engine, after)
    assert (done.erased, done.held, dict(done.purposes)) == (2, 1, {"quote_contact": 2})
    assert dict(done.holds) == {"settled_purchase_tax": 1}
    assert all(old.look_up(each).erased_at == after for each in gone)
    assert all(old.look_up(each).details for each in stays)
    assert old.look_up(gone[0]).erased_because is Because.RETENTION_OVER
    assert run(engine, after).erased == 0


def test_the_period_begins_again_when_a_quote_goes_on(engine: Engine) -> None:
    settled = NOON + 80 * DAY
    reference = enter(desk(engine), name=None)
    desk(engine).link(quote(engine, settled_at=settled), reference)
    assert run(engine, NOON + QUOTE_DAYS + DAY).erased == 0
    assert run(engine, settled + QUOTE_DAYS + INSTANT).erased == 1


def test_retention_is_everybodys(engine: Engine) -> None:
    other = Owner("another", Mode.TEST)
    for owner in (Owner("default", Mode.LIVE), other):
        enter(desk(engine, owner=owner))
    assert run(engine, NOON + QUOTE_DAYS + DAY).erased == 2
