"""Sales in memory, as the feature path wants them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

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
