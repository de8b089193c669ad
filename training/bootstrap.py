"""Uncertainty of a mean whose rows come in groups: whole groups are drawn, not rows.

Sales of one seller or one device model err together, so rows drawn singly would claim a certainty
that is not there (cluster bootstrap; Davison, Hinkley 1997, section 3.8; percentile intervals).
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.dataset import Dataset
from valuation.features import Floats

Codes = npt.NDArray[np.intp]

DRAWS = 1000
MINIMUM_GROUPS = 10  # fewer groups than this tell nothing about their own spread
CHUNK = 2_000_000  # drawn groups held in memory at once


@dataclass(frozen=True, slots=True)
class Bounds:
    """A 95% interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of a loss less another on the same rows, its 95% bounds, and the relative change.

    Positive: the first loses more. ``relative`` is the ratio of the two means less 1.
    """

    mean: float
    low: float
    high: float
    relative: float


def groups_of(dataset: Dataset) -> Codes:
    """The group of each sale, codes from 0: its seller, or its device model where none is known."""
    return codes(
        ("device model", model) if seller is None else ("seller", seller)
        for seller, model in zip(dataset.seller, dataset.columns.device_model, strict=True)
    )


def codes(values: Iterable[Hashable]) -> Codes:
    """Codes from 0 in the order of first appearance, shape (n,)."""
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(value, len(seen)) for value in values], dtype=np.intp)


def group_bootstrap(
    *, values: Floats, groups: Codes, rng: np.random.Generator, draws: int = DRAWS
) -> Bounds | None:
    """95% bounds of the mean of ``values``; None below MINIMUM_GROUPS groups."""
    if not len(values):
        return None
    present, compact = np.unique(groups, return_inverse=True)
    if len(present) < MINIMUM_GROUPS:
        return None
    sums = np.bincount(compact, weights=values).astype(np.float64)
    counts = np.bincount(compact).astype(np.float64)
    means = _drawn_means(sums=sums, counts=counts, rng=rng, draws=draws)
    low, high = np.quantile(means, (0.025, 0.975))
    return Bounds(float(low), float(high))


def paired_bootstrap(
    *, ours: Floats, theirs: Floats, groups: Codes, rng: np.random.Generator
) -> Difference | None:
    """How much more ``ours`` loses than ``theirs``, losses of the same rows, shape (n,).

    ``relative`` is NaN where ``theirs`` loses nothing. None below MINIMUM_GROUPS groups.
    """
    bounds = group_bootstrap(values=ours - theirs, groups=groups, rng=rng)
    if bounds is None:
        return None
    mean, base = float((ours - theirs).mean()), float(theirs.mean())
    relative = mean / base if base > 0 else float("nan")
    return Difference(mean=mean, low=bounds.low, high=bounds.high, relative=relative)


def _drawn_means(*, sums: Floats, counts: Floats, rng: np.random.Generator, draws: int) -> Floats:
    size = len(sums)
    step = max(1, CHUNK // size)
    means = []
    for start in range(0, draws, step):
        drawn = rng.integers(0, size, (min(step, draws - start), size), dtype=np.int32)
        means.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    return np.concatenate(means)
