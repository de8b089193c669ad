"""How fast a brand, a family, a device model loses value beside the common curve of age.

A pace multiplies the age terms of the ladder: 1 is the common curve, never below ``SLOWEST``, so
that no device gains by ageing. It is learnt from what one device model's own sales lost over time,
and shrunk down the tree; undated sales say nothing of it.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from training.dataset import Index
from training.rungs import NEAR, POOLS
from valuation.features import Columns, Floats
from valuation.ladder import PACE_SLUGS

SLOWEST, FASTEST = 0.3, 3.0
LEAST_SPREAD = 1e-4  # variance of the age level within device models below which nothing is learnt


def fit_paces(
    columns: Columns, age_level: Floats, residual: Floats, *, huber: float, fold: Index
) -> dict[str, float]:
    """Pace by slug. ``age_level``: what the common curve takes of each sale's log price, (n,);
    ``residual``: what terms and rungs leave of it, (n,)."""
    models = pd.Series(columns.device_model)
    age = pd.Series(age_level)
    moved = np.asarray(age - age.groupby(models).transform("mean"), dtype=np.float64)
    left = pd.Series(residual)
    left = left - left.groupby(models).transform("median")
    rest = np.clip(np.asarray(left, dtype=np.float64), -huber, huber)
    spread = float(np.mean(moved**2))
    if spread < LEAST_SPREAD:
        return {}
    paces: dict[str, float] = {}
    carried = np.ones(len(rest))
    for slug in PACE_SLUGS:
        codes, names = pd.factorize(getattr(columns, slug))
        pool = _best_pool(codes, moved, rest, spread, fold)
        step = _steps(codes, moved, rest, len(names), pool * spread)[codes]
        carried, rest = carried + step, rest - step * moved
        by_name = np.ones(len(names))
        by_name[codes] = np.clip(carried, SLOWEST, FASTEST)
        paces |= {str(name): float(pace) for name, pace in zip(names, by_name, strict=True)}
    return paces


def paces_of(columns: Columns, paces: Mapping[str, float]) -> Floats:
    """The pace of each sale in the fit, shape (n,)."""
    return np.array([paces.get(str(model), 1.0) for model in columns.device_model])


def _steps(codes: Index, moved: Floats, rest: Floats, size: int, ridge: float) -> Floats:
    """The ridge slope of each group."""
    both = np.bincount(codes, weights=moved * rest, minlength=size)
    own = np.bincount(codes, weights=moved**2, minlength=size)
    slopes: Floats = both / (own + ridge)
    return slopes


def _best_pool(codes: Index, moved: Floats, rest: Floats, spread: float, fold: Index) -> float:
    """The pool, in sales of the usual spread of ages, that foretells the other folds best."""
    size = int(codes.max()) + 1
    errors = np.zeros(len(POOLS))
    for number in np.unique(fold):
        inside = fold == number
        for place, pool in enumerate(POOLS):
            steps = _steps(codes[~inside], moved[~inside], rest[~inside], size, pool * spread)
            told = steps[codes[inside]] * moved[inside]
            errors[place] += float(np.abs(rest[inside] - told).sum())
    return POOLS[int(np.flatnonzero(errors <= errors.min() * (1 + NEAR / 10))[-1])]
