"""Sales in memory, as the feature path wants them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from valuation.domain.market import Market
from valuation.features import Columns, Floats, Words

Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Dataset:
    """``n`` sales of one market; ``columns.as_of`` is the day of sale where it is known.

    ``log_price`` is the natural log of major units; ``sold_on`` days since 1970-01-01, NaN where
    undated; ``seller`` None where unknown.
    """

    market: Market
    columns: Columns
    log_price: Floats
    sold_on: Floats
    seller: Words
    in_catalogue: Mask
    digest: str

    def __len__(self) -> int:
        return len(self.log_price)

    @property
    def price(self) -> Floats:
        """Prices in major units."""
        return np.asarray(np.exp(self.log_price), dtype=np.float64)

    @property
    def dated(self) -> bool:
        """Whether every sale has its day."""
        return bool(len(self)) and not bool(np.isnan(self.sold_on).any())

    def take(self, rows: Mask | Index) -> "Dataset":
        """Some of the sales, in their order."""
        return replace(
            self,
            columns=take_columns(self.columns, rows),
            log_price=self.log_price[rows],
            sold_on=self.sold_on[rows],
            seller=self.seller[rows],
            in_catalogue=self.in_catalogue[rows],
        )


def take_columns(columns: Columns, rows: Mask | Index) -> Columns:
    """Some rows of columns."""
    taken = {
        field.name: getattr(columns, field.name)[rows]
        for field in fields(columns)
        if field.name not in ("answers", "context")
    }
    answers: Mapping[str, Floats] = {name: v[rows] for name, v in columns.answers.items()}
    context: Mapping[str, Words] = {name: v[rows] for name, v in columns.context.items()}
    return Columns(**taken, answers=answers, context=context)


def joined(first: Dataset, second: Dataset) -> Dataset:
    """The sales of two parts of the same import, one after the other."""

    def both(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.concatenate([a, b])

    def columns(a: Columns, b: Columns) -> Columns:
        plain = [f.name for f in fields(a) if f.name not in ("answers", "context")]
        return Columns(
            **{name: both(getattr(a, name), getattr(b, name)) for name in plain},
            answers={name: both(a.answers[name], b.answers[name]) for name in a.answers},
            context={name: both(a.context[name], b.context[name]) for name in a.context},
        )

    return replace(
        first,
        columns=columns(first.columns, second.columns),
        log_price=both(first.log_price, second.log_price),
        sold_on=both(first.sold_on, second.sold_on),
        seller=both(first.seller, second.seller),
        in_catalogue=both(first.in_catalogue, second.in_catalogue),
    )
