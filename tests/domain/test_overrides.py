"""A person's own amount: which way, how far alone, and who confirms."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.lives import CLERK, CUSTOMER, MANAGER, TILL
from valuation.domain.overrides import Override, OverrideReason, override, with_adjustment
from valuation.domain.records import CLOCK, Actor, BadRecord, Role
from valuation.domain.refusals import IllegalStep, Refusal

LIMITS = {Role.CLERK: 2_000, Role.MANAGER: 10_000}
OTHER_CLERK = Actor(role=Role.CLERK, id="clerk-2")
OTHER_MANAGER = Actor(role=Role.MANAGER, id="manager-2")


@dataclass(frozen=True)
class At:
    """A quote as far as an override sees it."""

    amount: int | None = 100_000
    overridden: int = 0
    accepted: bool = True


def moved(
    difference: int, *, at: At | None = None, by: Actor = CLERK, second: Actor | None = None
) -> Override:
    standing = at or At()
    return override(
        standing=standing,
        amount=(standing.amount or 0) + difference,
        reason=OverrideReason.GOODWILL,
        by=by,
        limits=LIMITS,
        confirmed_by=second,
    )


def refusal(
    difference: int, *, at: At | None = None, by: Actor = CLERK, second: Actor | None = None
) -> Refusal:
    with pytest.raises(IllegalStep) as caught:
        moved(difference, at=at, by=by, second=second)
    assert "{" not in str(caught.value)
    return caught.value.code


def test_an_override_records_amount_difference_reason_and_who() -> None:
    made = moved(1_500)
    assert (made.before, made.amount, made.difference) == (100_000, 101_500, 1_500)
    assert (made.by, made.reason, made.confirmed_by) == (CLERK, OverrideReason.GOODWILL, None)


def test_before_acceptance_only_downwards() -> None:
    offered = At(accepted=False)
    assert moved(-1, at=offered).difference == -1
    assert refusal(1, at=offered) is Refusal.OVERRIDE_UP_BEFORE_ACCEPTANCE


def test_after_acceptance_only_upwards() -> None:
    assert moved(1).difference == 1
    assert refusal(-1) is Refusal.OVERRIDE_DOWN_AFTER_ACCEPTANCE


def test_an_override_changes_the_amount() -> None:
    assert refusal(0) is Refusal.OVERRIDE_CHANGES_NOTHING


def test_an_offer_cannot_be_overridden_below_nothing() -> None:
    with pytest.raises(BadRecord, match="0 or more"):
        moved(-11, at=At(amount=10, accepted=False))


def test_where_nothing_is_offered_nobody_makes_an_amount_of_it() -> None:
    assert refusal(1, at=At(amount=0)) is Refusal.NOTHING_TO_RAISE
    assert refusal(5_000, at=At(amount=0), by=MANAGER) is Refusal.NOTHING_TO_RAISE


@pytest.mark.parametrize(
    ("offer", "adjustment", "paid"),
    [(0, 5_000, 0), (0, -5_000, 0), (1, 5_000, 5_001), (4_000, -5_000, 0), (9_000, -5_000, 4_000)],
)
def test_what_people_moved_stays_with_an_offer_and_never_with_none(
    offer: int, adjustment: int, paid: int
) -> None:
    assert with_adjustment(offer, adjustment) == paid


def test_what_has_no_amount_cannot_be_overridden() -> None:
    assert refusal(5, at=At(amount=None)) is Refusal.NO_OFFER


@pytest.mark.parametrize("by", [CLERK, MANAGER])
def test_a_person_moves_up_to_the_limit_alone_and_no_unit_more(by: Actor) -> None:
    limit = LIMITS[by.role]
    assert moved(limit, by=by).confirmed_by is None
    assert moved(-limit, by=by, at=At(accepted=False)).confirmed_by is None
    beyond = Refusal.SECOND_PERSON_NEEDED if by is CLERK else Refusal.OVERRIDE_ABOVE_CEILING
    assert refusal(limit + 1, by=by) is beyond


def test_a_limit_cannot_be_passed_in_small_steps_up_or_down() -> None:
    before = At(overridden=1_999)
    assert moved(1, at=before).moved == 2_000
    assert refusal(2, at=before) is Refusal.SECOND_PERSON_NEEDED
    assert refusal(-2, at=replace(before, accepted=False)) is Refusal.SECOND_PERSON_NEEDED


def test_nobody_confirms_their_own_override() -> None:
    assert refusal(5_000, second=CLERK) is Refusal.SECOND_PERSON_IS_THE_FIRST
    promoted = Actor(role=Role.MANAGER, id=CLERK.id)
    assert refusal(5_000, second=promoted) is Refusal.SECOND_PERSON_IS_THE_FIRST


def test_the_second_persons_own_limit_covers_the_move() -> None:
    assert moved(5_000, second=MANAGER).confirmed_by == MANAGER
    assert refusal(5_000, second=OTHER_CLERK) is Refusal.SECOND_PERSON_MAY_NOT


def test_within_the_limit_whoever_confirms_is_noted_and_needs_no_limit() -> None:
    assert moved(2_000, second=OTHER_CLERK).confirmed_by == OTHER_CLERK


def test_nobody_moves_a_quote_beyond_the_highest_limit_whoever_confirms() -> None:
    assert moved(10_000, second=MANAGER).confirmed_by == MANAGER
    for by, second in ((CLERK, MANAGER), (MANAGER, OTHER_MANAGER), (MANAGER, CLERK)):
        assert refusal(10_001, by=by, second=second) is Refusal.OVERRIDE_ABOVE_CEILING
    split = At(overridden=9_999)
    assert refusal(2, at=split, second=MANAGER) is Refusal.OVERRIDE_ABOVE_CEILING


def test_a_record_of_before_there_was_a_ceiling_is_still_one() -> None:
    made = moved(5_000, second=MANAGER)
    assert replace(made, amount=made.before + 50_000).moved == 50_000


@pytest.mark.parametrize("who", [CUSTOMER, TILL, CLOCK])
def test_only_people_of_the_shop_override_or_confirm(who: Actor) -> None:
    assert refusal(1, by=who) is Refusal.NOT_THIS_ROLE
    assert refusal(5_000, second=who) is Refusal.SECOND_PERSON_MAY_NOT
    with pytest.raises(BadRecord, match="only a person"):
        replace(moved(1), by=who)


def test_a_role_without_a_limit_does_not_override() -> None:
    with pytest.raises(IllegalStep, match="ask a manager"):
        override(
            standing=At(),
            amount=100_001,
            reason=OverrideReason.APPRAISAL,
            by=CLERK,
            limits={Role.MANAGER: 5},
        )


@given(st.integers(-30_000, 30_000), st.integers(0, 30_000), st.booleans())
def test_no_record_goes_beyond_its_limit_without_a_second_person(
    difference: int, before: int, accepted: bool
) -> None:
    try:
        made = moved(difference, at=At(overridden=before, accepted=accepted))
    except IllegalStep:
        return
    assert made.moved == before + abs(difference) <= made.limit
    assert (made.difference > 0) is accepted


@pytest.mark.parametrize("amount", [1.5, True])
def test_amounts_of_an_override_are_ints(amount: object) -> None:
    for field in ("before", "amount", "limit", "overridden"):
        changed: dict[str, object] = {field: amount}
        with pytest.raises(TypeError):
            replace(moved(1), **changed)  # type: ignore[arg-type]  # what a caller may get wrong
