"""Shares of causes, against the definition: the mean over every order."""

from fractions import Fraction
from itertools import permutations
from random import Random

import pytest

from valuation.domain.shapley import shapley_shares


def by_orders(values: list[int], causes: int) -> list[Fraction]:
    """What each cause changes, averaged over every order in which they come."""
    orders = list(permutations(range(causes)))
    total = [Fraction(0)] * causes
    for order in orders:
        subset = 0
        for cause in order:
            total[cause] += values[subset | 1 << cause] - values[subset]
            subset |= 1 << cause
    return [each / len(orders) for each in total]


@pytest.mark.parametrize("seed", range(60))
def test_shares_are_the_mean_over_every_order_and_sum_to_the_whole(seed: int) -> None:
    random = Random(seed)
    causes = seed % 6
    values = [random.randint(-100_000, 100_000) for _ in range(1 << causes)]
    shares = shapley_shares(values)
    assert sum(shares) == values[-1] - values[0]
    for share, exact in zip(shares, by_orders(values, causes), strict=True):
        assert abs(share - exact) < 1


def test_the_glove_game() -> None:
    # Shapley 1953's standard example: one left glove (2), two right ones; a pair is worth 60.
    worth = [60 if subset & 4 and subset & 3 else 0 for subset in range(8)]
    assert shapley_shares(worth) == [10, 10, 40]


def test_a_cause_that_changes_nothing_has_no_share() -> None:
    assert shapley_shares([500, 300, 500, 300]) == [-200, 0]


def test_what_cannot_be_divided_goes_to_the_earlier_of_two_alike() -> None:
    assert shapley_shares([0, 0, 0, -3]) == [-1, -2]


def test_values_of_some_subsets_only_are_refused() -> None:
    with pytest.raises(ValueError, match="3 values"):
        shapley_shares([1, 2, 3])
