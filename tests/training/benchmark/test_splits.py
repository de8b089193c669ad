"""Folds: nothing on both sides, every row scored, the published split as published."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from tests.training.benchmark.cases import PLANS, make_case
from training.benchmark.settings import Kind, SplitPlan
from training.benchmark.splits import (
    Fold,
    GroupOnBothSides,
    Part,
    assert_apart,
    folds_of,
    groups_of_kind,
)
from training.params import load_params

RULES = load_params().split
GROUPED = [plan for plan in PLANS if plan.kind not in (Kind.RANDOM, Kind.RANDOM_FOLDS)]


@pytest.mark.parametrize("plan", GROUPED, ids=lambda plan: plan.name)
def test_no_group_is_on_both_sides_of_a_fold_in_any_market(plan: SplitPlan) -> None:
    case = make_case(markets=2)
    for fold in folds_of(case, plan, RULES):
        seen, tested = set(), set()
        for part in fold.parts:
            groups = groups_of_kind(case.markets[part.market].dataset, plan.kind)
            seen |= set(groups[part.fit])
            tested |= set(groups[part.test])
        assert tested
        assert not seen & tested


def test_a_group_on_both_sides_is_an_error() -> None:
    case = make_case()
    rows = np.arange(len(case.markets[0].dataset))
    leaking = Fold("leak", 0, (Part(0, rows, None, rows[:5]),))
    with pytest.raises(GroupOnBothSides, match="leak 0"):
        assert_apart(case, leaking, Kind.DEVICE_MODEL)


@pytest.mark.parametrize("plan", [p for p in PLANS if p.folds], ids=lambda plan: plan.name)
def test_all_folds_together_score_every_row_once(plan: SplitPlan) -> None:
    case = make_case()
    tested = np.concatenate([fold.parts[0].test for fold in folds_of(case, plan, RULES)])
    assert sorted(tested.tolist()) == list(range(len(case.markets[0].dataset)))


def test_a_seed_splits_the_rows_in_file_order_as_scikit_learn_does() -> None:
    case = make_case()
    plan = SplitPlan("published", Kind.RANDOM, seeds=(42,))
    (fold,) = folds_of(case, plan, RULES)
    rows = np.arange(len(case.markets[0].dataset))
    fit, test = train_test_split(rows, test_size=0.2, random_state=42)
    assert fold.number == 42
    assert fold.parts[0].test.tolist() == test.tolist()
    assert sorted(fold.parts[0].fit.tolist()) == sorted(fit.tolist())


def test_a_row_that_the_filter_does_not_score_still_teaches() -> None:
    case = make_case()
    sales = case.markets[0]
    scored = sales.scored.copy()
    scored[:100] = False
    case = replace(case, markets=(replace(sales, scored=scored),))
    folds = folds_of(case, PLANS[0], RULES)
    assert all((fold.parts[0].test >= 100).all() for fold in folds)
    assert any((fold.parts[0].fit < 100).any() for fold in folds)


def test_the_same_device_in_two_spellings_is_one_group() -> None:
    dataset = make_case().markets[0].dataset
    first = groups_of_kind(dataset, Kind.MODEL_STORAGE)
    renamed = replace(dataset, columns=replace(dataset.columns, variant=dataset.columns.brand))
    assert groups_of_kind(renamed, Kind.MODEL_STORAGE).tolist() == first.tolist()


def test_a_split_by_time_scores_the_latest_sales() -> None:
    case = make_case()
    sales = case.markets[0]
    days = 20_000.0 + np.arange(len(sales.dataset), dtype=np.float64)
    dated = replace(sales, dataset=replace(sales.dataset, sold_on=days))
    case = replace(case, markets=(dated,))
    (fold,) = folds_of(case, SplitPlan("time", Kind.TIME, share=0.1), RULES)
    part = fold.parts[0]
    assert part.later is not None
    assert days[part.fit].max() < days[part.later].min()
    assert days[part.later].max() < days[part.test].min()
