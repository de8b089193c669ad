"""The price ladder: the level of a device before the boosters add what departs from it.

log price = sum of bounded terms (launch price, age, storage, each answer's step …)
          + the partially pooled departure of brand → family → device model → variant.

A device model that nobody has sold yet inherits the departure of its family or brand. The terms
of answers, storage, RAM and age have bounded signs, so the ladder alone is already monotone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from valuation.features import Columns, FeatureSpecification, Floats, context_words

LADDER_COLUMNS = (
    "departure", "sales_of_device_model", "spread_of_device_model", "context_departure",
)  # fmt: skip
# A larger variant has the higher departure: what the boosters make of it must not turn that round.
LADDER_MONOTONE = (1, 0, 0, 0)
LEAST_GB = 0.001
AGE = "age_days"
PACE_SLUGS = ("brand", "family", "device_model")
# A new unit, a buyer, an origin is worth more at one brand or device model than at another.
CONTEXT_SLUGS = ("brand", "device_model")


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of a term: x, its ``log2``, ``ge`` x >= at, ``eq`` x == at, a ``ramp``, or the
    weights ``low`` and ``high``.

    A ramp rises from 0 at ``at`` to ``until - at`` at ``until`` and stays there, so the sign of its
    coefficient alone says whether the term rises or falls. ``high`` rises from 0 to 1 between the
    two; ``low`` is what is left to 1.
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
    """Terms, intercept and rungs by slug; ``root`` serves where no rung is known.

    ``doublings``: log price of twice the storage or RAM. It is part of the departure, whose rungs
    bend it for each device model, as long as more is never worth less. ``paces``: by slug, how
    many times the common curve of age a device model, family or brand follows. ``tilts``: what each
    quantile adds to the intercept and to each coefficient (nothing, where it is empty): the prices
    of old, cheap or damaged devices lie further apart than those of others.
    """

    intercept: float
    terms: tuple[Term, ...]
    rungs: Mapping[str, Rung]
    root: Rung
    doublings: Mapping[str, float] = field(default_factory=dict)
    paces: Mapping[str, float] = field(default_factory=dict)
    tilts: tuple[tuple[float, ...], ...] = ((),)
    _plans: "dict[tuple[str, ...], tuple[TermPlan, Floats]]" = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def terms_level(
        self, columns: Columns, matrix: Floats, specification: FeatureSpecification
    ) -> Floats:
        """Log price by the terms alone, each at its own pace of age, shape (n, tilts)."""
        names = specification.names()
        if names not in self._plans:
            self._plans[names] = TermPlan(names, self.terms), self._weights()
        plan, weights = self._plans[names]
        others, age = np.hsplit(plan.values(matrix) @ weights, 2)
        start = np.array([self.intercept + (tilt[0] if tilt else 0.0) for tilt in self.tilts])
        level: Floats = start + others + age * self.pace(columns)[:, None]
        return level

    def pace(self, columns: Columns) -> Floats:
        """The pace of each row, shape (n,)."""
        slugs = zip(*(getattr(columns, slug) for slug in reversed(PACE_SLUGS)), strict=True)
        return np.array([self._pace(names) for names in slugs], dtype=np.float64)

    def _weights(self) -> Floats:
        """Coefficients of each tilt, those of age apart, shape (terms, 2 x tilts)."""
        aged = np.array([term.factors[0].column == AGE for term in self.terms], dtype=bool)
        plain = np.array([term.coefficient for term in self.terms])
        each = np.array([plain + (tilt[1:] if tilt else 0.0) for tilt in self.tilts]).T
        return np.hstack([np.where(aged[:, None], 0.0, each), np.where(aged[:, None], each, 0.0)])

    def _pace(self, slugs: Sequence[str | None]) -> float:
        """The pace of the nearest slug known, 1 where none is."""
        return next((self.paces[slug] for slug in slugs if slug and slug in self.paces), 1.0)

    def features(self, columns: Columns, specification: FeatureSpecification) -> Floats:
        """``LADDER_COLUMNS`` of each row, shape (n, 4): departure, log1p(sales), spread, and
        the part of the departure that is the context's."""
        rows = [
            self._row(variant, model, family, brand)
            for variant, model, family, brand in zip(
                columns.variant, columns.device_model, columns.family, columns.brand, strict=True
            )
        ]
        features = np.array(rows, dtype=np.float64).reshape(-1, len(LADDER_COLUMNS))
        features[:, 0] += self.size_level(
            {name: getattr(columns, name) for name in self.doublings}, specification
        )
        for name in contexts(specification):
            for slug in CONTEXT_SLUGS:
                keys = context_keys(columns, specification, name, slug)
                features[:, 3] += [self._departure(key) for key in keys]
        features[:, 0] += features[:, 3]
        return features

    def size_level(
        self, sizes: Mapping[str, Floats], specification: FeatureSpecification
    ) -> Floats | float:
        """Log price of sizes in GB, NaN where unknown: then the typical size counts."""
        return sum(
            doubling * np.log2(np.where(np.isnan(gb), specification.typical[name], gb))
            for name, doubling in self.doublings.items()
            for gb in [np.maximum(sizes[name], LEAST_GB)]
        )

    def _departure(self, key: str | None) -> float:
        rung = None if key is None else self.rungs.get(key)
        return rung.departure if rung else 0.0

    def _row(self, *slugs: str | None) -> tuple[float, float, float, float]:
        nearest = self.nearest(slugs)
        model = self.rungs.get(str(slugs[1]))
        sales = self.sales_of(str(slugs[1]))
        spread = model.spread if model else nearest.spread
        return nearest.departure, float(np.log1p(sales)), spread, 0.0

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


def contexts(specification: FeatureSpecification) -> tuple[str, ...]:
    """What a sale's price depends on beside device and answers: its unit state, its context."""
    return ("unit_state", *specification.context)


def context_keys(
    columns: Columns, specification: FeatureSpecification, name: str, slug: str
) -> list[str | None]:
    """The rung of each row's context at its brand or device model; None where it is a rare one."""
    if name == "unit_state":
        words, known = columns.unit_state, specification.vocabulary[name]
    else:
        words, known = context_words(columns, name, specification), specification.context[name]
    owners = getattr(columns, slug)
    return [
        f"{owner} {name}={word}" if word in known else None
        for owner, word in zip(owners, words, strict=True)
    ]


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
        case "high":
            result = np.clip((values - at) / (until - at), 0.0, 1.0)
        case "low":
            result = np.clip((until - values) / (until - at), 0.0, 1.0)
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
