"""When the interval of a segment does not keep its word: one rule for table, card and gate."""

from dataclasses import dataclass

from training.bootstrap import Bounds

ROWS = 150  # fewer sales than this say nothing of a segment's coverage


@dataclass(frozen=True, slots=True)
class SegmentCoverage:
    """Coverage of the 80% interval in one segment of the test sales.

    ``bounds``: its 95% interval by group bootstrap, None where there are too few groups;
    ``unsold``: the fit had no sale of these device models.
    """

    name: str
    rows: int
    coverage: float
    bounds: Bounds | None
    unsold: bool = False


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """A segment fails where its 95% interval misses ``band``, or its coverage leaves ``points``."""

    band: tuple[float, float]
    points: tuple[float, float]


SOLD = CoverageRule(band=(0.78, 0.82), points=(0.70, 0.90))
# Device models that nobody sold may be covered too well: their interval is wide on purpose.
UNSOLD = CoverageRule(band=(0.76, 1.0), points=(0.70, 1.0))


def fails(segment: SegmentCoverage) -> bool:
    """Whether the segment is large enough to judge and its coverage is not what was promised."""
    rule, bounds = UNSOLD if segment.unsold else SOLD, segment.bounds
    if not judged(segment) or leaves_points(segment):
        return judged(segment)
    return bounds is not None and (bounds.high < rule.band[0] or bounds.low > rule.band[1])


def judged(segment: SegmentCoverage) -> bool:
    """Whether the segment has enough sales to be judged."""
    return segment.rows >= ROWS


def leaves_points(segment: SegmentCoverage) -> bool:
    """Whether a judged segment's coverage is so far off that no sampling explains it away."""
    low, high = (UNSOLD if segment.unsold else SOLD).points
    return judged(segment) and not low <= segment.coverage <= high


def sentence(segment: SegmentCoverage) -> str:
    """What the segment covers, beside what it should."""
    rule, bounds = UNSOLD if segment.unsold else SOLD, segment.bounds
    measured = "" if bounds is None else f" (95%: {bounds.low:.1%} to {bounds.high:.1%})"
    return (
        f"{segment.name}: the 80% interval covers {segment.coverage:.1%}{measured} of "
        f"{segment.rows} sales; the 95% interval must meet {rule.band[0]:.0%} to "
        f"{rule.band[1]:.0%}, the share lie in {rule.points[0]:.0%} to {rule.points[1]:.0%}"
    )
