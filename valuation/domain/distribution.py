"""A belief about a price: any quantile, the mean, and tails that are stated.

Between the levels that were fitted the logarithm of the price runs straight in the normal score;
beyond them the last slope goes on to the 1% and the 99% quantile, where it stops: nothing is
believed beyond those two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import erf, exp, isfinite, sqrt
from statistics import NormalDist

NORMAL = NormalDist()
TAILS = (0.01, 0.99)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Ascending quantile levels with the natural logs of the price (major units) at them.

    ``bound``: log of the guaranteed price, where one was asked for: a one-sided conformal bound.
    """

    levels: tuple[float, ...]
    logs: tuple[float, ...]
    bound: float | None = None

    def __post_init__(self) -> None:
        if len(self.levels) < 2 or len(self.levels) != len(self.logs):
            raise ValueError("a distribution needs a log price at two quantile levels or more")
        bounds = (TAILS[0], *self.levels, TAILS[1])
        if any(a >= b for a, b in pairwise(bounds)):
            raise ValueError(f"quantile levels ascend between {TAILS}, not {self.levels}")
        if not all(isfinite(log) for log in self.logs):
            raise ValueError(f"a log price is no number: {self.logs}")
        if any(a > b for a, b in pairwise(self.logs)):
            raise ValueError(f"quantiles cross: {self.logs}")
        if self.bound is not None and not isfinite(self.bound):
            raise ValueError(f"a guaranteed log price is no number: {self.bound}")

    def guaranteed(self) -> float:
        """The price, in major units, below which the stated share of later sales lies; ValueError
        where none was asked for."""
        if self.bound is None:
            raise ValueError("no guaranteed price was asked for")
        return exp(self.bound)

    def quantile(self, level: float) -> float:
        """The price, in major units, that is not exceeded with probability ``level``."""
        if level in self.levels:
            return exp(self.logs[self.levels.index(level)])
        return exp(self._log_at(NORMAL.inv_cdf(min(max(level, TAILS[0]), TAILS[1]))))

    def mean(self) -> float:
        """The expected price in major units, in closed form over the straight pieces."""
        knots = self._knots()
        total = NORMAL.cdf(knots[0][0]) * exp(knots[0][1])
        for (z0, y0), (z1, y1) in pairwise(knots):
            slope = (y1 - y0) / (z1 - z0)
            start = y0 - slope * z0
            weight = _cdf(z1 - slope) - _cdf(z0 - slope)
            total += exp(start + slope * slope / 2) * weight
        return total + (1 - NORMAL.cdf(knots[-1][0])) * exp(knots[-1][1])

    def _log_at(self, z: float) -> float:
        knots = self._knots()
        for (z0, y0), (z1, y1) in pairwise(knots):
            if z == z1:
                return y1  # to the last bit, whatever the other quantiles are
            if z < z1:
                return y0 + (y1 - y0) * (z - z0) / (z1 - z0)
        return knots[-1][1]

    def _knots(self) -> list[tuple[float, float]]:
        inner = list(zip((_score(level) for level in self.levels), self.logs, strict=True))
        low, high = (_score(tail) for tail in TAILS)
        return [_extend(inner[1], inner[0], low), *inner, _extend(inner[-2], inner[-1], high)]


def straight(*, levels: Sequence[float], logs: Sequence[float]) -> Distribution:
    """A distribution whose crossing quantiles are put in order, as training does."""
    return Distribution(tuple(levels), tuple(sorted(logs)))


def _extend(inner: tuple[float, float], end: tuple[float, float], z: float) -> tuple[float, float]:
    slope = (end[1] - inner[1]) / (end[0] - inner[0])
    return z, end[1] + slope * (z - end[0])


_SCORES: dict[float, float] = {}


def _score(level: float) -> float:
    """The normal score of a level, remembered: a quote asks for the same few thousands of times."""
    if level not in _SCORES:
        _SCORES[level] = NORMAL.inv_cdf(level)
    return _SCORES[level]


def _cdf(z: float) -> float:
    return 0.5 * (1 + erf(z / sqrt(2)))
