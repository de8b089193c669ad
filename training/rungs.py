"""Rungs of the price ladder: medians shrunk towards their parent by how much data there is.

A group's step is its median times n / (n + pool). The pool is what a group's own sales must weigh
against: it is taken from a grid as the one that best foretells sales of folds left out, for each
level of the tree by itself, since markets differ in how much one device model departs from another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from training.dataset import Index, Mask
from valuation.features import Columns, FeatureSpecification, Floats
from valuation.ladder import CONTEXT_SLUGS, Rung, context_keys, contexts

SLUGS = ("brand", "family", "device_model", "variant")
POOLS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 1e6)
# Of pools that foretell about as well the largest is taken.
NEAR = 0.002
SWEEPS = 3

Pools = Mapping[str, float]  # sales that the parent is worth, by level
Keys = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Rungs:
    """Rungs by slug, the root, the pools that they were shrunk with, and what they tell of each
    sale in log price, (n,)."""

    by_slug: Mapping[str, Rung]
    root: Rung
    pools: Pools
    told: Floats


def fit_rungs(
    columns: Columns,
    residual: Floats,
    specification: FeatureSpecification,
    *,
    fold: Index,
    pools: Pools | None = None,
) -> Rungs:
    """Departures from the terms, cumulative down the tree; then what each context adds to them at a
    brand or device model. ``residual``: log price, (n,). Pools are chosen over the folds where none
    are given."""
    levels = [_Level(name, keys) for name, keys in _levels(columns, specification)]
    chosen = best_pools(levels, residual, fold) if pools is None else pools
    left = np.array(residual)
    for _ in range(SWEEPS):
        for level in levels:
            left = left + level.of_rows()
            level.fit(left, chosen[level.name])
            left = left - level.of_rows()
    root = Rung(0.0, len(residual), _spread(left))
    return Rungs(_rungs(levels, left, root, chosen), root, chosen, residual - left)


class _Level:
    """The groups of one level: the code of each row (-1: none), names, steps and counts."""

    def __init__(self, name: str, keys: Keys) -> None:
        codes, names = pd.factorize(np.array(keys, dtype=object), sort=True)
        self.name, self.codes, self.names = name, codes, [str(key) for key in names]
        self.steps, self.counts = np.zeros(len(names)), np.zeros(len(names))

    def fit(self, left: Floats, pool: float) -> None:
        self.steps, self.counts = shrunken(left, self.codes, len(self.names), pool)

    def medians_of(self, left: Floats, rows: Mask) -> tuple[Floats, Floats]:
        """Median and count of each row's group among some rows alone, 0 where it has none."""
        medians, counts = shrunken(left[rows], self.codes[rows], len(self.names), 0.0)
        return np.append(medians, 0.0)[self.codes], np.append(counts, 0.0)[self.codes]

    def of_rows(self) -> Floats:
        """The step of each row, 0 where it has no group."""
        steps: Floats = np.append(self.steps, 0.0)[self.codes]
        return steps


def _rungs(levels: Sequence[_Level], left: Floats, root: Rung, pools: Pools) -> dict[str, Rung]:
    carried = np.zeros(len(left))
    rungs: dict[str, Rung] = {}
    for level in levels:
        steps = level.steps
        if level.name in SLUGS:
            carried = carried + level.of_rows()
            steps = np.zeros(len(level.names))
            steps[level.codes] = carried
        spreads = _spreads(left, level, root, pools[level.name])
        for name, step, count, spread in zip(
            level.names, steps, level.counts, spreads, strict=True
        ):
            rungs[name] = Rung(float(step), int(count), float(spread))
    return rungs


def best_pools(levels: Sequence[_Level], residual: Floats, fold: Index) -> Pools:
    """For each level the pool with which the other folds foretell each fold best, by absolute
    error. Each fold walks down the tree with its own steps: what is left of a sale after its own
    fold's median would say nothing of sales to come."""
    walks = [(fold == number, np.array(residual)) for number in np.unique(fold)]
    chosen = {}
    for level in levels:
        errors, others = np.zeros(len(POOLS)), []
        for inside, left in walks:
            medians, counts = level.medians_of(left, ~inside)
            own, sales = medians[inside], counts[inside]
            steps = [own * sales / (sales + pool) for pool in POOLS]
            errors += [float(np.abs(left[inside] - step).sum()) for step in steps]
            others.append((medians, counts))
        pool = POOLS[int(np.flatnonzero(errors <= errors.min() * (1 + NEAR))[-1])]
        chosen[level.name] = pool
        walks = [
            (inside, left - medians * counts / (counts + pool))
            for (inside, left), (medians, counts) in zip(walks, others, strict=True)
        ]
    return chosen


def within(values: Floats, columns: Columns, pools: Pools) -> Floats:
    """Values less the part of their groups' means that the rungs will carry, shape (n, k).

    Terms that are fitted on what is left are those of generalised least squares with random
    intercepts (quasi-demeaning, Wooldridge 2010, section 10.4). Terms and rungs fitted in turn
    would stay where the first round put them.
    """
    for slug in reversed(SLUGS):
        codes, names = pd.factorize(getattr(columns, slug))
        order = np.argsort(codes, kind="stable")
        counts = np.bincount(codes, minlength=len(names))
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        means = np.add.reduceat(values[order], starts, axis=0) / counts[:, None]
        share = 1 - np.sqrt(pools[slug] / (pools[slug] + counts))
        values = values - (share[:, None] * means)[codes]
    return values


def shrunken(left: Floats, codes: Index, size: int, pool: float) -> tuple[Floats, Floats]:
    """Shrunken median and count of each of ``size`` groups; 0 for a group without a sale."""
    known = codes >= 0
    groups = pd.Series(left[known]).groupby(codes[known])
    medians, counts = np.zeros(size), np.zeros(size)
    middle = groups.median()
    medians[middle.index] = middle
    counts[middle.index] = groups.size()
    return medians * counts / np.maximum(counts + pool, 1.0), counts


def _levels(columns: Columns, specification: FeatureSpecification) -> Iterator[tuple[str, Keys]]:
    for slug in SLUGS:
        yield slug, getattr(columns, slug).tolist()
        if slug in CONTEXT_SLUGS:
            for context in contexts(specification):
                yield f"{context} at {slug}", context_keys(columns, specification, context, slug)


def _spreads(left: Floats, level: _Level, root: Rung, pool: float) -> Floats:
    """Mean distance from zero of each group, pooled with that of all sales: small groups have one
    too."""
    known = level.codes >= 0
    size = len(level.names)
    sums = np.bincount(level.codes[known], weights=np.abs(left[known]), minlength=size)
    pooled: Floats = (sums + pool * root.spread) / (level.counts + pool)
    return pooled


def _spread(values: Floats) -> float:
    return float(np.mean(np.abs(values)))
