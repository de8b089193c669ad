"""Conformity scores: how far later or held-out sales lie from the fitted quantiles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from training.dataset import Dataset, Index, Mask
from training.fit import LEVELS, Fitted, Progress, Task, fit_many, held_out
from training.splits import balanced_folds, calibration_groups
from valuation.features import Floats, Words, context_words, feature_matrix
from valuation.ladder import Ladder
from valuation.price_model.calibration import (
    ALL_SOLD,
    CELL_CONTEXT,
    Calibration,
    Support,
    cells_of,
    support_of,
)
from valuation.price_model.library import Booster

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
    """Sales that a fit left out: raw log quantiles (n, levels), the sales that it had of each
    device model (n,), the buyer of each sale, and the fold that left it out (n,)."""

    sales: Dataset
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
        return Scored(
            self.sales.take(rows),
            self.raw[rows],
            self.support[rows],
            self.buyers[rows],
            self.fold[rows],
            self.launch_known[rows],
        )

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

    ``unsold``: sales left out with their whole device model; ``left_out``: sales left out with
    their group, None where a later window calibrates. Each fold has the offsets of the *others*.
    """

    calibration: Calibration
    unsold: Floats
    left_out: tuple[Scored, Floats] | None


def calibrate(task: Task, fits: Fits, later: Dataset) -> Calibrated:
    """Offsets from a later window, or out of fold where sales are undated; for device models that
    nobody sold from whole device models left out."""
    least = task.params.split.least_cell
    if fits.by_group:
        sold = _out_of_fold(task, fits.by_group, calibration_folds(task))
    else:
        sold = scored(task, fits.own, later)
    models = task.dataset.columns.device_model
    folds = balanced_folds(models, task.params.split.unsold_folds, salt="unsold")
    unsold = _out_of_fold(task, fits.by_model, folds)
    # The same device models once more, as if nobody knew what they cost when they came out.
    bare = _out_of_fold(replace(task, dataset=_without_launch(task.dataset)), fits.by_model, folds)
    calibration = _calibration(sold, (unsold, bare), least)
    return Calibrated(
        calibration,
        _across_folds(unsold, lambda rest: _calibration(sold, (rest, bare), least)),
        (sold, _across_folds(sold, lambda rest: _calibration(rest, (unsold, bare), least)))
        if fits.by_group
        else None,
    )


def scored(task: Task, fitted: Fitted, sales: Dataset) -> Scored:
    """Sales priced by a fit that has not seen them."""
    support = [fitted.ladder.sales_of(str(name)) for name in sales.columns.device_model]
    return Scored(
        sales,
        raw_log_quantiles(task, fitted, sales),
        np.array(support, dtype=np.intp),
        context_words(sales.columns, CELL_CONTEXT, task.specification),
        np.zeros(len(sales), dtype=np.intp),
        np.asarray(sales.columns.launch_price_cny > 0, dtype=np.bool_),
    )


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


def _across_folds(part: Scored, without: Callable[[Scored], Calibration]) -> Floats:
    """Each fold's quantiles with the offsets of the other folds, as a new sale gets."""
    calibrated = np.array(part.raw)
    for number in np.unique(part.fold):
        inside = part.fold == number
        offsets, cells = without(part.take(~inside)), part.take(inside).cells()
        for column, level in enumerate(LEVELS):
            calibrated[inside, column] += [offsets.offset(cells=c, level=level) for c in cells]
    return np.sort(calibrated, axis=1)


def _without_launch(dataset: Dataset) -> Dataset:
    unknown = np.full(len(dataset), np.nan)
    return replace(dataset, columns=replace(dataset.columns, launch_price_cny=unknown))


def raw_log_quantiles(task: Task, fitted: Fitted, dataset: Dataset) -> Floats:
    """Fitted log quantiles before calibration, ascending, shape (n, levels)."""
    boosters = [Booster(text) for text in fitted.boosters]
    return predict(fitted.ladder, boosters, task, dataset)


def predict(ladder: Ladder, boosters: list[Booster], task: Task, dataset: Dataset) -> Floats:
    """The sum of ladder and boosters, as the price model serves it."""
    matrix = feature_matrix(dataset.columns, task.specification)
    rungs = ladder.features(dataset.columns, task.specification)
    level = ladder.terms_level(dataset.columns, matrix, task.specification) + rungs[:, :1]
    inputs = np.hstack([matrix, rungs])
    scores = np.hstack([booster.predict(inputs) for booster in boosters])
    ordered: Floats = np.sort(scores + level, axis=1)
    return ordered


def _out_of_fold(task: Task, fits: tuple[Fitted, ...], fold: Index) -> Scored:
    """Every sale of the task priced by the fit of its fold."""
    whole = scored(task, fits[0], task.dataset)
    raw, support = np.array(whole.raw), np.array(whole.support)
    for number, fitted in enumerate(fits):
        inside = fold == number
        part = scored(task, fitted, task.dataset.take(inside))
        raw[inside], support[inside] = part.raw, part.support
    return Scored(task.dataset, raw, support, whole.buyers, fold, whole.launch_known)


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
