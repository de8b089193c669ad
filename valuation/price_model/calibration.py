"""Split-conformal offsets: what is added to a fitted quantile so that it keeps its word.

A conformity score is log(sale price) minus the fitted log quantile, on sales that the fit has not
seen. Scores are kept by cell: how many sales the fit had of the device model, and the buyer where
the market names one. A cell never depends on an answer or on the age, so the offsets cannot break
monotone money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor

import numpy as np

from valuation.features import Floats

ALL_SOLD = "sold"  # every sold device model together: for cells with too few scores
CELL_CONTEXT = "buyer"  # the context column whose prices differ in spread, not just in level


class Support(StrEnum):
    """How many sales of the device model the fit had: 0, 1 to 5, 6 to 20, more.

    ``BARE``: none, and its launch price is not known either.
    """

    BARE = "bare"
    UNSOLD = "unsold"
    FEW = "few"
    SOME = "some"
    MANY = "many"


def support_of(sales: int, *, launch_known: bool) -> Support:
    """The band of a number of sales; the launch price matters only where there are none."""
    if sales > 20:
        return Support.MANY
    if sales > 5:
        return Support.SOME
    if sales > 0:
        return Support.FEW
    return Support.UNSOLD if launch_known else Support.BARE


def whole_of(support: Support) -> str:
    """The widest cell of a band: all sold device models together, or those of one kind unsold."""
    return support.value if support in (Support.UNSOLD, Support.BARE) else ALL_SOLD


def cells_of(support: Support, buyer: str | None) -> tuple[str, ...]:
    """The cells that speak for a device model, the narrowest first."""
    if support in (Support.UNSOLD, Support.BARE):
        return (f"{support.value}/{buyer}", support.value)
    return (f"{support.value}/{buyer}", f"{ALL_SOLD}/{buyer}", support.value, ALL_SOLD)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Ascending conformity scores by cell and quantile level."""

    scores: Mapping[str, Mapping[float, tuple[float, ...]]]

    def speaks_for(self, cells: Sequence[str]) -> bool:
        """Whether one of the cells has scores."""
        return any(cell in self.scores for cell in cells)

    def offset(self, *, cells: Sequence[str], level: float, at: float | None = None) -> float:
        """What to add to the fitted log quantile of a level, by the first cell that has scores;
        ``at``: the share of later sales to be left below it, where another than the level."""
        cell = next(cell for cell in cells if cell in self.scores)
        wanted = level if at is None else at
        return conformal_offset(scores=self.scores[cell][level], level=wanted)


def conformal_offset(*, scores: Sequence[float], level: float) -> float:
    """The order statistic of ascending scores that leaves ``level`` of later sales below.

    The finite-sample rank is rounded away from the median, to the safe side (Vovk et al. 2005;
    Romano, Patterson, Candès 2019). ValueError without scores.
    """
    if not scores:
        raise ValueError("a calibration without scores has no offset")
    rank = (len(scores) + 1) * level
    position = floor(rank) if level < 0.5 else ceil(rank)
    return scores[min(max(position, 1), len(scores)) - 1]


def guaranteed_logs(
    *, raw: Floats, logs: Floats, offsets: Floats, levels: Sequence[float], guarantee: float
) -> Floats:
    """Log prices below which a share ``guarantee`` of later sales lies, shape (n,).

    ``raw``: the fitted column of ``base_of(guarantee)``; ``offsets``: the scores' order statistics
    of that column at ``guarantee``, both (n,); ``logs``: calibrated log quantiles, ascending,
    (n, levels). No bound leaves the quantiles that it lies between, so a share that is one of the
    levels is that quantile.
    """
    below = [logs[:, i] for i, level in enumerate(levels) if level <= guarantee]
    above = [logs[:, i] for i, level in enumerate(levels) if level >= guarantee]
    bounds: Floats = raw + offsets
    bounds = np.maximum(bounds, below[-1]) if below else bounds
    return np.minimum(bounds, above[0]) if above else bounds


def base_of(guarantee: float, levels: Sequence[float]) -> float:
    """The fitted level whose scores bound a guarantee: the nearest one."""
    return min(levels, key=lambda level: (abs(level - guarantee), level))


def to_json(calibration: Calibration) -> dict[str, dict[str, list[float]]]:
    """JSON-able scores; the inverse of ``from_json``."""
    return {
        str(cell): {str(level): list(scores) for level, scores in by_level.items()}
        for cell, by_level in calibration.scores.items()
    }


def from_json(data: Mapping[str, Mapping[str, Sequence[float]]]) -> Calibration:
    """Scores from JSON; ValueError where a level is none."""
    return Calibration(
        {
            cell: {
                float(level): tuple(float(score) for score in scores)
                for level, scores in by_level.items()
            }
            for cell, by_level in data.items()
        }
    )
