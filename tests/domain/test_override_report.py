"""Overrides counted by person, direction and currency."""

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.lives import CLERK, MANAGER
from valuation.domain.override_report import counted
from valuation.domain.overrides import Override, OverrideReason
from valuation.domain.records import Actor, Role

OTHER = Actor(role=Role.CLERK, id="clerk-2")


def made(
    difference: int, *, by: Actor = CLERK, reason: OverrideReason = OverrideReason.GOODWILL
) -> Override:
    second = MANAGER if abs(difference) > 2_000 and by is not MANAGER else None
    return Override(
        before=50_000, amount=50_000 + difference, reason=reason, by=by,
        limit=2_000 if by.role is Role.CLERK else 90_000, overridden=0, confirmed_by=second,
    )  # fmt: skip


def test_each_person_direction_and_currency_has_a_line() -> None:
    lines = counted(
        [
            (made(-1_000), "CNY"),
            (made(-3_000, reason=OverrideReason.APPRAISAL), "CNY"),
            (made(500), "CNY"),
            (made(700), "SGD"),
            (made(-4_000, by=MANAGER), "CNY"),
        ]
    )
    told = [
        (each.by.id, each.direction, each.currency, each.count, each.amount, each.second_person)
        for each in lines
    ]
    assert told == [
        ("clerk-1", "down", "CNY", 2, -4_000, 1),
        ("clerk-1", "up", "CNY", 1, 500, 0),
        ("clerk-1", "up", "SGD", 1, 700, 0),
        ("manager-1", "down", "CNY", 1, -4_000, 0),
    ]
    assert lines[0].reasons == {"appraisal": 1, "goodwill": 1}


def test_a_second_person_who_was_not_needed_is_not_counted() -> None:
    confirmed = Override(
        before=50_000, amount=49_000, reason=OverrideReason.GOODWILL, by=CLERK, limit=2_000,
        overridden=0, confirmed_by=MANAGER,
    )  # fmt: skip
    assert counted([(confirmed, "CNY")])[0].second_person == 0


moved = st.tuples(
    st.integers(-40_000, 40_000).filter(bool), st.sampled_from([CLERK, OTHER, MANAGER]),
    st.sampled_from(list(OverrideReason)), st.sampled_from(["CNY", "SGD"]),
)  # fmt: skip


@given(st.lists(moved))
def test_nothing_is_lost_or_counted_twice(
    moves: list[tuple[int, Actor, OverrideReason, str]],
) -> None:
    overrides = [(made(d, by=by, reason=why), currency) for d, by, why, currency in moves]
    lines = counted(overrides)
    assert sum(line.count for line in lines) == len(moves)
    assert sum(line.amount for line in lines) == sum(d for d, *_ in moves)
    assert sum(sum(line.reasons.values()) for line in lines) == len(moves)
    assert all((line.amount > 0) is (line.direction == "up") for line in lines)
