"""Nothing that a fit must not know reaches it: no shuffled target, no group, no later day."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.test_parity import FRESH, ROOT, inputs, received_one_by_one, rows_of
from tests.training.small_run import demo_sales, imported, listed_devices, modelled, small_params
from training import conformal, metrics
from training.bootstrap import Difference, groups_of, paired_bootstrap
from training.dataset import Dataset, Mask
from training.fit import LEVELS, Fitted, Task
from training.ladder_fit import fit_ladder, ladder_folds, out_of_fold_rungs
from training.loading import load_dataset
from training.modelling import Modelled
from training.outliers import teaching
from training.params import MixRules, Params
from training.specification import specification_of
from training.splits import Split, balanced_folds, group_names, split
from training.variants import sizes_of
from valuation.features import Words
from valuation.ladder import Ladder, Rung
from valuation.price_model.bundle import write_bundle
from valuation.price_model.model import load_price_model

SALES = 2_500
FITTED = (
    "ladder.json",
    "features.json",
    *(f"{kind}-{level}.txt" for kind in ("booster", "direct") for level in LEVELS),
)


@pytest.fixture(scope="module")
def params() -> Params:
    small = small_params()
    return replace(
        small,
        boosters=replace(small.boosters, trees=20),
        direct=replace(small.direct, trees=20),
        mix=MixRules(shares=(0.5,), least_gain=-9.0),  # both views in every bundle
    )


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("demo")
    (found,), _ = imported(demo_sales(folder, sales=SALES), "demo_cn", folder / "sales")
    return load_dataset([found.path])


@pytest.fixture(scope="module")
def honest(sales: Dataset, params: Params) -> Modelled:
    """The model of the sales as they are."""
    return modelled(sales, params)


@pytest.fixture(scope="module")
def undated(sales: Dataset) -> Dataset:
    """The same sales of one day, so that they are split and calibrated by group."""
    return replace(sales, sold_on=np.full(len(sales), sales.sold_on.max()))


def beside_constants(model: Modelled, fit: Dataset, test: Dataset) -> tuple[Difference, Difference]:
    """Our loss less that of the quantiles of all fitted prices: of the median, of all three."""
    ours = model.model.log_quantiles(test.columns)
    constant = np.tile(np.quantile(fit.log_price, LEVELS), (len(test), 1))
    actual, groups, rng = test.log_price, groups_of(test), np.random.default_rng(1)
    median = paired_bootstrap(
        ours=np.abs(ours[:, 1] - actual), theirs=np.abs(constant[:, 1] - actual), groups=groups,
        rng=rng,
    )  # fmt: skip
    pinball = paired_bootstrap(
        ours=metrics.mean_pinball_losses(actual=actual, quantiles=ours),
        theirs=metrics.mean_pinball_losses(actual=actual, quantiles=constant),
        groups=groups, rng=rng,
    )  # fmt: skip
    assert median is not None
    assert pinball is not None
    return median, pinball


def test_sales_as_they_are_teach_far_more_than_their_marginal_quantiles(
    sales: Dataset, params: Params, honest: Modelled
) -> None:
    parts = split(sales, params.split)
    for gained in beside_constants(honest, sales.take(parts.fit), sales.take(parts.test)):
        assert gained.relative < -0.5
        assert gained.high < 0


def test_a_target_shuffled_against_its_features_teaches_nothing(
    sales: Dataset, params: Params
) -> None:
    mixed = np.random.default_rng(2).permutation(sales.log_price)
    shuffled = replace(sales, log_price=mixed)
    parts = split(shuffled, params.split)
    found = modelled(shuffled, params)
    fit, test = shuffled.take(parts.fit), shuffled.take(parts.test)
    for gained in beside_constants(found, fit, test):
        assert gained.high > 0, "better than constants beyond noise"
        assert gained.relative > -0.02


def test_a_shuffled_target_teaches_nothing_out_of_fold_either(
    undated: Dataset, params: Params
) -> None:
    mixed = np.random.default_rng(3).permutation(undated.log_price)
    shuffled = replace(undated, log_price=mixed)
    found = modelled(shuffled, params).calibrated
    assert found.left_out is not None
    scored, by_group = found.left_out
    marginal = np.quantile(shuffled.log_price, LEVELS)
    for left_out in (by_group.log_quantiles, found.unsold.log_quantiles):
        ours, constant = (
            metrics.mean_pinball_losses(actual=scored.sales.log_price, quantiles=quantiles)
            for quantiles in (left_out, np.tile(marginal, (len(left_out), 1)))
        )
        groups, rng = groups_of(scored.sales), np.random.default_rng(4)
        gained = paired_bootstrap(ours=ours, theirs=constant, groups=groups, rng=rng)
        assert gained is not None
        assert gained.high > 0
        assert gained.relative > -0.02


@pytest.mark.parametrize("part", ["undated", "sales"])
def test_the_test_sales_share_no_group_or_no_day_with_those_of_the_fit(
    part: str, params: Params, request: pytest.FixtureRequest
) -> None:
    dataset: Dataset = request.getfixturevalue(part)
    parts: Split = split(dataset, params.split)
    whole = np.sort(np.concatenate([parts.fit, parts.calibration, parts.test]))
    assert whole.tolist() == list(range(len(dataset)))
    if parts.by_time:
        days = dataset.sold_on
        assert days[parts.fit].max() < days[parts.calibration].min()
        assert days[parts.calibration].max() == parts.fitted_until < days[parts.test].min()
    else:
        groups = group_names(dataset)
        assert not set(groups[parts.fit]) & set(groups[parts.test])


def test_no_fold_is_scored_by_a_fit_that_knows_its_groups_or_its_device_models(
    undated: Dataset, params: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The very tasks that are fitted, against the very rows that each fit prices."""
    task, asked = task_of(undated, params), list[Task]()

    def nothing_fitted(tasks: Sequence[Task], **_: object) -> list[Fitted]:
        asked.extend(tasks)
        return [Fitted(Ladder(0.0, (), {}, Rung(0.0, 0, 0.0)), (), (), ()) for _ in tasks]

    monkeypatch.setattr(conformal, "fit_many", nothing_fitted)
    fits = conformal.fit_all(task, undated=True)
    by_group = asked[1 : 1 + len(fits.by_group)]
    by_model = asked[1 + len(fits.by_group) :]
    models = task.dataset.columns.device_model
    unsold = balanced_folds(models, params.split.unsold_folds, salt="unsold")
    assert (len(by_group), len(by_model)) == (
        params.split.calibration_folds, params.split.unsold_folds,
    )  # fmt: skip
    for fold, fitted in enumerate(by_group):
        scored = conformal.calibration_folds(task) == fold
        assert_disjoint(group_names(task.dataset), fitted.teaches, scored)
    for fold, fitted in enumerate(by_model):
        assert_disjoint(models, fitted.teaches, unsold == fold)


def assert_disjoint(names: Words, taught: Mask, scored: Mask) -> None:
    assert taught.any()
    assert scored.any()
    assert not set(names[taught].tolist()) & set(names[scored].tolist())


def task_of(dataset: Dataset, params: Params) -> Task:
    devices, teaches = listed_devices(), teaching(dataset, params.sales)
    specification = specification_of(
        dataset, params.specification, serve={}, devices=devices, last_sale=dataset.sold_on.max()
    )
    return Task(dataset, specification, teaches, sizes_of(dataset.columns, devices), params)


def test_no_sale_sees_a_rung_that_its_own_seller_helped_to_make(
    sales: Dataset, params: Params
) -> None:
    """Other prices of one seller's fold change what all others see, and nothing that it sees."""
    task = task_of(sales, params)
    fitted = fit_ladder(
        sales, task.specification, rules=params.ladder, counting=params.specification,
        teaches=task.teaches, sizes=task.sizes,
    )  # fmt: skip
    fold, groups = ladder_folds(sales), group_names(sales)
    for one in np.unique(fold):
        assert not set(groups[fold == one]) & set(groups[fold != one])
    own = fold == fold[0]
    dearer = replace(sales, log_price=np.where(own, sales.log_price + 1.0, sales.log_price))
    seen, after = (
        out_of_fold_rungs(fitted, it, task.specification, task.sizes) for it in (sales, dearer)
    )
    assert after[own].tobytes() == seen[own].tobytes()
    assert (after[~own][:, 0] > seen[~own][:, 0]).mean() > 0.9


def test_prices_after_the_cut_off_of_the_fit_leave_ladder_and_boosters_as_they_are(
    sales: Dataset, params: Params, honest: Modelled
) -> None:
    parts = split(sales, params.split)
    later = sales.sold_on > sales.sold_on[parts.fit].max()
    changed = modelled(with_other_prices(sales, later), params).files
    assert {name: changed[name] for name in FITTED} == {n: honest.files[n] for n in FITTED}
    assert changed["calibration.json"] != honest.files["calibration.json"], "it calibrates"


def test_prices_of_the_test_sales_change_nothing_that_is_served(
    sales: Dataset, params: Params, honest: Modelled
) -> None:
    until = split(sales, params.split).fitted_until
    assert until is not None
    assert modelled(with_other_prices(sales, sales.sold_on > until), params).files == honest.files


def with_other_prices(sales: Dataset, rows: Mask) -> Dataset:
    noise = np.random.default_rng(5).normal(1.0, 0.5, len(sales))
    return replace(sales, log_price=np.where(rows, sales.log_price + noise, sales.log_price))


def test_a_trained_bundle_gives_its_boosters_the_same_bytes_one_by_one_in_batch_and_afresh(
    honest: Modelled, tmp_path: Path
) -> None:
    files = {**honest.files, "evaluation.json": b"{}", "golden.json": b"[]"}
    folder = write_bundle(files=files, provenance={}, root=tmp_path)
    model = load_price_model(folder)
    rows = list(rows_of(model))
    alone = np.vstack([inputs(model, [row]) for row in rows])
    assert inputs(model, rows).tobytes() == alone.tobytes()
    run = subprocess.run(
        [sys.executable, "-c", FRESH, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert run.stdout.strip() == received_one_by_one(model)
