"""The price ladder's parts: rungs and their pools, sizes, paces of age, tilts of the quantiles."""

import numpy as np
import pytest

from tests.factories import make_specification
from tests.training.samples import make_columns
from training.paces import SLOWEST, fit_paces, paces_of
from training.params import load_params
from training.rungs import POOLS, fit_rungs
from training.tilts import MOST, tilted
from training.variants import SIZES, means_of_models, order_variants, sizes_of
from valuation.features import Columns, FeatureSpecification, Floats, feature_matrix
from valuation.ladder import Factor, Ladder, Rung, Term

MODELS = tuple(f"maker{i % 3}/line{i % 6}/phone-{i}" for i in range(40))


@pytest.fixture
def specification() -> FeatureSpecification:
    return make_specification([])


def sold(rng: np.random.Generator, rows: int = 1200) -> Columns:
    return make_columns(
        models=[MODELS[i] for i in rng.integers(len(MODELS), size=rows)],
        storage=rng.choice([64.0, 128.0, 256.0], size=rows).tolist(),
        grades=rng.integers(0, 5, size=rows).astype(float).tolist(),
        years=rng.uniform(0.2, 4.0, size=rows).tolist(),
    )


def effects(columns: Columns, rng: np.random.Generator, spread: float) -> Floats:
    known = {model: rng.normal(0, spread) for model in MODELS}
    return np.array([known[model] for model in columns.device_model])


def test_a_pool_is_small_where_device_models_differ_and_large_where_they_do_not(
    specification: FeatureSpecification,
) -> None:
    rng = np.random.default_rng(1)
    columns, fold = sold(rng), rng.integers(5, size=1200)
    noise = rng.normal(0, 0.1, size=1200)
    differ = fit_rungs(columns, effects(columns, rng, 0.5) + noise, specification, fold=fold)
    alike = fit_rungs(columns, noise, specification, fold=fold)
    assert differ.pools["device_model"] <= 4
    assert alike.pools["device_model"] == POOLS[-1]
    assert max(abs(rung.departure) for rung in alike.by_slug.values()) < 0.03


def test_rungs_tell_what_they_carry(specification: FeatureSpecification) -> None:
    rng = np.random.default_rng(2)
    columns, fold = sold(rng), rng.integers(5, size=1200)
    residual = effects(columns, rng, 0.5)
    rungs = fit_rungs(columns, residual, specification, fold=fold)
    ladder = Ladder(0.0, (), rungs.by_slug, rungs.root)
    np.testing.assert_allclose(ladder.features(columns, specification)[:, 0], rungs.told)
    assert np.abs(residual - rungs.told).mean() < 0.05


def test_more_storage_is_never_a_lower_departure_sold_or_not(
    specification: FeatureSpecification,
) -> None:
    rng = np.random.default_rng(3)
    columns, fold = sold(rng), rng.integers(5, size=1200)
    against = -0.3 * np.log2(columns.storage_gb)  # sales that say the opposite
    rungs = fit_rungs(columns, against + rng.normal(0, 0.1, 1200), specification, fold=fold)
    ladder = Ladder(0.0, (), rungs.by_slug, rungs.root, {"storage_gb": 0.1, "ram_gb": 0.0})
    sizes = sizes_of(columns, [])
    start = means_of_models(sizes, specification).sum(axis=1) * 0.2
    ordered = order_variants(ladder, sizes, start, specification)
    every = make_columns(
        models=[model for model in MODELS for _ in range(4)],
        storage=[64.0, 128.0, 256.0, 512.0] * len(MODELS),
        grades=[4.0] * 4 * len(MODELS),
    )
    departure = ordered.features(every, specification)[:, 0].reshape(-1, 4)
    assert (np.diff(departure[:, :3], axis=1) >= -1e-12).all()


def test_a_brand_that_falls_faster_gets_its_pace_and_none_gains_by_ageing() -> None:
    rng = np.random.default_rng(4)
    columns = sold(rng, 4000)
    years = (columns.as_of - columns.first_sale) / 365.25
    age_level = -0.3 * years
    fast = np.where(columns.brand == "maker1", 1.5, 1.0)
    rising = np.where(columns.brand == "maker2", -0.5, fast)
    residual = (rising - 1) * age_level + rng.normal(0, 0.05, size=len(columns))
    fold = rng.integers(5, size=len(columns))
    paces = fit_paces(columns, age_level, residual, huber=1.0, fold=fold)
    assert paces["maker0"] == pytest.approx(1.0, abs=0.1)
    assert paces["maker1"] == pytest.approx(1.5, abs=0.1)
    assert paces["maker2"] == SLOWEST
    assert min(paces_of(columns, paces)) >= SLOWEST > 0


def test_sales_of_one_day_say_nothing_of_a_pace() -> None:
    columns = make_columns(models=MODELS, storage=[64.0] * 40, grades=[4.0] * 40)
    nothing = fit_paces(
        columns, np.full(40, -0.5), np.linspace(-1, 1, 40), huber=1.0, fold=np.arange(40) % 5
    )
    assert nothing == {}


def test_the_interval_widens_with_age_and_no_quantile_gains_by_it(
    specification: FeatureSpecification,
) -> None:
    rng = np.random.default_rng(5)
    columns = sold(rng, 4000)
    matrix = feature_matrix(columns, specification)
    years = (columns.as_of - columns.first_sale) / 365.25
    # What is left of the price spreads with age so much that its p90 would rise by itself.
    residual = rng.normal(0, 1, size=len(columns)) * 0.4 * years
    age = Term((Factor("age_days", "ramp", 0, 3650),), -0.0004, -1)
    ladder = tilted(
        Ladder(8.0, (age,), {}, Rung(0.0, 0, 0.1)), columns, matrix, specification,
        residual=residual, rules=load_params().ladder, levels=(0.1, 0.5, 0.9),
    )  # fmt: skip
    order = np.argsort(years)
    level = ladder.terms_level(columns, matrix, specification)[order]
    assert (np.diff(level, axis=0) <= 1e-12).all()
    width = level[:, 2] - level[:, 0]
    assert width[-1] > width[0] + 0.5
    low, middle, high = ladder.tilts
    assert middle == ()
    assert high[1] == pytest.approx(0.0004 * MOST)
    assert low[1] < 0
    assert set(ladder.doublings) <= set(SIZES)
