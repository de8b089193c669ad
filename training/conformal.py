"""Conformity scores: how far later or held-out sales lie from the fitted quantiles."""

from dataclasses import dataclass

import numpy as np

from training.dataset import Dataset, Index
from training.fit import LEVELS, Fitted, Progress, Task, fit_many, held_out
from training.splits import balanced_folds, group_names
from valuation.features import Floats, feature_matrix
from valuation.ladder import Ladder
from valuation.price_model.calibration import Calibration, Support, conformal_offset
from valuation.price_model.library import Booster

KEPT = 2_001  # order statistics kept of each set of scores


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
    groups = _fold(task, "calibration") if undated else np.zeros(0, dtype=np.intp)
    models = _fold(task, "unsold")
    folds = rules.calibration_folds if undated else 0
    tasks = [task]
    tasks += [held_out(task, groups == fold) for fold in range(folds)]
    tasks += [held_out(task, models == fold) for fold in range(rules.unsold_folds)]
    fits = fit_many(tasks, progress=progress)
    return Fits(fits[0], tuple(fits[1 : 1 + folds]), tuple(fits[1 + folds :]))


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The calibration, with calibrated log quantiles of sales that their own fit left out.

    Both have shape (n, levels) over the task's sales, each fold with the offsets of the *others*:
    ``unsold`` left out with their whole device model, ``left_out`` with their group; the latter
    is None where a later window calibrates.
    """

    calibration: Calibration
    unsold: Floats
    left_out: Floats | None


def calibrate(task: Task, fits: Fits, later: Dataset) -> Calibrated:
    """Offsets from a later window, or out of fold where sales are undated; for device models that
    nobody sold from whole device models left out."""
    left_out = None
    if fits.by_group:
        groups = _fold(task, "calibration")
        out_of_fold = _out_of_fold(task, fits.by_group, groups)
        sold = _scores(task.dataset, out_of_fold)
        left_out = _across_folds(out_of_fold, sold, groups)
    else:
        known = np.isin(later.columns.device_model, list(fits.own.ladder.rungs))
        seen = later.take(known)
        sold = _scores(seen, raw_log_quantiles(task, fits.own, seen))
    models = _fold(task, "unsold")
    raw = _out_of_fold(task, fits.by_model, models)
    unsold = _scores(task.dataset, raw)
    calibration = Calibration({Support.SOLD: _kept(sold), Support.UNSOLD: _kept(unsold)})
    return Calibrated(calibration, _across_folds(raw, unsold, models), left_out)


def raw_log_quantiles(task: Task, fitted: Fitted, dataset: Dataset) -> Floats:
    """Fitted log quantiles before calibration, ascending, shape (n, levels)."""
    boosters = [Booster(text) for text in fitted.boosters]
    return predict(fitted.ladder, boosters, task, dataset)


def predict(ladder: Ladder, boosters: list[Booster], task: Task, dataset: Dataset) -> Floats:
    """The sum of ladder and boosters, as the price model serves it."""
    matrix = feature_matrix(dataset.columns, task.specification)
    rungs = ladder.features(dataset.columns)
    level = ladder.terms_level(matrix, task.specification) + rungs[:, 0]
    inputs = np.hstack([matrix, rungs])
    scores = np.hstack([booster.predict(inputs) for booster in boosters])
    ordered: Floats = np.sort(scores + level[:, None], axis=1)
    return ordered


def _out_of_fold(task: Task, fits: tuple[Fitted, ...], fold: Index) -> Floats:
    raw = np.full((len(task.dataset), len(LEVELS)), np.nan)
    for number, fitted in enumerate(fits):
        inside = fold == number
        if inside.any():
            raw[inside] = raw_log_quantiles(task, fitted, task.dataset.take(inside))
    return raw


def _across_folds(raw: Floats, scores: Floats, fold: Index) -> Floats:
    """Each fold's quantiles with the offsets of the other folds, as a new device model gets."""
    calibrated = np.array(raw)
    for number in np.unique(fold):
        inside = fold == number
        for column, level in enumerate(LEVELS):
            others = sorted(scores[~inside, column].tolist())
            calibrated[inside, column] += conformal_offset(scores=others, level=level)
    return np.sort(calibrated, axis=1)


def _scores(dataset: Dataset, raw: Floats) -> Floats:
    scores: Floats = dataset.log_price[:, None] - raw
    return scores


def _kept(scores: Floats) -> dict[float, tuple[float, ...]]:
    """Ascending scores by level, thinned to evenly spaced order statistics."""
    kept = {}
    for column, level in enumerate(LEVELS):
        ordered = np.sort(scores[:, column])
        if len(ordered) > KEPT:
            ordered = np.quantile(ordered, np.linspace(0, 1, KEPT), method="nearest")
        kept[level] = tuple(round(float(score), 6) for score in ordered)
    return kept


def _fold(task: Task, what: str) -> Index:
    rules = task.params.split
    if what == "unsold":
        models = task.dataset.columns.device_model
        return balanced_folds(models, rules.unsold_folds, salt="unsold")
    return calibration_folds(task)


def calibration_folds(task: Task) -> Index:
    """The fold of each undated sale: its group is left out of that fold's fit."""
    folds = task.params.split.calibration_folds
    return balanced_folds(group_names(task.dataset), folds, salt="calibration")
