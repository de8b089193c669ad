"""What a settled device was counted for is taken back, once, and counted where it goes instead."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.fakes import FakeClock
from tests.quotes.settling import ALL, SWOLLEN, agreed, back, counted, gone, settled
from tests.quotes.telling import CLERK, MANAGER, Till
from valuation.domain.disposition import Route
from valuation.domain.erasure import Method, Technique
from valuation.domain.happened import Happened, Kind
from valuation.domain.impact_ledger import (
    Cause,
    Outcome,
    Span,
)
from valuation.domain.impact_totals import total
from valuation.domain.market import Provenance
from valuation.domain.moves import Stage, Step
from valuation.domain.overrides import OverrideReason
from valuation.domain.people import Mode
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.reversals import Rerouting, ReversalReason
from valuation.quotes.life_log import event_of
from valuation.shop import Shop
from valuation.storage.ledger import Entry
from valuation.use_cases.impact_views import (
    By,
    catch_up,
    verify,
    view,
)
from valuation.use_cases.step_request import StepIncomplete


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


def test_a_failed_resale_is_taken_back_once_and_both_entries_stay(
    till: Till, clock: FakeClock
) -> None:
    paid = gone(till).life.amount
    clock.move(days=40)
    after = back(till)
    assert (after.life.stage, after.life.amount, after.events[-1].kind) == (
        Stage.REVERSED, paid, "reversed",
    )  # fmt: skip
    credit, counter = counted(till.shop)
    assert counter == replace(
        credit, cause=Cause.RESALE_FAILED, actor=MANAGER.id, at=clock(), counter=True
    )
    left = total(counted(till.shop))
    assert (left.count, left.weight_mg, left.co2e_g, left.reversed) == (0, 0, Span(0, 0, 0), 1)
    assert refused(till) is Refusal.ALREADY_REVERSED
    assert len(counted(till.shop)) == 2
    assert verify(till.shop).sound
    months = view(till.shop.engine, ALL, by=By.MONTH).groups[Provenance.DEMO]
    assert {month: totals.count for month, totals in months.items()} == {
        "2026-11": 1,
        "2026-12": -1,
    }


def refused(till: Till, route: Route | None = None, **details: Any) -> Refusal:
    with pytest.raises(IllegalStep) as caught:
        back(till, route, **details)
    return caught.value.code


def test_a_device_that_goes_another_way_is_counted_there_once_it_went_and_no_longer_here(
    till: Till, clock: FakeClock
) -> None:
    gone(till)
    clock.move(days=1)
    assert back(till, Route.DISMANTLE).route is Route.DISMANTLE
    assert refused(till, Route.DISMANTLE) is Refusal.SAME_ROUTE
    assert total(counted(till.shop)).count == 0, "it is on its way"
    clock.move(days=1)
    till.step(Step.COMPLETE)
    assert [(each.outcome, each.sign, each.cause) for each in counted(till.shop)] == [
        (Outcome.REUSED, 1, Cause.COMPLETED), (Outcome.REUSED, -1, Cause.RESALE_FAILED),
        (Outcome.DISMANTLED, 1, Cause.COMPLETED),
    ]  # fmt: skip
    left = total(counted(till.shop))
    assert (left.count, left.co2e_g, left.weight_mg) == (1, Span(0, 0, 0), 174_000)
    assert left.metals_ug["gold"] == Span(9_700, 10_000, 34_000)
    assert verify(till.shop).sound
    assert catch_up(till.shop) == 0


def test_what_is_sold_again_after_a_return_is_counted_again(till: Till, clock: FakeClock) -> None:
    gone(till)
    with pytest.raises(IllegalStep) as caught:
        till.step(Step.COMPLETE)
    assert caught.value.code is Refusal.ALREADY_COMPLETED
    for _ in range(2):
        clock.move(days=9)
        returned: dict[str, Any] = {"reason": ReversalReason.RETURNED_BY_BUYER}
        assert refused(till, Route.AS_IS, **returned) is Refusal.NOT_ERASED, "its buyer's data"
        assert back(till, **returned).life.erased is None
        assert refused(till, Route.AS_IS) is Refusal.NOT_ERASED
        clock.move(days=1)
        till.erase()
        came_back = back(till, Route.AS_IS, **returned)
        assert (came_back.life.stage, came_back.life.completed) == (Stage.SETTLED, None)
        till.step(Step.COMPLETE)
    assert [each.sign for each in counted(till.shop)] == [1, -1, 1, -1, 1]
    assert total(counted(till.shop)).devices[Outcome.REUSED] == 1
    assert verify(till.shop).sound


def test_before_it_went_its_way_a_device_may_go_another_and_nothing_is_taken_back(
    till: Till,
) -> None:
    settled(till)
    assert back(till).life.stage is Stage.REVERSED
    assert back(till, Route.PARTS, reason=ReversalReason.ROUTED_ELSEWHERE).route is Route.PARTS
    assert counted(till.shop) == []
    till.step(Step.COMPLETE)
    assert [each.outcome for each in counted(till.shop)] == [Outcome.HARVESTED]


def test_from_what_cannot_be_erased_nothing_is_taken_before_its_storage_was_destroyed(
    till: Till,
) -> None:
    till.received()
    till.step(Step.INSPECT, answers={"powers_on": "no"})
    till.step(Step.ACCEPT)
    till.step(Step.SETTLE)
    till.erase()
    with pytest.raises(IllegalStep) as caught:
        till.step(Step.COMPLETE)
    assert caught.value.code is Refusal.NOT_DESTROYED
    till.erase(method=Method.DESTROY, technique=Technique.SHRED)
    assert till.step(Step.COMPLETE).life.completed is not None


def test_what_a_gate_closed_stays_closed_and_a_reversal_says_why(till: Till) -> None:
    settled(till, **SWOLLEN)
    assert refused(till, Route.AS_IS) is Refusal.ROUTE_CLOSED
    with pytest.raises(StepIncomplete, match="resale_failed"):
        back(till, reason=OverrideReason.GOODWILL)
    with pytest.raises(StepIncomplete, match="dismantle"):
        back(till, reason=ReversalReason.ROUTED_ELSEWHERE)
    assert refused(till, actor=CLERK) is Refusal.NOT_THIS_ROLE
    agreed(till)
    assert refused(till) is Refusal.NOT_SETTLED
    assert counted(till.shop) == []


def test_the_database_resells_nothing_unerased_after_a_reversal(till: Till) -> None:
    held = settled(till, **SWOLLEN)
    detail = Rerouting(reason=ReversalReason.ROUTED_ELSEWHERE, route=Route.REFURBISH)
    forged = Happened(
        kind=Kind.REROUTED, actor=MANAGER, at=till.shop.clock(), detail=detail
    )  # fmt: skip
    row = event_of(forged, quote_id=held.stored.id, position=len(held.events))
    with pytest.raises(IntegrityError, match="nothing is resold"):
        till.shop.ledger.write(Entry(None, (row,)))


def test_what_came_unerased_goes_elsewhere_with_the_record_that_its_new_way_asks_for(
    till: Till,
) -> None:
    till.received(erasure="pending")
    till.step(Step.INSPECT)
    till.erase()
    till.step(Step.SETTLE)
    assert refused(till, Route.DISMANTLE) is Refusal.NOT_DESTROYED
    assert back(till, Route.PARTS).route is Route.PARTS
    till.erase(method=Method.DESTROY, technique=Technique.SHRED)
    assert refused(till, Route.REFURBISH) is Refusal.USED_NO_MORE
    assert back(till, Route.DISMANTLE).route is Route.DISMANTLE


def test_many_who_take_back_at_once_take_back_once(till: Till) -> None:
    gone(till)

    def taken_back(_: int) -> bool:
        try:
            return back(till).life.stage is Stage.REVERSED
        except IllegalStep:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(taken_back, range(8))) == 1
    assert [each.sign for each in counted(till.shop)] == [1, -1]
    assert verify(till.shop).sound


def test_what_a_test_key_settled_is_taken_back_without_an_entry(shop: Shop) -> None:
    tried = Till(shop, mode=Mode.TEST)
    gone(tried)
    assert back(tried).life.stage is Stage.REVERSED
    assert counted(shop) == []


def test_the_database_resells_nothing_that_a_buyer_had_before_another_erasure(till: Till) -> None:
    gone(till)
    held = back(till, reason=ReversalReason.RETURNED_BY_BUYER)
    forged = Happened(
        kind=Kind.REROUTED, actor=MANAGER, at=till.shop.clock(),
        detail=Rerouting(reason=ReversalReason.RESALE_FAILED, route=Route.AS_IS),
    )  # fmt: skip
    row = event_of(forged, quote_id=held.stored.id, position=len(held.events))
    with pytest.raises(IntegrityError, match="nothing is resold"):
        till.shop.ledger.write(Entry(None, (row,)))
