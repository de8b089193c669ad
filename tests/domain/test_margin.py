"""What is left of a net value: never less of a greater one, whatever the margin."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.making import SHARES, random_margin
from valuation.domain.margin import Margin, MarginRefused, Tier
from valuation.domain.money import BASIS_POINTS, share

AMOUNT = st.integers(0, 10**8)
margins = st.integers(0, 2**32).map(lambda seed: random_margin(Random(seed)))
# Amounts in fen: 8% of the first 2,000 yuan, 5% of what lies above, 20 yuan besides.
TIERS = (Tier(0, 800), Tier(200_000, 500))


def by_hand(margin: Margin, net: int) -> Fraction:
    """The margin part by part, unrounded and before its floor and its ceiling."""
    ends = [*(tier.start for tier in margin.tiers[1:]), max(net, margin.tiers[-1].start)]
    parts = (
        Fraction(max(0, min(net, end) - tier.start) * tier.share, BASIS_POINTS)
        for tier, end in zip(margin.tiers, ends, strict=True)
    )
    return sum(parts, Fraction(margin.fixed))


@given(margins, st.integers(-(10**8), 10**8), st.integers(1, 10**6))
def test_one_more_unit_or_many_never_leave_less(margin: Margin, net: int, more: int) -> None:
    assert margin.paid(net) <= margin.paid(net + 1) <= margin.paid(net + more)


@given(margins)
def test_nothing_is_lost_at_the_start_of_a_tier(margin: Margin) -> None:
    for tier in margin.tiers:
        around = [margin.paid(tier.start + step) for step in (-2, -1, 0, 1, 2)]
        assert around == sorted(around)
        assert around[-1] - around[0] <= 5


@given(margins, AMOUNT)
def test_the_tiers_and_the_amounts_are_what_is_kept(margin: Margin, net: int) -> None:
    kept = max(by_hand(margin, net), Fraction(margin.floor))
    if margin.ceiling is not None:
        kept = min(kept, Fraction(margin.ceiling))
    exact = max(Fraction(0), net - kept)
    assert 0 <= exact - margin.paid(net) < 1


@given(st.sampled_from(SHARES), st.integers(-(10**8), 10**8))
def test_a_plain_share_leaves_what_it_always_left(basis_points: int, net: int) -> None:
    left = share(amount=net, basis_points=BASIS_POINTS - basis_points)
    assert Margin.of_share(basis_points).paid(net) == max(0, left)


@pytest.mark.parametrize(
    ("margin", "net", "paid"),
    [
        # 160.00 of the first 2,000.00, 50.00 of the 1,000.00 above.
        (Margin(TIERS), 300_000, 279_000),
        (Margin(TIERS, fixed=2_000), 300_000, 277_000),
        (Margin(TIERS, ceiling=18_000), 300_000, 282_000),
        (Margin(TIERS, floor=10_000), 100_000, 90_000),
        # Of less than the floor everything is kept, and nobody is asked to pay.
        (Margin(TIERS, floor=10_000), 9_000, 0),
        (Margin((Tier(0, 0),), fixed=5_000), 100_000, 95_000),
        (Margin(TIERS), -1, 0),
        # 0.08 fen are kept of one: a whole one is not left.
        (Margin(TIERS), 1, 0),
    ],
)
def test_a_margin_by_example(margin: Margin, net: int, paid: int) -> None:
    assert margin.paid(net) == paid


def test_only_a_share_alone_is_plain() -> None:
    assert Margin.of_share(800).plain == 800
    for margin in (Margin(TIERS), Margin((Tier(0, 800),), floor=1), Margin((Tier(0, 0),), 1)):
        assert margin.plain is None


@pytest.mark.parametrize(
    ("tiers", "amounts", "says"),
    [
        ([(0, 10_000)], {}, "leaves nothing to pay"),
        ([(0, -1)], {}, "leaves nothing to pay"),
        # More than everything of what lies above: a better device would be paid less.
        ([(0, 800), (200_000, 10_001)], {}, "leaves nothing to pay"),
        ([], {}, "the first starts at 0"),
        ([(1, 800)], {}, "the first starts at 0"),
        ([(0, 800), (5, 700), (5, 600)], {}, "tiers of a margin ascend"),
        ([(0, 800), (9, 700), (5, 600)], {}, "tiers of a margin ascend"),
        ([(0, 800)], {"fixed": -1}, "pays nobody"),
        ([(0, 800)], {"floor": -1}, "pays nobody"),
        ([(0, 800)], {"floor": 2, "ceiling": 1}, "floor of a margin lies above its ceiling"),
        ([(0, 800)], {"ceiling": -1}, "floor of a margin lies above its ceiling"),
    ],
)
def test_a_margin_that_could_pay_more_for_less_or_makes_no_sense_is_refused(
    tiers: list[tuple[int, int]], amounts: dict[str, int], says: str
) -> None:
    with pytest.raises(MarginRefused, match=says):
        Margin(tuple(Tier(*tier) for tier in tiers), **amounts)
