"""The price ladder: the level of a device before the boosters add what departs from it.

log price = sum of bounded terms (launch price, age, storage, each answer's step …)
          + the partially pooled departure of brand → family → device model → variant.

A device model that nobody has sold yet inherits the departure of its family or brand. The terms
of answers, storage, RAM and age have bounded signs, so the ladder alone is already monotone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from valuation.features import Columns, FeatureSpecification, Floats

LADDER_COLUMNS = ("departure", "sales_of_device_model", "spread_of_device_model")


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of a term: x, its ``log2``, ``ge`` x >= at, ``eq`` x == at, ``band``
    at <= x < until, or a ``ramp``.

    A ramp rises from 0 at ``at`` to ``until - at`` at ``until`` and stays there, so the sign of its
    coefficient alone says whether the term rises or falls.
    """

    column: str
    kind: str
    at: float = 0.0
    until: float = 0.0

    def of(self, values: Floats) -> Floats:
        """The factor of a column of values, same shape."""
        result: Floats
        match self.kind:
            case "linear":
                result = values
            case "band":
                result = ((values >= self.at) & (values < self.until)).astype(np.float64)
            case "ramp":
                result = np.clip(values - self.at, 0.0, self.until - self.at)
            case "log2":
                result = np.log2(np.maximum(values, 1e-9))
            case "ge":
                result = (values >= self.at).astype(np.float64)
            case "eq":
                result = (values == self.at).astype(np.float64)
            case _:
                raise ValueError(f"unknown kind of factor {self.kind!r}")
        return result


@dataclass(frozen=True, slots=True)
class Term:
    """A product of factors with its fitted coefficient, in log price."""

    factors: tuple[Factor, ...]
    coefficient: float = 0.0
    sign: int = 0


@dataclass(frozen=True, slots=True)
class Rung:
    """A node of the tree: its departure in log price, its sales, their spread in log price."""

    departure: float
    sales: int
    spread: float


@dataclass(frozen=True, slots=True)
class Ladder:
    """Terms, intercept and rungs by slug; ``root`` serves where no rung is known."""

    intercept: float
    terms: tuple[Term, ...]
    rungs: Mapping[str, Rung]
    root: Rung

    def terms_level(self, matrix: Floats, specification: FeatureSpecification) -> Floats:
        """Log price by the terms alone, shape (n,)."""
        design = design_matrix(matrix, specification, self.terms)
        weights = np.array([term.coefficient for term in self.terms])
        level: Floats = self.intercept + design @ weights
        return level

    def features(self, columns: Columns) -> Floats:
        """``LADDER_COLUMNS`` of each row, shape (n, 3): departure, log1p(sales), spread."""
        rows = [
            self._row(variant, model, family, brand)
            for variant, model, family, brand in zip(
                columns.variant, columns.device_model, columns.family, columns.brand, strict=True
            )
        ]
        return np.array(rows, dtype=np.float64).reshape(-1, len(LADDER_COLUMNS))

    def _row(self, *slugs: str | None) -> tuple[float, float, float]:
        nearest = self.nearest(slugs)
        model = self.rungs.get(str(slugs[1]))
        sales = self.sales_of(str(slugs[1]))
        spread = model.spread if model else nearest.spread
        return nearest.departure, float(np.log1p(sales)), spread

    def sales_of(self, device_model: str) -> int:
        """Sales of a device model (a slug) in the fit."""
        rung = self.rungs.get(device_model)
        return rung.sales if rung else 0

    def nearest(self, slugs: Sequence[str | None]) -> Rung:
        """The first rung known among slugs given from variant up to brand."""
        for slug in slugs:
            if slug is not None and slug in self.rungs:
                return self.rungs[slug]
        return self.root


def design_matrix(
    matrix: Floats, specification: FeatureSpecification, terms: Sequence[Term]
) -> Floats:
    """The terms' values without coefficients, shape (n, terms)."""
    position = {name: i for i, name in enumerate(specification.names())}
    columns = []
    for term in terms:
        value = np.ones(len(matrix))
        for factor in term.factors:
            value = value * factor.of(matrix[:, position[factor.column]])
        columns.append(value)
    return np.column_stack(columns) if columns else np.zeros((len(matrix), 0))
