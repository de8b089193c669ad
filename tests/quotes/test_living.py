"""A stored quote goes on: its steps, its counter-offer, what holds when two step at once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from tests.fakes import FakeClock
from tests.quotes.telling import CLERK, IMEI, IPHONE, MANAGER, PHOTO, Till, amount_of, found
from valuation.domain.lifecycle import as_at
from valuation.domain.moves import Stage, Step
from valuation.domain.overrides import OverrideReason
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.shop import Shop
from valuation.storage.quotes import QuoteNotFound
from valuation.use_cases.step_request import StepIncomplete

OTHER_IMEI = "356938035643809"


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


def refused(till: Till, step: Step, **details: Any) -> Refusal:
    with pytest.raises(IllegalStep) as refusal:
        till.step(step, **details)
    return refusal.value.code


def test_a_quote_whose_device_is_as_declared_is_settled_for_its_amount(till: Till) -> None:
    offered = amount_of(till.quote())
    for taken, stage in (
        (Step.ACCEPT, Stage.ACCEPTED),
        (Step.RECEIVE, Stage.RECEIVED),
        (Step.INSPECT, Stage.INSPECTED),
    ):
        after = till.step(taken)
        assert (after.life.stage, after.life.amount) == (stage, offered)
    till.erase()
    after = till.step(Step.SETTLE)
    assert (after.life.stage, after.life.amount) == (Stage.SETTLED, offered)
    assert till.look().life == after.life


def test_two_changed_answers_are_two_lines_with_reasons_that_sum_to_the_difference(
    till: Till,
) -> None:
    till.received()
    before = till.look().life.amount
    after = till.step(
        Step.INSPECT,
        answers={"display_works": "cracked", "cosmetic_grade": "C"},
        photos={"display_works": (PHOTO,)},
    )
    told = found(after)
    assert after.life.stage is Stage.COUNTER_OFFERED
    assert [change["reason"] for line in told["lines"] for change in line["changes"]] == [
        "display_works_differs", "cosmetic_grade_differs",
    ]  # fmt: skip
    assert sum(line["amount"] for line in told["lines"]) == told["difference"]
    assert before is not None
    assert after.life.amount == before + told["difference"] < before
    assert told["lines"][0]["changes"][0]["evidence"][0]["digest"] == PHOTO.digest
    sides = {each["question"]: (each["declared"], each["inspected"]) for each in told["answers"]}
    assert sides["display_works"] == ("yes", "cracked")
    assert sides["battery_health"] == (100, 100)


def test_a_better_device_raises_the_amount_without_being_asked(till: Till) -> None:
    till.received(cosmetic_grade="C")
    before = till.look().life.amount
    after = till.step(Step.INSPECT, answers={"cosmetic_grade": "A"})
    assert before is not None
    assert after.life.amount is not None
    assert (after.life.stage, after.life.amount > before) == (Stage.INSPECTED, True)


def test_an_inspection_that_finds_nothing_leaves_the_amount_to_the_cent(till: Till) -> None:
    till.received(battery_health=81, cosmetic_grade="B")
    before = till.look().life.amount
    after = till.step(Step.INSPECT, answers={"battery_health": 81, "cosmetic_grade": "B"})
    assert (after.life.amount, found(after)["lines"]) == (before, [])


def test_a_question_that_the_finding_opens_must_be_answered_too(till: Till) -> None:
    till.received()
    with pytest.raises(StepIncomplete, match="cameras_work"):
        till.step(Step.INSPECT, answers={"functions_work": "no"})
    assert till.look().life.stage is Stage.RECEIVED


def test_another_variant_and_another_unit_are_changes_of_their_own(till: Till) -> None:
    till.quote(imei=IMEI)
    till.step(Step.ACCEPT)
    till.step(Step.RECEIVE)
    larger = IPHONE.replace("128gb", "256gb")
    after = till.step(Step.INSPECT, device=larger, identifier=OTHER_IMEI)
    lines = {line["changes"][0]["reason"]: line["amount"] for line in found(after)["lines"]}
    assert lines.keys() == {"variant_differs", "unit_differs"}
    assert lines["unit_differs"] == 0
    assert lines["variant_differs"] > 0
    assert after.life.stage is Stage.COUNTER_OFFERED, "another unit awaits the customer's word"
    assert OTHER_IMEI not in str(after.found)


def test_a_lock_that_is_found_is_a_changed_answer_with_its_reason(till: Till) -> None:
    till.received()
    after = till.step(Step.INSPECT, answers={"activation_lock": "on"})
    (line,) = found(after)["lines"]
    assert line["changes"][0]["reason"] == "activation_lock_found"
    assert after.life.amount == till.look().life.amount


def test_silence_after_a_counter_offer_means_return_and_never_a_sale(
    till: Till, clock: FakeClock
) -> None:
    till.received()
    till.step(Step.INSPECT, answers={"cosmetic_grade": "D"})
    clock.move(days=7, seconds=1)
    assert refused(till, Step.ACCEPT) is Refusal.TO_BE_RETURNED
    assert till.step(Step.RETURN).life.stage is Stage.RETURNED


def test_expired_quote_cannot_be_accepted(till: Till, clock: FakeClock) -> None:
    till.quote()
    clock.move(days=7)
    assert till.step(Step.ACCEPT).life.stage is Stage.ACCEPTED
    till.quote()
    clock.move(days=7, seconds=1)
    assert refused(till, Step.ACCEPT) is Refusal.QUOTE_EXPIRED


def test_a_lock_gives_its_days_to_accept_and_to_hand_over(till: Till, clock: FakeClock) -> None:
    till.quote(lock=14)
    clock.move(days=14)
    till.step(Step.ACCEPT)
    clock.move(days=14 + 14)
    assert till.step(Step.RECEIVE).life.stage is Stage.RECEIVED
    till.quote()
    till.step(Step.ACCEPT)
    clock.move(days=14, seconds=1)
    assert refused(till, Step.RECEIVE) is Refusal.RECEIVED_LATE


def test_a_counter_offer_is_priced_under_the_lock_of_its_quote(till: Till) -> None:
    till.quote(lock=14, cosmetic_grade="C")
    expected = amount_of(till.quote(lock=14, cosmetic_grade="D"))
    till.quotes.pop()
    till.step(Step.ACCEPT)
    till.step(Step.RECEIVE)
    told = found(till.step(Step.INSPECT, answers={"cosmetic_grade": "D"}))
    before = till.look().document["offer"]["amount"]  # type: ignore[index]
    assert till.look().life.amount == expected == before + told["difference"]
    assert sum(line["amount"] for line in told["lines"]) == told["difference"] < 0


def test_the_same_unit_with_another_lock_is_another_quote(till: Till) -> None:
    plain, held, again = (till.quote(imei=IMEI, lock=lock)["id"] for lock in (0, 7, 0))
    assert plain == again != held


def test_a_customer_who_saw_another_amount_has_not_accepted_this_one(till: Till) -> None:
    offered = amount_of(till.quote())
    assert refused(till, Step.ACCEPT, amount=offered + 50) is Refusal.OTHER_AMOUNT
    assert till.step(Step.ACCEPT, amount=offered).life.accepted


def test_a_person_overrides_within_a_limit_and_a_second_one_beyond_it(till: Till) -> None:
    offered = amount_of(till.quote())
    lower: dict[str, Any] = {"amount": offered - 4000, "reason": OverrideReason.APPRAISAL}
    assert till.step(Step.OVERRIDE, **lower).life.adjustment == -4000
    much: dict[str, Any] = {"amount": offered - 9000, "reason": OverrideReason.APPRAISAL}
    assert refused(till, Step.OVERRIDE, **much) is Refusal.SECOND_PERSON_NEEDED
    after = till.step(Step.OVERRIDE, confirmed_by=MANAGER, **much)
    assert after.life.amount == offered - 9000
    till.step(Step.ACCEPT)
    till.step(Step.RECEIVE)
    worse = till.step(Step.INSPECT, answers={"cosmetic_grade": "C"})
    assert worse.life.amount == offered - 9000 + found(worse)["difference"]


def test_another_merchants_quote_is_not_there(shop: Shop, till: Till) -> None:
    till.quote()
    other = Till(shop, merchant="shop-2", quotes=till.quotes)
    with pytest.raises(QuoteNotFound):
        other.look()
    with pytest.raises(QuoteNotFound):
        other.step(Step.ACCEPT)


def test_of_ten_that_accept_at_once_one_accepts(till: Till) -> None:
    till.quote()

    def accept(_: int) -> str:
        try:
            return till.step(Step.ACCEPT).life.stage.value
        except IllegalStep as refusal:
            return refusal.code.value

    with ThreadPoolExecutor(10) as threads:
        became = list(threads.map(accept, range(10)))
    assert sorted(became) == ["accepted", *["already_accepted"] * 9]
    places = [event.position for event in till.look().events]
    assert all(after == before + 1 for before, after in pairwise(places))


def test_what_time_did_is_written_with_the_next_step_and_only_once(
    till: Till, clock: FakeClock
) -> None:
    till.received()
    till.step(Step.INSPECT, answers={"cosmetic_grade": "D"})
    clock.move(days=9)
    stored = till.look()
    assert as_at(life=stored.life, now=clock()).stage is Stage.DECLINED_RETURN
    till.step(Step.RETURN, actor=CLERK)
    assert [event.kind for event in till.look().events][-2:] == ["unanswered", "returned"]
