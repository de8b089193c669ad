"""How good a price model is on sales that it has not seen, beside the look-up baseline.

Overall and by segment. Below the minimum number of sales a segment is blank: a number from few
sales is believed as readily as one from many.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import cast

import numpy as np

from training import metrics
from training.bootstrap import DRAWS, Bounds, Codes, codes, group_bootstrap, groups_of
from training.coverage_rule import SegmentCoverage
from training.dataset import Dataset, Index, Mask
from training.guarantees import (
    Below,
    Predicted,
    below,
    below_from_json,
    with_recorded_answers,
)
from training.segments import SUPPORT, UNSOLD, segments_of
from valuation.features import Floats

ALL = "all"
HELD_OUT = f"{UNSOLD}: device models held out whole"


@dataclass(frozen=True, slots=True)
class PointFigures:
    """How good one price a row is; names with ``log`` are in log price, pinball in major units.

    ``median_pinball`` is half the mean absolute error.
    """

    mdape: float
    mean_error: float
    log_mae: float
    median_ratio: float
    cod: float
    prd: float
    median_pinball: float


@dataclass(frozen=True, slots=True)
class IntervalFigures:
    """How good p10, p50 and p90 are together; names with ``log`` are in log price."""

    coverage: float
    log_pinball: float
    pinball: float
    log_interval_score: float
    interval_score: float
    median_width: float


@dataclass(frozen=True, slots=True)
class Segment:
    """The figures of one part of the sales; None where there are too few.

    ``coverage_bounds`` are 95% by group bootstrap; None also where there are too few groups.
    ``below``: the share of its sales with recorded answers that lay below the guaranteed value;
    empty where those are too few.
    """

    dimension: str
    value: str
    rows: int
    ours: PointFigures | None
    interval: IntervalFigures | None
    baseline: PointFigures | None
    coverage_bounds: Bounds | None
    below: tuple[Below, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation on sales named by their digest."""

    sales_digest: str
    rows: int
    minimum: int
    overall: Segment
    segments: tuple[Segment, ...]

    def to_json(self) -> dict[str, object]:
        """JSON-able data; the inverse of ``evaluation_from_json``."""
        return asdict(self)

    def headline(self) -> dict[str, float]:
        """The figures of all sales by name, ours and ``baseline_…``, for a list of metrics."""
        parts = (("", self.overall.ours), ("", self.overall.interval))
        named = [*parts, ("baseline_", self.overall.baseline)]
        return {
            f"{prefix}{name}": value
            for prefix, part in named
            if part is not None
            for name, value in asdict(part).items()
        }

    def dimensions(self) -> dict[str, list[Segment]]:
        """Segments by dimension, in the order of their labels."""
        found: dict[str, list[Segment]] = {}
        for segment in self.segments:
            found.setdefault(segment.dimension, []).append(segment)
        return found


def largest(*, segments: Sequence[Segment], count: int) -> list[Segment]:
    """The ``count`` segments with most sales, in the order given."""
    kept = sorted(segments, key=lambda segment: -segment.rows)[:count]
    return [segment for segment in segments if segment in kept]


def coverage_of(segment: Segment) -> SegmentCoverage | None:
    """What the rule of coverage judges; None where the segment is blank."""
    if segment.interval is None:
        return None
    return SegmentCoverage(
        name=f"{segment.dimension} {segment.value}",
        rows=segment.rows,
        coverage=segment.interval.coverage,
        bounds=segment.coverage_bounds,
        unsold=segment.dimension == SUPPORT and segment.value.startswith(UNSOLD),
    )


def evaluate(
    *,
    dataset: Dataset,
    made: Predicted,
    baseline_log: Floats,
    support: Floats,
    minimum: int,
    rng: np.random.Generator,
    draws: int = DRAWS,
    taught: Collection[str] = (),
) -> Evaluation:
    """Hold predictions against sales.

    ``baseline_log``: (n,); ``support``: (n,), sales of the row's device model in the fit;
    ``minimum``: rows below which a segment is blank; ``taught``: questions that a sale must answer
    to be held against the guaranteed value.
    """
    groups, answered = groups_of(dataset), with_recorded_answers(dataset, taught)
    view = _View(dataset.log_price, made, baseline_log, answered, groups, minimum, rng, draws)
    labels = segments_of(dataset=dataset, log_median=made.log_quantiles[:, 1], support=support)
    return Evaluation(
        sales_digest=dataset.digest,
        rows=len(dataset),
        minimum=minimum,
        overall=view.segment(ALL, ALL, np.arange(len(dataset))),
        segments=tuple(
            view.segment(dimension, str(value), np.flatnonzero(words == value))
            for dimension, words in labels.items()
            for value in sorted(set(words))
        ),
    )


def with_held_out(
    evaluation: Evaluation,
    *,
    dataset: Dataset,
    made: Predicted,
    baseline_log: Floats,
    rng: np.random.Generator,
    draws: int = DRAWS,
    taught: Collection[str] = (),
) -> Evaluation:
    """The evaluation with one more segment of support: sales of device models that were left out
    whole, priced by fits that had no sale of them; shapes as in ``evaluate``. What errs together
    there is a device model, whoever sold it."""
    groups, minimum = codes(dataset.columns.device_model), evaluation.minimum
    answered = with_recorded_answers(dataset, taught)
    view = _View(dataset.log_price, made, baseline_log, answered, groups, minimum, rng, draws)
    added = view.segment(SUPPORT, HELD_OUT, np.arange(len(dataset)))
    return replace(evaluation, segments=(*evaluation.segments, added))


@dataclass(frozen=True, slots=True)
class _View:
    """What every segment is cut from."""

    log_price: Floats
    made: Predicted
    baseline_log: Floats
    answered: Mask
    groups: Codes
    minimum: int
    rng: np.random.Generator
    draws: int

    def segment(self, dimension: str, value: str, rows: Index) -> Segment:
        if len(rows) < max(self.minimum, 1):
            return Segment(dimension, value, len(rows), None, None, None, None)
        actual, quantiles = self.log_price[rows], self.made.log_quantiles[rows]
        inside = metrics.covered(actual=actual, low=quantiles[:, 0], high=quantiles[:, 2])
        return Segment(
            dimension=dimension,
            value=value,
            rows=len(rows),
            ours=point_figures(log_price=actual, predicted_log=quantiles[:, 1]),
            interval=interval_figures(log_price=actual, log_quantiles=quantiles),
            baseline=point_figures(log_price=actual, predicted_log=self.baseline_log[rows]),
            coverage_bounds=group_bootstrap(
                values=inside, groups=self.groups[rows], rng=self.rng, draws=self.draws
            ),
            below=self._below(rows[self.answered[rows]]),
        )

    def _below(self, rows: Index) -> tuple[Below, ...]:
        if len(rows) < max(self.minimum, 1):
            return ()
        return below(
            log_price=self.log_price[rows],
            made=replace(
                self.made,
                log_quantiles=self.made.log_quantiles[rows],
                bounds=self.made.bounds[rows],
            ),
            groups=self.groups[rows],
            rng=self.rng.spawn(1)[0],  # its draws change no other figure
            draws=self.draws,
        )


def point_figures(*, log_price: Floats, predicted_log: Floats) -> PointFigures:
    """Figures of one predicted log price a row, both of shape (n,)."""
    actual, predicted = np.exp(log_price), np.exp(predicted_log)
    return PointFigures(
        mdape=metrics.mdape(actual=actual, predicted=predicted),
        mean_error=metrics.mean_relative_error(actual=actual, predicted=predicted),
        log_mae=metrics.mean_absolute_error(actual=log_price, predicted=predicted_log),
        median_ratio=metrics.median_ratio(actual=actual, predicted=predicted),
        cod=metrics.cod(actual=actual, predicted=predicted),
        prd=metrics.prd(actual=actual, predicted=predicted),
        median_pinball=metrics.pinball(actual=actual, predicted=predicted, level=0.5),
    )


def interval_figures(*, log_price: Floats, log_quantiles: Floats) -> IntervalFigures:
    """Figures of log quantiles of shape (n, 3)."""
    actual, quantiles = np.exp(log_price), np.exp(log_quantiles)
    log_low, log_high = log_quantiles[:, 0], log_quantiles[:, 2]
    return IntervalFigures(
        coverage=metrics.coverage(actual=log_price, low=log_low, high=log_high),
        log_pinball=metrics.mean_pinball(actual=log_price, quantiles=log_quantiles),
        pinball=metrics.mean_pinball(actual=actual, quantiles=quantiles),
        log_interval_score=metrics.interval_score(actual=log_price, low=log_low, high=log_high),
        interval_score=metrics.interval_score(
            actual=actual, low=quantiles[:, 0], high=quantiles[:, 2]
        ),
        median_width=metrics.median_relative_width(quantiles=quantiles),
    )


def evaluation_from_json(data: Mapping[str, object]) -> Evaluation:
    """The inverse of ``Evaluation.to_json``; KeyError or TypeError where a part is missing."""
    segments = cast(list[Mapping[str, object]], data["segments"])
    return Evaluation(
        sales_digest=str(data["sales_digest"]),
        rows=cast(int, data["rows"]),
        minimum=cast(int, data["minimum"]),
        overall=_segment(cast(Mapping[str, object], data["overall"])),
        segments=tuple(_segment(segment) for segment in segments),
    )


def _segment(data: Mapping[str, object]) -> Segment:
    def part(name: str) -> dict[str, float] | None:
        """Figures by name; JSON has no NaN and gives null."""
        found = cast(Mapping[str, float | None] | None, data[name])
        if found is None:
            return None
        return {key: float("nan") if value is None else value for key, value in found.items()}

    ours, interval, baseline, bounds = map(
        part, ("ours", "interval", "baseline", "coverage_bounds")
    )
    return Segment(
        dimension=str(data["dimension"]),
        value=str(data["value"]),
        rows=cast(int, data["rows"]),
        ours=None if ours is None else PointFigures(**ours),
        interval=None if interval is None else IntervalFigures(**interval),
        baseline=None if baseline is None else PointFigures(**baseline),
        coverage_bounds=None if bounds is None else Bounds(**bounds),
        below=below_from_json(cast(list[Mapping[str, object]], data.get("below", []))),
    )
