"""Boosters on the price itself beside the ladder: mixed in where they help, and monotone."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest

from tests.training.small_run import demo_sales, imported, modelled, small_params
from training.conformal import Scored, best_share
from training.dataset import Dataset
from training.fit import CODES
from training.loading import load_dataset
from training.modelling import Modelled
from training.monotone_check import violations
from training.params import MixRules
from valuation.features import Floats
from valuation.ladder import LADDER_COLUMNS
from valuation.price_model.bundle import write_bundle
from valuation.price_model.model import load_price_model
from valuation.price_model.views import Views, mixed

HALF = MixRules(shares=(0.5,), least_gain=-9.0)  # whatever the gain


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("demo")
    (found,), _ = imported(demo_sales(folder, sales=2_500), "demo_cn", folder / "sales")
    return load_dataset([found.path])


@pytest.fixture(scope="module")
def made(sales: Dataset) -> Modelled:
    return modelled(sales, replace(small_params(), mix=HALF))


def test_prices_are_the_mean_of_both_views(made: Modelled, sales: Dataset) -> None:
    model, columns = made.model, sales.take(np.arange(200)).columns
    assert model.direct is not None
    assert set(model.direct.shares.values()) == {0.5}
    views = Views(model.specification, model.ladder, model.boosters, model.direct)
    first, second = views.both(columns)
    assert np.abs(first - second).max() > 0.05
    np.testing.assert_allclose(
        views.log_quantiles(columns), np.sort((first + second) / 2, axis=1), atol=1e-12
    )


def test_a_mix_is_monotone(made: Modelled) -> None:
    rng = np.random.default_rng(5)
    assert not violations(model=made.model, sample=40, as_of=date(2026, 11, 1), rng=rng)


def test_each_view_sees_what_is_its_own(made: Modelled) -> None:
    for kind, hidden in (("booster", CODES), ("direct", LADDER_COLUMNS)):
        booster = lgb.Booster(model_str=made.files[f"{kind}-0.5.txt"].decode())
        used = dict(zip(booster.feature_name(), booster.feature_importance(), strict=True))
        assert not any(used[name] for name in hidden)
        assert any(used.values())


def test_the_ladder_has_no_term_for_a_device_model(made: Modelled) -> None:
    """Its rungs carry them; hundreds of terms would be fitted beside, to the same sales."""
    columns = {factor.column for term in made.model.ladder.terms for factor in term.factors}
    assert not columns & set(CODES)
    assert len(made.model.ladder.terms) < 100


def test_a_bundle_says_the_same_when_it_is_read_again(
    made: Modelled, sales: Dataset, tmp_path: Path
) -> None:
    files = {**made.files, "evaluation.json": b"{}"}
    again = load_price_model(write_bundle(files=files, provenance={}, root=tmp_path))
    columns = sales.take(np.arange(100)).columns
    assert (again.log_quantiles(columns) == made.model.log_quantiles(columns)).all()


def test_a_view_that_gains_nothing_costs_nothing(sales: Dataset) -> None:
    rules = MixRules(shares=(0.0, 0.5), least_gain=9.0)
    alone = modelled(sales, replace(small_params(), mix=rules))
    assert alone.model.direct is None
    assert not [name for name in alone.files if name.startswith("direct")]


def test_the_share_is_the_one_that_loses_least(sales: Dataset) -> None:
    rules, rng = MixRules(shares=(0.0, 0.5, 1.0), least_gain=0.01), np.random.default_rng(6)
    true = sales.log_price

    def off(by: float) -> Floats:
        return true + rng.normal(0, by, len(true))

    assert best_share(scored(sales, off(0.1), off(1.0)), rules) == 0.0
    assert best_share(scored(sales, off(1.0), off(0.1)), rules) == 1.0
    assert best_share(scored(sales, off(0.2), off(0.2)), rules) == 0.5
    first = off(0.2)
    assert best_share(scored(sales, first, first + 1e-4), rules) == 0.0


def scored(sales: Dataset, first: Floats, second: Floats) -> Scored:
    """Sales with what each view says of them, at every level the same."""
    one, other = (np.repeat(view[:, None], 3, axis=1) for view in (first, second))
    n = len(sales)
    return Scored(
        sales,
        one,
        other,
        mixed(one, other, np.zeros(n)),
        support=np.full(n, 30, dtype=np.intp),
        buyers=np.full(n, None, dtype=object),
        fold=np.zeros(n, dtype=np.intp),
        launch_known=np.ones(n, dtype=np.bool_),
    )
