"""Inspections: a drop needs a worse answer, a better device is paid without being asked."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.lives import PHOTO
from tests.domain.making import make_answers
from valuation.domain.device import Category
from valuation.domain.inspection import (
    REASONS,
    Change,
    ChangedAnswer,
    Confirmed,
    CounterOffer,
    OtherUnit,
    OtherVariant,
    Verdict,
    changed_answers,
    verdict,
)
from valuation.domain.questions import QUESTIONS
from valuation.domain.quote import Unit
from valuation.domain.records import BadRecord
from valuation.domain.refusals import IllegalStep, Refusal

AGREED = 100_000
DECLARED = make_answers(cosmetic_grade="B", battery_health=85)
WORSE = ChangedAnswer(question="cosmetic_grade", declared=3, inspected=2)
BETTER = ChangedAnswer(question="battery_health", declared=85, inspected=90)
VARIANT = OtherVariant(
    declared="apple/iphone/iphone-13/256gb", inspected="apple/iphone/iphone-13/128gb"
)
UNIT = OtherUnit(declared=Unit("imei", "a" * 64, "7518"), inspected=Unit("imei", "b" * 64, "0001"))


def found(
    amount: int, *, others: Sequence[OtherVariant | OtherUnit] = (), **answers: object
) -> Verdict:
    """The verdict on a device of grade B with a battery at 85, but for the answers named."""
    inspected = make_answers(**{"cosmetic_grade": "B", "battery_health": 85, **answers})
    return verdict(
        declared=DECLARED.levels,
        inspected=inspected.levels,
        agreed=AGREED,
        amount=amount,
        others=others,
        conditions=(),
    )


def refusal(amount: int, **changes: object) -> Refusal:
    with pytest.raises(IllegalStep) as caught:
        found(amount, **changes)  # type: ignore[arg-type]  # answers and others alike
    return caught.value.code


def test_a_device_as_declared_is_confirmed_at_the_amount_agreed() -> None:
    assert found(AGREED) == Confirmed(agreed=AGREED, amount=AGREED, changes=(), conditions=())


def test_a_worse_answer_is_a_counter_offer_that_names_it() -> None:
    offer = found(AGREED - 900, cosmetic_grade="C")
    assert isinstance(offer, CounterOffer)
    assert offer.changes == (WORSE,)
    assert WORSE.reason == "cosmetic_grade_differs"


def test_a_worse_answer_that_costs_nothing_still_awaits_the_customers_word() -> None:
    assert isinstance(found(AGREED, cosmetic_grade="C"), CounterOffer)


@pytest.mark.parametrize("more", [0, 1, 900])
def test_a_better_device_is_confirmed_and_never_paid_less(more: int) -> None:
    better = found(AGREED + more, cosmetic_grade="A", battery_health=90)
    assert isinstance(better, Confirmed)
    assert better.amount == AGREED + more
    assert refusal(AGREED - 1, cosmetic_grade="A") is Refusal.DROP_WITHOUT_CAUSE


def test_better_and_worse_together_may_move_the_amount_either_way_with_consent() -> None:
    for amount in (AGREED - 1, AGREED, AGREED + 1):
        assert isinstance(found(amount, cosmetic_grade="C", battery_health=90), CounterOffer)


def test_a_drop_without_a_changed_answer_cannot_be_expressed() -> None:
    assert refusal(AGREED - 1) is Refusal.DROP_WITHOUT_CHANGE
    for kind in (Confirmed, CounterOffer):
        with pytest.raises(IllegalStep, match="no answer changed"):
            kind(agreed=AGREED, amount=AGREED - 1, changes=(), conditions=())


def test_more_money_without_a_better_answer_is_an_override_and_no_inspection() -> None:
    assert refusal(AGREED + 1) is Refusal.RAISE_WITHOUT_CAUSE
    assert refusal(AGREED + 1, cosmetic_grade="C") is Refusal.RAISE_WITHOUT_CAUSE


def test_another_variant_may_move_the_amount_either_way_and_down_with_consent() -> None:
    assert isinstance(found(AGREED - 1, others=[VARIANT]), CounterOffer)
    assert isinstance(found(AGREED, others=[VARIANT]), Confirmed)
    assert isinstance(found(AGREED + 1, others=[VARIANT]), Confirmed)
    assert VARIANT.reason == "variant_differs"


def test_another_unit_awaits_the_customers_word_and_moves_no_amount() -> None:
    assert isinstance(found(AGREED, others=[UNIT]), CounterOffer)
    assert refusal(AGREED - 1, others=[UNIT]) is Refusal.DROP_WITHOUT_CAUSE
    assert refusal(AGREED + 1, others=[UNIT]) is Refusal.RAISE_WITHOUT_CAUSE
    assert UNIT.reason == "unit_differs"


changes = st.lists(st.sampled_from([WORSE, BETTER, VARIANT, UNIT]), unique=True)
amounts = st.integers(AGREED - 3, AGREED + 3)


@given(changes, amounts)
def test_every_verdict_is_one_kind_or_refused(changed: list[Change], amount: int) -> None:
    made, codes = [], set()
    for kind in (Confirmed, CounterOffer):
        try:
            made.append(kind(agreed=AGREED, amount=amount, changes=tuple(changed), conditions=()))
        except IllegalStep as refused:
            codes.add(refused.code)
        except BadRecord:
            continue
    assert len(made) + len(codes) == 1
    for verdict_ in made:
        fell = amount < AGREED
        assert not fell or (isinstance(verdict_, CounterOffer) and {WORSE, VARIANT} & {*changed})


def test_reasons_are_those_of_the_registry_and_two_more() -> None:
    assert len(set(REASONS)) == len(REASONS) == len(QUESTIONS) + 2
    assert {VARIANT.reason, UNIT.reason, WORSE.reason} <= set(REASONS)


def test_changes_come_in_the_order_of_the_registry_with_their_evidence() -> None:
    inspected = make_answers(cosmetic_grade="C", battery_health=80, mdm="enrolled").levels
    backwards = dict(reversed(list(inspected.items())))
    changed = changed_answers(
        declared=DECLARED.levels, inspected=backwards, evidence={"mdm": [PHOTO]}
    )
    assert [c.question for c in changed] == ["cosmetic_grade", "battery_health", "mdm"]
    assert [c.evidence for c in changed] == [(), (), (PHOTO,)]


def test_what_follows_from_a_changed_answer_is_no_change_of_its_own() -> None:
    dead = make_answers(powers_on="no", cosmetic_grade="B").levels
    assert sum(dead[q] != DECLARED.levels[q] for q in dead) > 5
    changed = changed_answers(declared=DECLARED.levels, inspected=dead)
    assert [c.question for c in changed] == ["powers_on"]


def test_a_named_fault_is_a_change_beside_the_question_that_asks_for_it() -> None:
    faults = [q.id for q in QUESTIONS if len(q.asked_when) == 2]
    answers = {**dict.fromkeys(faults, "yes"), "cameras_work": "no", "functions_work": "no"}
    broken = make_answers(cosmetic_grade="B", battery_health=85, **answers).levels
    changed = changed_answers(declared=DECLARED.levels, inspected=broken)
    assert [c.question for c in changed] == ["functions_work", "cameras_work"]


@pytest.mark.parametrize("gone", ["mdm", "battery_health"])
def test_an_inspection_answers_every_question_that_was_declared(gone: str) -> None:
    partial = {q: level for q, level in DECLARED.levels.items() if q != gone}
    for declared, inspected in ((DECLARED.levels, partial), (partial, DECLARED.levels)):
        with pytest.raises(IllegalStep, match=gone) as caught:
            changed_answers(declared=declared, inspected=inspected)
        assert caught.value.code is Refusal.OTHER_QUESTIONS


def test_a_tablet_is_no_answer_to_a_quote_for_a_phone() -> None:
    tablet = make_answers(Category.TABLET).levels
    with pytest.raises(IllegalStep, match="sim_lock"):
        changed_answers(declared=make_answers().levels, inspected=tablet)


def test_evidence_belongs_to_an_answer_that_changed() -> None:
    with pytest.raises(BadRecord, match="did not change; what changed: nothing"):
        changed_answers(
            declared=DECLARED.levels, inspected=DECLARED.levels, evidence={"mdm": [PHOTO]}
        )


@pytest.mark.parametrize(
    ("question", "declared", "inspected"),
    [
        ("weather", 0, 1),
        ("mdm", 0, 0),
        ("mdm", 0, 2),
        ("mdm", -1, 0),
        ("mdm", True, 0),
        ("battery_health", 100, 101),
    ],
)
def test_a_change_is_between_two_levels_of_a_question(
    question: str, declared: int, inspected: int
) -> None:
    with pytest.raises(BadRecord):
        ChangedAnswer(question=question, declared=declared, inspected=inspected)


def test_the_same_variant_or_unit_is_no_change() -> None:
    with pytest.raises(BadRecord):
        OtherVariant(declared="a", inspected="a")
    with pytest.raises(BadRecord):
        OtherUnit(declared=UNIT.declared, inspected=UNIT.declared)


def test_a_change_is_named_once() -> None:
    again = ChangedAnswer(question="cosmetic_grade", declared=3, inspected=1)
    with pytest.raises(BadRecord, match="each change once"):
        CounterOffer(agreed=AGREED, amount=AGREED, changes=(WORSE, again), conditions=())


@pytest.mark.parametrize("wrong", [1.0, True])
def test_amounts_are_ints(wrong: object) -> None:
    for field in ("agreed", "amount"):
        amounts: dict[str, object] = {"agreed": 100, "amount": 100, field: wrong}
        with pytest.raises(TypeError):
            # What a caller may get wrong.
            CounterOffer(**amounts, changes=(WORSE,), conditions=())  # type: ignore[arg-type]


def test_what_must_be_consented_to_cannot_be_called_confirmed_nor_the_reverse() -> None:
    with pytest.raises(BadRecord, match="is a counter-offer"):
        Confirmed(agreed=AGREED, amount=AGREED, changes=(WORSE,), conditions=())
    with pytest.raises(BadRecord, match="needs no counter-offer"):
        CounterOffer(agreed=AGREED, amount=AGREED, changes=(BETTER,), conditions=())
