"""Conformity scores: how far later or held-out sales lie from the fitted quantiles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from training import metrics
from training.dataset import Dataset, Index, Mask
from training.fit import LEVELS, Fitted, Progress, Task, fit_many, held_out
from training.guarantees import Predicted
from training.params import MixRules
from training.splits import balanced_folds, calibration_groups
from valuation.features import Floats, Words, context_words
from valuation.price_model.calibration import (
    ALL_SOLD,
    CELL_CONTEXT,
    Calibration,
    Support,
    base_of,
    cells_of,
    guaranteed_logs,
    support_of,
)
from valuation.price_model.library import Booster
from valuation.price_model.views import Direct, Views, mixed, shares_of

KEPT = 1_001  # order statistics kept of each set of scores


@dataclass(frozen=True, slots=True)
class Fits:
    """The bundle's own fit, with the fits that left something out to calibrate it.

    ``by_group``: one fit a fold of groups, for undated sales; empty where a later window
    calibrates. ``by_model``: one a fold of whole device models.
    """

    own: Fitted
    by_group: tuple[Fitted, ...]
    by_model: tuple[Fitted, ...]


def fit_all(task: Task, *, undated: bool, progress: Progress | None = None) -> Fits:
    """Every fit that a bundle needs, side by side."""
    rules = task.params.split
    groups = calibration_folds(task) if undated else np.zeros(0, dtype=np.intp)
    models = balanced_folds(task.dataset.columns.device_model, rules.unsold_folds, salt="unsold")
    folds = rules.calibration_folds if undated else 0
    tasks = [task]
    tasks += [held_out(task, groups == fold) for fold in range(folds)]
    tasks += [held_out(task, models == fold) for fold in range(rules.unsold_folds)]
    fits = fit_many(tasks, progress=progress)
    return Fits(fits[0], tuple(fits[1 : 1 + folds]), tuple(fits[1 + folds :]))


@dataclass(frozen=True, slots=True)
class Scored:
    """Sales that a fit left out: log quantiles of both views and raw ones (n, levels), the sales
    that it had of each device model (n,), the buyer of each sale, the fold that left it out (n,).
    """

    sales: Dataset
    first: Floats
    second: Floats
    raw: Floats
    support: Index
    buyers: Words
    fold: Index
    launch_known: Mask

    @property
    def scores(self) -> Floats:
        """Conformity scores, shape (n, levels)."""
        result: Floats = self.sales.log_price[:, None] - self.raw
        return result

    def take(self, rows: Mask) -> "Scored":
        """Some of the sales."""
        parts = {name: getattr(self, name)[rows] for name in self.__slots__ if name != "sales"}
        return Scored(self.sales.take(rows), **parts)

    def mixed(self, shares: Mapping[str, float]) -> "Scored":
        """The same with raw log quantiles of so much of the second view."""
        share = shares_of(self.support.tolist(), self.launch_known.tolist(), shares)
        return replace(self, raw=mixed(self.first, self.second, share))

    def cells(self) -> list[tuple[str, ...]]:
        """The cells that speak for each sale."""
        return [
            cells_of(support_of(int(sales), launch_known=bool(known)), buyer)
            for sales, known, buyer in zip(
                self.support, self.launch_known, self.buyers, strict=True
            )
        ]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The calibration, with calibrated log quantiles of sales that their own fit left out.

    ``shares``: what the direct boosters count for, by sold, unsold and bare device models.
    ``unsold``: sales left out with their whole device model; ``left_out``: sales left out with
    their group, None where a later window calibrates. Each fold has the offsets of the *others*.
    """

    calibration: Calibration
    shares: Mapping[str, float]
    unsold: Predicted
    left_out: tuple[Scored, Predicted] | None


def calibrate(task: Task, fits: Fits, later: Dataset) -> Calibrated:
    """Offsets from a later window, or out of fold where sales are undated; for device models that
    nobody sold from whole device models left out."""
    least, guarantees = task.params.split.least_cell, task.params.evaluation.guarantees
    if fits.by_group:
        sold = _out_of_fold(task, fits.by_group, calibration_folds(task))
    else:
        sold = scored(task, fits.own, later)
    models = task.dataset.columns.device_model
    folds = balanced_folds(models, task.params.split.unsold_folds, salt="unsold")
    unsold = _out_of_fold(task, fits.by_model, folds)
    # The same device models once more, as if nobody knew what they cost when they came out.
    bare = _out_of_fold(replace(task, dataset=_without_launch(task.dataset)), fits.by_model, folds)
    shares = {
        part: best_share(scored, task.params.mix)
        for part, scored in (
            (ALL_SOLD, sold.take(sold.support > 0)),
            (Support.UNSOLD.value, unsold),
            (Support.BARE.value, bare),
        )
    }
    sold, unsold, bare = sold.mixed(shares), unsold.mixed(shares), bare.mixed(shares)
    calibration = _calibration(sold, (unsold, bare), least)
    return Calibrated(
        calibration,
        shares,
        _across_folds(unsold, lambda rest: _calibration(sold, (rest, bare), least), guarantees),
        (
            sold,
            _across_folds(sold, lambda rest: _calibration(rest, (unsold, bare), least), guarantees),
        )
        if fits.by_group
        else None,
    )


def scored(task: Task, fitted: Fitted, sales: Dataset) -> Scored:
    """Sales priced by a fit that has not seen them; the ladder's view alone is the raw one."""
    support = [fitted.ladder.sales_of(str(name)) for name in sales.columns.device_model]
    first, second = views_of(task, fitted).both(sales.columns)
    return Scored(
        sales,
        first,
        second,
        np.sort(first, axis=1),
        np.array(support, dtype=np.intp),
        context_words(sales.columns, CELL_CONTEXT, task.specification),
        np.zeros(len(sales), dtype=np.intp),
        np.asarray(sales.columns.launch_price_cny > 0, dtype=np.bool_),
    )


def views_of(task: Task, fitted: Fitted) -> Views:
    """The views of a fit, the second asked for every sale."""
    shares = dict.fromkeys((ALL_SOLD, Support.UNSOLD.value, Support.BARE.value), 1.0)
    boosters, direct = (
        tuple(Booster(text) for text in texts) for texts in (fitted.boosters, fitted.direct)
    )
    second = Direct(direct, fitted.starts, shares)
    return Views(task.specification, fitted.ladder, boosters, second)


def best_share(scored: Scored, rules: MixRules) -> float:
    """The share of the second view with the least pinball loss, 0 where it gains too little.

    The sales that choose among a handful of shares calibrate afterwards: what that flatters is
    small, and the evaluation looks at other sales.
    """
    if not len(scored.sales):
        return 0.0

    def loss(share: float) -> float:
        quantiles = mixed(scored.first, scored.second, np.full(len(scored.sales), share))
        return metrics.shifted_pinball(actual=scored.sales.log_price, quantiles=quantiles)

    best = min(rules.shares, key=loss)
    return best if loss(best) <= (1 - rules.least_gain) * loss(0.0) else 0.0


def _calibration(sold: Scored, never: Sequence[Scored], least: int) -> Calibration:
    """Scores of every cell that has enough; those of all sold, unsold and bare always."""
    seen = sold.take(sold.support > 0)
    parts = {ALL_SOLD: seen, Support.UNSOLD.value: never[0], Support.BARE.value: never[1]}
    groups = dict(parts)
    for part in parts.values():
        narrow = [cells[:-1] for cells in part.cells()]
        for cell in sorted({cell for cells in narrow for cell in cells} - groups.keys()):
            inside = np.array([cell in cells for cells in narrow], dtype=bool)
            if inside.sum() >= least:
                groups[cell] = part.take(inside)
    return Calibration({cell: _kept(part.scores) for cell, part in groups.items()})


def _across_folds(
    part: Scored, without: Callable[[Scored], Calibration], guarantees: tuple[float, ...]
) -> Predicted:
    """Each fold's prices with the offsets of the other folds, as a new sale gets."""
    logs, bounds = np.array(part.raw), np.zeros((len(part.raw), len(guarantees)))
    for number in np.unique(part.fold):
        inside = part.fold == number
        offsets, held = without(part.take(~inside)), part.take(inside)
        cells = held.cells()
        shift = [[offsets.offset(cells=c, level=level) for level in LEVELS] for c in cells]
        logs[inside] = np.sort(held.raw + np.array(shift), axis=1)
        for column, guarantee in enumerate(guarantees):
            base = base_of(guarantee, LEVELS)
            at = [offsets.offset(cells=c, level=base, at=guarantee) for c in cells]
            bounds[inside, column] = guaranteed_logs(
                raw=held.raw[:, LEVELS.index(base)], logs=logs[inside], offsets=np.array(at),
                levels=LEVELS, guarantee=guarantee,
            )  # fmt: skip
    return Predicted(logs, bounds, guarantees)


def _without_launch(dataset: Dataset) -> Dataset:
    unknown = np.full(len(dataset), np.nan)
    return replace(dataset, columns=replace(dataset.columns, launch_price_cny=unknown))


def _out_of_fold(task: Task, fits: tuple[Fitted, ...], fold: Index) -> Scored:
    """Every sale of the task priced by the fit of its fold."""
    whole = scored(task, fits[0], task.dataset)
    names = ("first", "second", "raw", "support")
    parts: dict[str, Any] = {name: np.array(getattr(whole, name)) for name in names}
    for number, fitted in enumerate(fits):
        inside = fold == number
        part = scored(task, fitted, task.dataset.take(inside))
        for name, values in parts.items():
            values[inside] = getattr(part, name)
    return replace(whole, **parts, fold=fold)


def _kept(scores: Floats) -> dict[float, tuple[float, ...]]:
    """Ascending scores by level, thinned to evenly spaced order statistics."""
    kept = {}
    for column, level in enumerate(LEVELS):
        ordered = np.sort(scores[:, column])
        if len(ordered) > KEPT:
            ordered = np.quantile(ordered, np.linspace(0, 1, KEPT), method="nearest")
        kept[level] = tuple(round(float(score), 6) for score in ordered)
    return kept


def calibration_folds(task: Task) -> Index:
    """The fold of each undated sale: its group is left out of that fold's fit."""
    folds = task.params.split.calibration_folds
    return balanced_folds(calibration_groups(task.dataset), folds, salt="calibration")
