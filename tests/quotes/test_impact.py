"""What devices that went their way are counted for, once each, in that step's transaction."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product

import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import IntegrityError

from tests.databases import unprotect
from tests.quotes.settling import SWOLLEN, back, counted, gone, settled, show
from tests.quotes.telling import CLERK, Till
from valuation.domain.disposition import Route
from valuation.domain.impact_ledger import (
    Cause,
    Counted,
    Outcome,
    Span,
    linked,
)
from valuation.domain.market import Provenance
from valuation.domain.moves import Step
from valuation.domain.people import Mode
from valuation.domain.refusals import IllegalStep
from valuation.domain.reversals import ReversalReason
from valuation.shop import Shop
from valuation.storage.engine import reading, writing
from valuation.storage.impact_entries import AlreadyCounted, ImpactStore
from valuation.storage.tables import impact_entries
from valuation.use_cases import living
from valuation.use_cases.impact_views import (
    catch_up,
    verify,
)


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


def test_a_resold_device_is_counted_at_its_resale_and_not_before(till: Till) -> None:
    settled(till)
    assert counted(till.shop) == [], "the shop has it, and nobody uses it"
    assert verify(till.shop).sound
    till.step(Step.COMPLETE)
    (entry,) = counted(till.shop)
    assert (entry.outcome, entry.cause) == (Outcome.REUSED, Cause.COMPLETED)
    assert (entry.quote, entry.merchant, entry.actor) == (till.quotes[0], till.merchant, CLERK.id)
    assert (entry.region, entry.data, entry.category) == ("CN", Provenance.DEMO, "phone")
    # Of 24.6 (23 to 25) kg in a year of use the share that replaces a new one: 0.5 (0.2 to 0.8).
    assert entry.co2e_g == Span(4_600, 12_300, 20_000)
    assert (entry.weight_mg, entry.weighed, entry.metals_ug) == (174_000, True, {})
    assert entry.at == till.look().life.events[-1].at
    assert verify(till.shop).sound


def test_a_dismantled_device_gives_metals_and_avoids_no_other(till: Till) -> None:
    gone(till, **SWOLLEN)
    (entry,) = counted(till.shop)
    assert (entry.outcome, entry.co2e_g) == (Outcome.DISMANTLED, None)
    assert entry.metals_ug["gold"] == Span(9_700, 10_000, 34_000)
    assert set(entry.metals_ug) == {
        "gold", "silver", "copper", "palladium", "cobalt", "aluminium"
    }  # fmt: skip


def test_what_the_inspection_found_decides_what_is_counted(till: Till) -> None:
    till.received()
    till.step(Step.INSPECT, answers=SWOLLEN)
    show(till, till.step(Step.ACCEPT))
    till.step(Step.SETTLE)
    till.erase()
    till.step(Step.COMPLETE)
    assert [entry.outcome for entry in counted(till.shop)] == [Outcome.DISMANTLED]


def test_a_device_left_for_recycling_is_dismantled_and_a_returned_one_is_not_counted(
    till: Till,
) -> None:
    for ways in ((Step.DECLINE_RECYCLING, Step.RECYCLE), (Step.DECLINE_RETURN, Step.RETURN)):
        till.received()
        till.step(Step.INSPECT, answers={"display_works": "cracked"})
        for taken in ways:
            if taken is Step.RECYCLE:
                till.erase()
            till.step(taken)
    assert [(each.outcome, each.cause, each.quote) for each in counted(till.shop)] == [
        (Outcome.DISMANTLED, Cause.RECYCLED, till.quotes[0])
    ]
    assert verify(till.shop).sound


def test_what_a_test_key_completes_is_not_counted(shop: Shop) -> None:
    assert gone(Till(shop, mode=Mode.TEST)).life.completed is Route.AS_IS
    assert counted(shop) == []
    assert verify(shop).sound


def test_many_who_complete_at_once_are_counted_once(till: Till) -> None:
    settled(till)

    def complete(_: int) -> bool:
        try:
            return till.step(Step.COMPLETE).life.completed is Route.AS_IS
        except IllegalStep:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(complete, range(8))) == 1
    assert len(counted(till.shop)) == 1
    assert verify(till.shop).sound


def test_devices_that_go_at_once_are_one_chain(shop: Shop) -> None:
    tills = [Till(shop) for _ in range(8)]
    for each in tills:
        settled(each)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: each.step(Step.COMPLETE), tills))
    assert len(counted(shop)) == verify(shop).head.seq == 8
    assert verify(shop).sound


def test_the_same_device_cannot_be_written_twice_even_by_a_replay(till: Till) -> None:
    gone(till)
    (entry,) = counted(till.shop)
    with pytest.raises(AlreadyCounted), writing(till.shop.engine) as connection:
        ImpactStore(connection).add(entry)
    assert counted(till.shop) == [entry]
    assert verify(till.shop).sound


def test_a_step_that_cannot_be_written_counts_nothing_and_takes_nothing_back(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(till)

    def crash(self: ImpactStore, *entries: Counted) -> None:
        add(self, *entries)
        raise KeyboardInterrupt

    add = ImpactStore.add
    with monkeypatch.context() as patch:
        patch.setattr(ImpactStore, "add", crash)
        with pytest.raises(KeyboardInterrupt):
            till.step(Step.COMPLETE)
    assert counted(till.shop) == []
    assert till.look().life.completed is None
    till.step(Step.COMPLETE)
    with monkeypatch.context() as patch:
        patch.setattr(ImpactStore, "add", crash)
        with pytest.raises(KeyboardInterrupt):
            back(till, Route.PARTS)
    assert len(counted(till.shop)) == 1
    assert till.look().route is Route.AS_IS
    back(till, Route.PARTS)
    assert [entry.sign for entry in counted(till.shop)] == [1, -1]
    till.step(Step.COMPLETE)
    assert len(counted(till.shop)) == 3
    assert verify(till.shop).sound


def test_entries_are_neither_changed_nor_removed_nor_is_the_end(till: Till) -> None:
    gone(till)
    for change in (
        "UPDATE impact_entries SET body = '{}'", "DELETE FROM impact_entries",
        "DELETE FROM impact_head",
    ):  # fmt: skip
        with (
            pytest.raises(IntegrityError, match="never changed"),
            writing(till.shop.engine) as connection,
        ):
            connection.execute(text(change))
    assert verify(till.shop).sound


TAMPERING = (
    "UPDATE impact_entries SET body = replace(body, 'mg\":1', 'mg\":9') WHERE seq = {}",
    "UPDATE impact_entries SET hash = '" + "0" * 64 + "' WHERE seq = {}",
    "UPDATE impact_entries SET merchant = 'another' WHERE seq = {}",
    "UPDATE impact_entries SET body = 'x' WHERE seq = {}",
    "UPDATE impact_entries SET seq = seq + 10 WHERE seq = {}",
    "DELETE FROM impact_entries WHERE seq = {}",
)


def test_whatever_is_done_to_a_stored_entry_is_found(till: Till) -> None:
    gone(till)
    gone(till)
    back(till, reason=ReversalReason.RETURNED_BY_BUYER)
    with writing(till.shop.engine) as connection:
        for change in ("update", "delete"):
            unprotect(connection, "impact_entries", change)
        stored = [dict(row._mapping) for row in connection.execute(select(impact_entries))]
    for statement, seq in product(TAMPERING, (1, 2, 3)):
        assert verify(till.shop).sound
        with writing(till.shop.engine) as connection:
            # Not through text(), which reads colons as names of values.
            connection.exec_driver_sql(statement.format(seq))
        assert not verify(till.shop).sound, (statement, seq)
        with writing(till.shop.engine) as connection:
            connection.execute(delete(impact_entries))
            connection.execute(insert(impact_entries), stored)


def test_an_entry_that_nothing_earned_is_found_though_its_hashes_fit(till: Till) -> None:
    till.quote()
    gone(till)
    forged = replace(counted(till.shop)[0], quote=till.quotes[0])
    with writing(till.shop.engine) as connection:
        ImpactStore(connection).add(forged)
    assert [fault.what for fault in verify(till.shop).faults] == [
        "counts what no event of its quote earned"
    ]


def test_what_went_before_there_was_a_ledger_is_counted_later_once(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(living, "entered", lambda *_: ())
        gone(till)
        gone(till, **SWOLLEN)
    assert set(verify(till.shop).uncounted) == set(till.quotes)
    gone(till)
    assert catch_up(till.shop) == 2
    assert catch_up(till.shop) == 0
    assert sorted(each.quote for each in counted(till.shop)) == sorted(till.quotes)
    assert {each.outcome for each in counted(till.shop)} == {Outcome.REUSED, Outcome.DISMANTLED}
    assert verify(till.shop).sound


def test_a_chain_of_another_end_is_told(till: Till) -> None:
    gone(till)
    with writing(till.shop.engine) as connection:
        head = ImpactStore(connection).head()
        connection.execute(text("UPDATE impact_head SET seq = 5"))
    with reading(till.shop.engine) as connection:
        links = list(ImpactStore(connection).entries())
    assert links[0] == linked(counted(till.shop)[0], after=head._replace(seq=0, hash="0" * 64))
    assert "ends" in verify(till.shop).faults[0].what
