"""Split-conformal offsets: what is added to a fitted quantile so that it keeps its word.

A conformity score is log(sale price) minus the fitted log quantile, on sales that the fit has not
seen. Groups depend on the device model alone (sold in this bundle, or not), never on an answer or
the age, so the offsets cannot break monotone money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor


class Support(StrEnum):
    """Whether this bundle's sales contain the device model."""

    SOLD = "sold"
    UNSOLD = "unsold"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Ascending conformity scores by support and quantile level."""

    scores: Mapping[Support, Mapping[float, tuple[float, ...]]]

    def offset(self, *, support: Support, level: float) -> float:
        """What to add to the fitted log quantile."""
        return conformal_offset(scores=self.scores[support][level], level=level)


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


def to_json(calibration: Calibration) -> dict[str, dict[str, list[float]]]:
    """JSON-able scores; the inverse of ``from_json``."""
    return {
        support.value: {str(level): list(scores) for level, scores in by_level.items()}
        for support, by_level in calibration.scores.items()
    }


def from_json(data: Mapping[str, Mapping[str, Sequence[float]]]) -> Calibration:
    """Scores from JSON; ValueError where a support or a level is none."""
    return Calibration(
        {
            Support(support): {
                float(level): tuple(float(score) for score in scores)
                for level, scores in by_level.items()
            }
            for support, by_level in data.items()
        }
    )
