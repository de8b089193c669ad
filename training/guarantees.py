"""How often later sales lay below the guaranteed value."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from training.bootstrap import Bounds, Codes, group_bootstrap
from training.dataset import Dataset, Mask
from valuation.features import Columns, Floats
from valuation.price_model.model import PriceModel


@dataclass(frozen=True, slots=True)
class Predicted:
    """What is held against sales: log quantiles (n, 3) at ``metrics.LEVELS``, and the guaranteed
    log price at each share of ``guarantees``, (n, len(guarantees))."""

    log_quantiles: Floats
    bounds: Floats
    guarantees: tuple[float, ...]

    def over(self, other: "Predicted") -> "Predicted":
        """The rows of both, these first."""
        return Predicted(
            np.vstack([self.log_quantiles, other.log_quantiles]),
            np.vstack([self.bounds, other.bounds]),
            self.guarantees,
        )


@dataclass(frozen=True, slots=True)
class Below:
    """Of ``rows`` sales the share that lay below the value guaranteed at ``guarantee``; 95%
    ``bounds`` by group bootstrap, None where there are too few groups."""

    guarantee: float
    rows: int
    share: float
    bounds: Bounds | None


def predicted(model: PriceModel, columns: Columns, guarantees: Sequence[float]) -> Predicted:
    """What a price model says of devices."""
    bounds = [model.log_prices(columns, guarantee=each)[1] for each in guarantees]
    return Predicted(model.log_quantiles(columns), np.column_stack(bounds), tuple(guarantees))


def with_recorded_answers(dataset: Dataset, questions: Collection[str]) -> Mask:
    """The sales that answer every one of the questions, shape (n,); all where there are none."""
    answered = np.ones(len(dataset), dtype=np.bool_)
    for question in questions:
        levels = dataset.columns.answers.get(question)
        answered &= False if levels is None else ~np.isnan(levels)
    return answered


def below(
    *, log_price: Floats, made: Predicted, groups: Codes, rng: np.random.Generator, draws: int
) -> tuple[Below, ...]:
    """The shares of one segment's sales; shapes (n,), (n, …), (n,)."""
    found = []
    for column, guarantee in enumerate(made.guarantees):
        under = (log_price < made.bounds[:, column]).astype(np.float64)
        bounds = group_bootstrap(values=under, groups=groups, rng=rng, draws=draws)
        found.append(Below(guarantee, len(under), float(under.mean()), bounds))
    return tuple(found)


def below_from_json(data: Sequence[Mapping[str, object]]) -> tuple[Below, ...]:
    """The inverse of ``asdict``."""
    return tuple(
        Below(
            float(str(each["guarantee"])),
            int(str(each["rows"])),
            float(str(each["share"])),
            None if each["bounds"] is None else Bounds(**cast(Mapping[str, float], each["bounds"])),
        )
        for each in data
    )
