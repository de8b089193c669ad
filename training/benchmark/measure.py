"""What one method's predictions are worth on the scored rows, and beside another's on the same."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training import metrics
from training.bootstrap import CHUNK, MINIMUM_GROUPS, Bounds, Codes
from training.metrics import MISS
from valuation.domain.money import BASIS_POINTS
from valuation.features import Floats

# Metrics by how a row's values become one figure; the rest of a table is in ``Figures``.
MEANS = (
    "mean_error", "log_mae", "pinball", "coverage", "interval_score", "referred",
    "coverage_unreferred",
)  # fmt: skip
MEDIANS = ("mdape", "median_width")
METRICS = (
    "mdape", "mean_error", "log_mae", "pinball", "coverage", "interval_score", "median_width",
    "referred", "coverage_unreferred",
)  # fmt: skip
LESS_IS_BETTER = ("mdape", "mean_error", "log_mae", "pinball", "interval_score")


@dataclass(frozen=True, slots=True)
class Rows:
    """``n`` scored rows of all folds of a split, the same for every method.

    ``groups``: codes of what the bootstrap draws; ``fold``: number of the fold or seed.
    """

    log_price: Floats
    groups: Codes
    fold: Codes

    def __len__(self) -> int:
        return len(self.log_price)


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over all rows, with 95% bounds by group bootstrap (None: too few groups) and its
    values by fold."""

    value: float
    bounds: Bounds | None
    by_fold: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Paired:
    """A metric of ours less a peer's on the same drawn groups; negative: ours is better."""

    difference: float
    bounds: Bounds | None

    @property
    def verdict(self) -> str:
        """``first``, ``tie`` where the bounds contain 0, else ``behind``."""
        if self.bounds is None or self.bounds.low <= 0 <= self.bounds.high:
            return "tie"
        return "first" if self.difference < 0 else "behind"


def row_values(*, rows: Rows, log_quantiles: Floats, widest: int) -> dict[str, Floats]:
    """Every metric's value by row, shape (n,) each: of log prices but for the relative errors and
    the width. A row is referred where p90 / p10 passes ``widest`` basis points."""
    actual = rows.log_price
    low, middle, high = log_quantiles.T
    error = np.abs(np.exp(middle - actual) - 1)
    outside = np.maximum(low - actual, 0.0) + np.maximum(actual - high, 0.0)
    inside = metrics.covered(actual=actual, low=low, high=high)
    referred = (np.exp(high - low) * BASIS_POINTS > widest).astype(np.float64)
    return {
        "mdape": error,
        "mean_error": error,
        "log_mae": np.abs(middle - actual),
        "pinball": metrics.mean_pinball_losses(actual=actual, quantiles=log_quantiles),
        "coverage": inside,
        "interval_score": high - low + 2 / MISS * outside,
        "median_width": np.exp(high - middle) - np.exp(low - middle),
        "referred": referred,
        "coverage_unreferred": inside * (1 - referred),
    }


@dataclass(frozen=True, slots=True)
class Draws:
    """Groups drawn with replacement: how often each row counts in each draw, (draws, n).

    One set serves all methods and metrics of a split, so that differences are paired.
    """

    counts: Floats

    @classmethod
    def of(cls, rows: Rows, *, draws: int, rng: np.random.Generator) -> "Draws | None":
        """Draws of whole groups; None below ``MINIMUM_GROUPS`` groups."""
        present, compact = np.unique(rows.groups, return_inverse=True)
        size = len(present)
        if size < MINIMUM_GROUPS:
            return None
        drawn = rng.integers(0, size, (draws, size))
        by_group = np.stack([np.bincount(each, minlength=size) for each in drawn])
        return cls(by_group[:, compact].astype(np.float32))

    def of_metric(self, name: str, values: Floats) -> Floats:
        """The metric of each draw, shape (draws,)."""
        if name in MEANS:
            means: Floats = (self.counts @ values) / self.counts.sum(axis=1)
            return means
        order = np.argsort(values)
        return self._medians(values[order], order)

    def _medians(self, ascending: Floats, order: Codes) -> Floats:
        """Weighted medians: the first value at which half of the counts are reached."""
        step = max(1, CHUNK // len(order))
        found = []
        for start in range(0, len(self.counts), step):
            reached = np.cumsum(self.counts[start : start + step][:, order], axis=1)
            half = reached[:, -1:] / 2
            found.append(ascending[(reached < half).sum(axis=1)])
        return np.concatenate(found)


def figures(*, rows: Rows, values: Mapping[str, Floats], draws: Draws | None) -> dict[str, Figure]:
    """Every metric of one method."""
    return {name: _figure(name, rows, values[name], draws) for name in METRICS}


def paired(name: str, *, ours: Floats, theirs: Floats, draws: Draws | None) -> Paired:
    """A metric of ours less theirs, row values of the same rows."""
    difference = whole(name, ours) - whole(name, theirs)
    if draws is None:
        return Paired(difference, None)
    return Paired(difference, _bounds(draws.of_metric(name, ours) - draws.of_metric(name, theirs)))


def whole(name: str, values: Floats) -> float:
    """A metric of row values; NaN without rows."""
    if not len(values):
        return float("nan")
    return float(values.mean() if name in MEANS else np.median(values))


def _figure(name: str, rows: Rows, values: Floats, draws: Draws | None) -> Figure:
    bounds = None if draws is None else _bounds(draws.of_metric(name, values))
    by_fold = tuple(whole(name, values[rows.fold == fold]) for fold in np.unique(rows.fold))
    return Figure(whole(name, values), bounds, by_fold)


def _bounds(drawn: Floats) -> Bounds:
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Bounds(float(low), float(high))
