"""The same conformal step for every peer: folds, cells and offsets as our own has them.

The folds are those of ``training.conformal``: by group for sales whose device model the fit knows,
by whole device model for those it does not. Only what the scored rows need is fitted.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from training.benchmark.peers.peer import Predict
from training.dataset import Dataset, Index, Mask
from training.metrics import LEVELS
from training.params import SplitRules
from training.splits import balanced_folds, calibration_groups
from valuation.features import Columns, Floats, Words
from valuation.price_model.calibration import (
    ALL_SOLD,
    CELL_CONTEXT,
    Calibration,
    Support,
    cells_of,
    support_of,
)

Fit = Callable[[Dataset], Predict]


@dataclass(frozen=True, slots=True)
class Held:
    """Sales that a fit left out: log price less raw log quantile (n, 3), and their cells."""

    scores: Floats
    cells: list[tuple[str, ...]]
    sold: Mask

    def take(self, rows: Mask) -> "Held":
        """Some of the sales."""
        cells = [each for each, kept in zip(self.cells, rows, strict=True) if kept]
        return Held(self.scores[rows], cells, self.sold[rows])


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Log quantiles of the test, ascending (n, 3), and sales of its device models in the fit."""

    log_quantiles: Floats
    support: Index


def calibrated(
    fit: Fit, sales: Dataset, later: Dataset | None, test: Columns, rules: SplitRules
) -> Calibrated:
    """Fit, calibrate on ``later`` or out of fold where that is None, and price the test."""
    predict = fit(sales)
    support = sales_of(sales, test)
    parts: dict[str, Held] = {}
    if (support > 0).any():
        parts[ALL_SOLD] = _sold(fit, predict, sales, later, rules)
    if (support == 0).any():
        parts |= _never_sold(fit, sales, rules)
    calibration = calibration_of(parts, least=rules.least_cell)
    cells = cells_for(test, support)
    offsets = [[calibration.offset(cells=c, level=level) for level in LEVELS] for c in cells]
    shifted = predict(test) + np.array(offsets).reshape(-1, len(LEVELS))
    return Calibrated(np.sort(shifted, axis=1), support)


def calibration_of(parts: dict[str, Held], *, least: int) -> Calibration:
    """Scores of every cell that has ``least``; those of the parts themselves always."""
    groups = {name: part.scores for name, part in parts.items()}
    for part in parts.values():
        for cell in sorted({cell for cells in part.cells for cell in cells} - groups.keys()):
            inside = np.array([cell in cells for cells in part.cells], dtype=bool)
            if inside.sum() >= least:
                groups[cell] = part.scores[inside]
    return Calibration(
        {
            cell: {
                level: tuple(np.sort(scores[:, column]).tolist())
                for column, level in enumerate(LEVELS)
            }
            for cell, scores in groups.items()
        }
    )


def cells_for(columns: Columns, support: Index) -> list[tuple[str, ...]]:
    """The cells that speak for each row, the narrowest first."""
    buyers: Words = columns.context.get(CELL_CONTEXT, np.full(len(columns), None, dtype=object))
    return [
        cells_of(support_of(int(sales), launch_known=bool(price > 0)), buyer)
        for sales, price, buyer in zip(support, columns.launch_price_cny, buyers, strict=True)
    ]


def sales_of(sales: Dataset, columns: Columns) -> Index:
    """How many sales of each row's device model the fit has, shape (n,)."""
    names, counts = np.unique(sales.columns.device_model.astype(str), return_counts=True)
    known = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return np.array([known.get(str(name), 0) for name in columns.device_model], dtype=np.intp)


def _sold(
    fit: Fit, predict: Predict, sales: Dataset, later: Dataset | None, rules: SplitRules
) -> Held:
    """Sales of known device models that a fit left out."""
    if later is not None:
        held = _held(predict, later, sales_of(sales, later.columns))
        return held.take(held.sold)
    folds = balanced_folds(calibration_groups(sales), rules.calibration_folds, salt="calibration")
    found = [
        _held(fit(known), left_out, sales_of(known, left_out.columns))
        for known, left_out in _apart(sales, folds)
    ]
    together = _together(found)
    return together.take(together.sold)


def _never_sold(fit: Fit, sales: Dataset, rules: SplitRules) -> dict[str, Held]:
    """Sales left out with their whole device model, as they are and without a launch price."""
    models = sales.columns.device_model
    folds = balanced_folds(models, rules.unsold_folds, salt="unsold")
    unsold, bare = [], []
    for known, left_out in _apart(sales, folds):
        predict, none = fit(known), np.zeros(len(left_out), dtype=np.intp)
        unsold.append(_held(predict, left_out, none))
        bare.append(_held(predict, _without_launch(left_out), none))
    return {Support.UNSOLD.value: _together(unsold), Support.BARE.value: _together(bare)}


def _apart(sales: Dataset, folds: Index) -> list[tuple[Dataset, Dataset]]:
    """The sales of the other folds beside those of each fold."""
    return [(sales.take(folds != n), sales.take(folds == n)) for n in range(int(folds.max()) + 1)]


def _held(predict: Predict, sales: Dataset, support: Index) -> Held:
    scores = sales.log_price[:, None] - predict(sales.columns)
    return Held(scores, cells_for(sales.columns, support), support > 0)


def _together(parts: list[Held]) -> Held:
    return Held(
        np.vstack([part.scores for part in parts]),
        [cells for part in parts for cells in part.cells],
        np.concatenate([part.sold for part in parts]),
    )


def _without_launch(sales: Dataset) -> Dataset:
    unknown = np.full(len(sales), np.nan)
    return replace(sales, columns=replace(sales.columns, launch_price_cny=unknown))
