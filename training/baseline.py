"""The look-up baseline: what a clerk's price list would say.

The median log price of the device model with this storage and grade, else of the nearest wider
cell that was sold. A storage or grade that a sale does not name is a category of its own.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from training.dataset import Dataset
from valuation.domain.questions import GRADE
from valuation.features import Columns, Floats

Cell = tuple[Hashable, ...]
EVERYTHING: Cell = ("all",)


class NoSales(ValueError):
    """A baseline of no sales was asked for."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Median log price, in major units, by cell; ``EVERYTHING`` is always there."""

    medians: Mapping[Cell, float]

    def predict(self, columns: Columns) -> Floats:
        """The log price of the narrowest cell that was sold, shape (n,)."""
        return np.array([self._nearest(cells) for cells in _cells(columns)], dtype=np.float64)

    def _nearest(self, cells: tuple[Cell, ...]) -> float:
        return next(self.medians[cell] for cell in cells if cell in self.medians)


def fit_baseline(*, dataset: Dataset, minimum: int = 1) -> Baseline:
    """Medians of the cells with ``minimum`` sales or more; NoSales without any sale."""
    if not len(dataset):
        raise NoSales("the look-up baseline needs at least one sale")
    prices: dict[Cell, list[float]] = defaultdict(list)
    for cells, log_price in zip(_cells(dataset.columns), dataset.log_price, strict=True):
        for cell in cells:
            prices[cell].append(float(log_price))
    return Baseline(
        {
            cell: float(np.median(logs))
            for cell, logs in prices.items()
            if len(logs) >= minimum or cell == EVERYTHING
        }
    )


def _cells(columns: Columns) -> Iterator[tuple[Cell, ...]]:
    """The cells of each row, narrowest first: device model x storage x grade, … brand, all."""
    grades = columns.answers.get(GRADE.id, np.full(len(columns), np.nan))
    for brand, family, model, storage, grade in zip(
        columns.brand, columns.family, columns.device_model, _named(columns.storage_gb),
        _named(grades), strict=True,
    ):  # fmt: skip
        yield (
            ("grade", model, storage, grade),
            ("storage", model, storage),
            ("device model", model),
            ("family", family),
            ("brand", brand),
            EVERYTHING,
        )


def _named(values: Floats) -> list[float | None]:
    """Values with None for NaN, which is not equal to itself and would found no cell."""
    return [None if np.isnan(value) else float(value) for value in values]
