"""The price ladder: the level of a device before the boosters add what departs from it.

log price = sum of bounded terms (launch price, age, storage, each answer's step …)
          + the partially pooled departure of brand → family → device model → variant.

A device model that nobody has sold yet inherits the departure of its family or brand. The terms
of answers, storage, RAM and age have bounded signs, so the ladder alone is already monotone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from valuation.features import Columns, FeatureSpecification, Floats

LADDER_COLUMNS = ("departure", "sales_of_device_model", "spread_of_device_model")
# A larger variant has the higher departure: what the boosters make of it must not turn that round.
LADDER_MONOTONE = (1, 0, 0)


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
    _plans: "dict[tuple[str, ...], tuple[TermPlan, Floats]]" = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def terms_level(self, matrix: Floats, specification: FeatureSpecification) -> Floats:
        """Log price by the terms alone, shape (n,)."""
        names = specification.names()
        if names not in self._plans:
            weights = np.array([term.coefficient for term in self.terms])
            self._plans[names] = TermPlan(names, self.terms), weights
        plan, weights = self._plans[names]
        level: Floats = self.intercept + plan.values(matrix) @ weights
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
    return TermPlan(specification.names(), terms).values(matrix)


class TermPlan:
    """Terms laid out for a few array operations: a quote has few rows and many terms."""

    def __init__(self, names: Sequence[str], terms: Sequence[Term]) -> None:
        position = {name: i for i, name in enumerate(names)}
        factors = list(dict.fromkeys(factor for term in terms for factor in term.factors))
        kinds = list(dict.fromkeys(factor.kind for factor in factors))
        factors.sort(key=lambda factor: kinds.index(factor.kind))
        self._kinds = [
            (
                kind,
                np.array([position[f.column] for f in factors if f.kind == kind]),
                np.array([f.at for f in factors if f.kind == kind]),
                np.array([f.until for f in factors if f.kind == kind]),
            )
            for kind in kinds
        ]
        place = {factor: i for i, factor in enumerate(factors)}
        widest = max((len(term.factors) for term in terms), default=1)
        # A term with fewer factors is filled up with the column of ones at the end.
        padded = [
            [*(place[f] for f in term.factors), *[len(factors)] * (widest - len(term.factors))]
            for term in terms
        ]
        self._places = np.array(padded, dtype=np.intp).reshape(len(terms), widest)

    def values(self, matrix: Floats) -> Floats:
        """The terms' values, shape (n, terms)."""
        columns = [
            _of_kind(kind, matrix[:, positions], at, until)
            for kind, positions, at, until in self._kinds
        ]
        factors = np.hstack([*columns, np.ones((len(matrix), 1))])
        product: Floats = factors[:, self._places[:, 0]]
        for place in self._places.T[1:]:
            product = product * factors[:, place]
        return product


def _of_kind(kind: str, values: Floats, at: Floats, until: Floats) -> Floats:
    """Factors of one kind, shape (n, factors)."""
    result: Floats
    match kind:
        case "linear":
            result = values
        case "band":
            result = ((values >= at) & (values < until)).astype(np.float64)
        case "ramp":
            result = np.minimum(np.maximum(values - at, 0.0), until - at)
        case "log2":
            result = np.log2(np.maximum(values, 1e-9))
        case "ge":
            result = (values >= at).astype(np.float64)
        case "eq":
            result = (values == at).astype(np.float64)
        case _:
            raise ValueError(f"unknown kind of factor {kind!r}")
    return result
