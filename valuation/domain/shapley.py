"""Shapley shares: how much each of several causes has in what they bring about together.

A cause's share is the mean of what it changes over every order in which the causes could come, so
the order in which they were told changes nothing, and the shares sum to the whole (Shapley 1953).
"""

from collections.abc import Sequence
from functools import cache
from math import factorial

from valuation.domain.money import apportion


def shapley_shares(values: Sequence[int]) -> list[int]:
    """Each cause's share in whole minor units, summing to ``values[-1] - values[0]``.

    ``values`` holds the amount for every subset of the n causes, 2**n of them: bit i of the
    position says whether cause i is in the subset. Rounded by largest remainder.
    """
    causes = (len(values) - 1).bit_length()
    if len(values) != 1 << causes:
        raise ValueError(f"{len(values)} values are not those of all subsets of some causes")
    weights = _weights(causes)
    exact = [
        sum(
            weights[subset.bit_count()] * (values[subset | 1 << cause] - values[subset])
            for subset in range(len(values))
            if not subset >> cause & 1
        )
        for cause in range(causes)
    ]
    return apportion(numerators=exact, denominator=factorial(causes))


@cache
def _weights(causes: int) -> tuple[int, ...]:
    """In how many orders a subset of each size comes before one given cause."""
    return tuple(factorial(size) * factorial(causes - size - 1) for size in range(causes))
