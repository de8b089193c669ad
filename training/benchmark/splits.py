"""Folds of a data set: which rows fit, which calibrate later, which are scored.

Groups are canonical: names come from the device that the catalogue matched, never from a file's
raw words, and they are held out across all markets of the data set together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import train_test_split

from training.benchmark.datasets import Case
from training.benchmark.settings import BadBenchmark, Kind, SplitPlan
from training.dataset import Dataset, Index
from training.params import SplitRules
from training.splits import balanced_folds, group_names, split
from valuation.domain.questions import GRADE
from valuation.features import Floats, Words

TEST_SHARE = 0.2  # of a random split


class GroupOnBothSides(AssertionError):
    """A group that is held out has rows in the fit."""


@dataclass(frozen=True, slots=True)
class Part:
    """Positions in one market's sales. ``later`` calibrates a fit that is cut by time; None where
    calibration is out of fold within ``fit``."""

    market: int
    fit: Index
    later: Index | None
    test: Index


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold, or one seed, of a split: a part for each market that has rows to score."""

    split: str
    number: int
    parts: tuple[Part, ...]


def folds_of(case: Case, plan: SplitPlan, rules: SplitRules, *, at_most: int = 0) -> list[Fold]:
    """Every fold of a plan, the first ``at_most`` of them unless that is 0.

    GroupOnBothSides should a group ever be on both sides.
    """
    match plan.kind:
        case Kind.TIME:
            parts = [_by_time(case, market, plan, rules) for market in range(len(case.markets))]
            return [Fold(plan.name, 0, tuple(parts))]
        case Kind.RANDOM:
            drawn = [(seed, _at_random(case, seed)) for seed in plan.seeds]
        case _:
            drawn = list(enumerate(_by_group(case, plan)))
    kept = drawn[:at_most] if at_most else drawn
    folds = [Fold(plan.name, number, _parts(case, held_out)) for number, held_out in kept]
    if plan.kind not in (Kind.RANDOM, Kind.RANDOM_FOLDS):
        for fold in folds:
            assert_apart(case, fold, plan.kind)
    return folds


def groups_of_kind(dataset: Dataset, kind: Kind) -> Words:
    """The group of each sale, by the canonical device."""
    columns = dataset.columns
    model, storage = columns.device_model, _named(columns.storage_gb)
    match kind:
        case Kind.DEVICE_MODEL:
            return model
        case Kind.MODEL_STORAGE:
            return _joined(model, storage)
        case Kind.CONFIGURATION:
            grade = columns.answers.get(GRADE.id, np.full(len(dataset), np.nan))
            return _joined(model, _named(columns.ram_gb), storage, _named(grade))
        case Kind.SELLER:
            return group_names(dataset)
        case _:
            raise BadBenchmark(f"{kind.value} holds no groups out")


def assert_apart(case: Case, fold: Fold, kind: Kind) -> None:
    """GroupOnBothSides where a group of the test has rows in the fit, in whatever market."""
    seen: set[object] = set()
    tested: set[object] = set()
    for part in fold.parts:
        groups = groups_of_kind(case.markets[part.market].dataset, kind)
        seen |= set(groups[part.fit])
        tested |= set(groups[part.test])
    if both := seen & tested:
        raise GroupOnBothSides(f"{fold.split} {fold.number}: {len(both)} groups, as {min(both)!r}")  # type: ignore[type-var]  # group names are words


def _by_group(case: Case, plan: SplitPlan) -> list[list[Index]]:
    """Positions held out, by fold and market."""
    sizes = [len(sales.dataset) for sales in case.markets]
    if plan.kind is Kind.RANDOM_FOLDS:
        groups = np.concatenate([sales.keys for sales in case.markets])
    else:
        named = [groups_of_kind(sales.dataset, plan.kind) for sales in case.markets]
        groups = np.concatenate(named)
    fold = balanced_folds(groups, plan.folds, salt=f"benchmark {plan.kind.value}")
    by_market = np.split(fold, np.cumsum(sizes)[:-1])
    return [[np.flatnonzero(each == number) for each in by_market] for number in range(plan.folds)]


def _at_random(case: Case, seed: int) -> list[Index]:
    """As scikit-learn splits the rows in file order."""
    drawn = []
    for sales in case.markets:
        rows = np.arange(len(sales.dataset))
        drawn.append(train_test_split(rows, test_size=TEST_SHARE, random_state=seed)[1])
    return drawn


def _by_time(case: Case, market: int, plan: SplitPlan, rules: SplitRules) -> Part:
    sales = case.markets[market]
    parts = split(sales.dataset, replace(rules, test_share=plan.share))
    if not parts.by_time:
        raise BadBenchmark(f"{case.source.name}: the sales span too few days to split by time")
    return Part(market, parts.fit, parts.calibration, parts.test[sales.scored[parts.test]])


def _parts(case: Case, held_out: Sequence[Index]) -> tuple[Part, ...]:
    parts = []
    for market, (sales, test) in enumerate(zip(case.markets, held_out, strict=True)):
        rows = np.arange(len(sales.dataset))
        scored = test[sales.scored[test]]
        if len(scored):
            parts.append(Part(market, np.setdiff1d(rows, test), None, scored))
    return tuple(parts)


def _named(values: Floats) -> Words:
    return np.array([f"{value:g}" for value in values], dtype=object)


def _joined(*words: Words) -> Words:
    return np.array(["|".join(map(str, each)) for each in zip(*words, strict=True)], dtype=object)
