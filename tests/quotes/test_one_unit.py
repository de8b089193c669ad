"""One device under several quotes: accepted once, settled once, whoever quoted it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from tests.fakes import FakeClock
from tests.quotes.settling import counted
from tests.quotes.telling import IMEI, MANAGER, Till
from tests.quotes.test_same_unit import processes, rotate
from valuation.domain.disposition import Route
from valuation.domain.erasure import Method, Technique
from valuation.domain.moves import Stage, Step
from valuation.domain.people import Mode
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.reversals import ReversalReason
from valuation.shop import Shop

OTHER_IMEI = "356938035643809"


def refused(till: Till, step: Step, **details: Any) -> IllegalStep:
    with pytest.raises(IllegalStep) as refusal:
        till.step(step, **details)
    return refusal.value


def settled(till: Till, **inspected: Any) -> None:
    till.step(Step.RECEIVE)
    till.step(Step.INSPECT, **inspected)
    till.erase()
    assert till.step(Step.SETTLE).life.stage is Stage.SETTLED


def askew(shop: Shop, hours: int) -> Shop:
    """The shop on a machine whose clock is wrong."""
    return replace(shop, clock=lambda: shop.clock() + timedelta(hours=hours), _desks={})


def accepted(shop: Shop, merchant: str = "shop-1", **asked: Any) -> Till:
    till = Till(shop, merchant)
    till.quote(**{"imei": IMEI, **asked})
    till.step(Step.ACCEPT)
    return till


def test_a_second_quote_of_an_accepted_device_is_not_accepted_and_names_the_first(
    shop: Shop,
) -> None:
    first, second = accepted(shop), Till(shop)
    second.quote(imei=IMEI, cosmetic_grade="C")
    refusal = refused(second, Step.ACCEPT)
    assert refusal.code is Refusal.UNIT_HELD
    assert first.look().stored.code in str(refusal)
    first.step(Step.DECLINE)
    assert second.step(Step.ACCEPT).life.accepted


def test_another_merchant_is_told_of_a_sale_and_nothing_of_whose(shop: Shop) -> None:
    first, other = accepted(shop), Till(shop, "shop-2")
    other.quote(imei=IMEI)
    refusal = refused(other, Step.ACCEPT)
    assert refusal.code is Refusal.UNIT_HELD
    assert "another merchant's quote" in str(refusal)
    assert first.look().stored.code not in str(refusal)
    assert other.look().others == []


@pytest.mark.parametrize("hours", [-25, 25])
def test_whatever_another_machines_clock_says_one_acceptance_holds_and_is_paid(
    shop: Shop, hours: int
) -> None:
    first, second = accepted(shop), Till(askew(shop, hours))
    second.quote(imei=IMEI, cosmetic_grade="C")
    assert refused(second, Step.ACCEPT).code is Refusal.UNIT_HELD
    settled(first)
    if hours < 0:
        assert refused(second, Step.ACCEPT).code is Refusal.NOT_RESOLD
        first.step(Step.COMPLETE)
        assert refused(second, Step.ACCEPT).code is Refusal.UNIT_SETTLED


def test_an_inspection_that_claims_a_device_by_a_clock_behind_takes_it_from_nobody(
    shop: Shop,
) -> None:
    wrong = Till(askew(shop, -1))
    wrong.received()
    first = accepted(shop)
    wrong.step(Step.INSPECT, identifier=IMEI)
    wrong.erase()
    assert refused(wrong, Step.SETTLE).code is Refusal.UNIT_HELD
    settled(first)
    assert refused(wrong, Step.SETTLE).code is Refusal.NOT_RESOLD
    first.step(Step.COMPLETE)
    assert refused(wrong, Step.SETTLE).code is Refusal.UNIT_SETTLED


def test_of_two_that_an_inspection_brought_to_one_device_neither_is_paid_before_the_other_ends(
    shop: Shop,
) -> None:
    tills = [Till(shop), Till(shop, "shop-2")]
    for till in tills:
        till.received()
    for till in tills:
        till.step(Step.INSPECT, identifier=IMEI)
        till.erase()
    for till in tills:
        assert refused(till, Step.SETTLE).code is Refusal.UNIT_HELD
    tills[0].step(Step.DECLINE_RETURN)
    assert tills[1].step(Step.SETTLE).life.stage is Stage.SETTLED


def test_of_many_acceptances_of_one_device_at_once_one_holds(shop: Shop) -> None:
    Till(shop).quote()
    with processes(shop, 2) as shops:
        shops[1] = askew(shops[1], -1)
        tills = [Till(shops[n % 2], f"shop-{n}") for n in range(8)]
        for till in tills:
            till.quote(imei=IMEI)
        barrier = Barrier(len(tills))

        def accept(till: Till) -> str:
            barrier.wait()
            try:
                return till.step(Step.ACCEPT).life.stage.value
            except IllegalStep as refusal:
                return refusal.code.value

        with ThreadPoolExecutor(len(tills)) as threads:
            became = sorted(threads.map(accept, tills))
    assert became == ["accepted", *["unit_held"] * 7]


def test_an_acceptance_that_time_ended_keeps_no_device(shop: Shop, clock: FakeClock) -> None:
    accepted(shop)
    clock.move(days=15)
    assert accepted(shop, "shop-2").look().life.accepted


@pytest.mark.parametrize("newer_first", [False, True])
def test_a_device_quoted_under_two_keys_is_one_device(shop: Shop, newer_first: bool) -> None:
    older, newer = Till(shop), Till(shop, "shop-2")
    older.quote(imei=IMEI)
    rotate(shop)
    newer.quote(imei=IMEI)
    first, second = (newer, older) if newer_first else (older, newer)
    first.step(Step.ACCEPT)
    assert refused(second, Step.ACCEPT).code is Refusal.UNIT_HELD


def test_a_resold_device_comes_back_on_a_later_day(shop: Shop, clock: FakeClock) -> None:
    first = accepted(shop)
    settled(first)
    buyer = Till(shop, "shop-2")
    buyer.quote(imei=IMEI)
    clock.move(days=3)
    assert refused(buyer, Step.ACCEPT).code is Refusal.NOT_RESOLD, "it is on a shelf"
    first.step(Step.COMPLETE)
    assert refused(buyer, Step.ACCEPT).code is Refusal.UNIT_SETTLED
    clock.move(days=1)
    assert buyer.step(Step.ACCEPT).life.accepted
    for reason in (ReversalReason.RETURNED_BY_BUYER, ReversalReason.COUNTED_BY_MISTAKE):
        assert refused(first, Step.REVERSE, actor=MANAGER, reason=reason).code is Refusal.UNIT_HELD
    settled(buyer)
    back = {"actor": MANAGER, "reason": ReversalReason.ROUTED_ELSEWHERE, "route": Route.DISMANTLE}
    assert refused(first, Step.REVERSE, **back).code is Refusal.NOT_RESOLD
    assert buyer.step(Step.COMPLETE).life.completed is Route.AS_IS
    assert refused(first, Step.REVERSE, **back).code is Refusal.UNIT_SETTLED
    assert [each.sign for each in counted(shop)] == [1, 1], "sold twice, by two shops"


def test_a_dismantled_device_never_comes_back(shop: Shop, clock: FakeClock) -> None:
    till = accepted(shop)
    till.step(Step.RECEIVE)
    till.step(Step.INSPECT, answers={"powers_on": "no"})
    till.step(Step.ACCEPT)
    till.step(Step.SETTLE)
    till.erase(method=Method.DESTROY, technique=Technique.SHRED)
    till.step(Step.COMPLETE)
    clock.move(days=400)
    again = Till(shop)
    again.quote(imei=IMEI)
    assert refused(again, Step.ACCEPT).code is Refusal.UNIT_GONE


def test_a_found_device_that_another_quote_has_is_neither_consented_to_nor_settled(
    shop: Shop, clock: FakeClock
) -> None:
    right = accepted(shop, imei=OTHER_IMEI)
    clock.move(minutes=1)
    wrong = accepted(shop)
    wrong.step(Step.RECEIVE)
    wrong.step(Step.INSPECT, identifier=OTHER_IMEI)
    assert refused(wrong, Step.ACCEPT).code is Refusal.UNIT_HELD
    assert accepted(shop, "shop-2").look().life.accepted, "the quoted device is another one"
    settled(right)
    clock.move(days=1)
    assert refused(wrong, Step.ACCEPT).code is Refusal.NOT_RESOLD
    wrong.step(Step.DECLINE_RETURN)


def test_a_test_key_keeps_no_device_and_is_kept_from_none(shop: Shop) -> None:
    tried = Till(shop, mode=Mode.TEST)
    for till in (tried, Till(shop), tried):
        till.quote(imei=IMEI)
        assert till.step(Step.ACCEPT).life.accepted


def test_a_new_quote_of_the_device_names_those_that_are_open_or_under_way(shop: Shop) -> None:
    first, second = accepted(shop), Till(shop)
    second.quote(imei=IMEI, cosmetic_grade="C")
    open_one = second.look()
    assert [each["code"] for each in open_one.others] == [first.look().stored.code]
    assert [each["stage"] for each in first.look().others] == ["offered"]
    second.step(Step.DECLINE)
    assert first.look().others == []
