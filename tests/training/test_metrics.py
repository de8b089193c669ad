"""Metrics on worked examples that can be done by hand or were published."""

import numpy as np
import pytest

from tests.training.samples import make_columns, make_dataset
from training import metrics
from training.bootstrap import group_bootstrap, groups_of, paired_bootstrap

# IAAO, Standard on Ratio Studies (April 2013), table 1-4: appraised value and sale price.
IAAO_TABLE_1_4 = np.array(
    [
        (87_200, 138_720), (38_240, 59_700), (96_320, 146_400), (68_610, 99_000), (32_960, 47_400),
        (50_560, 70_500), (61_360, 78_000), (47_360, 60_000), (56_580, 69_000), (47_040, 55_500),
        (136_000, 154_500), (98_000, 109_500), (56_000, 60_000), (159_100, 168_000),
        (128_000, 124_500), (132_000, 127_500), (160_000, 150_000),
    ],
    dtype=np.float64,
)  # fmt: skip
VALUE, PRICE = IAAO_TABLE_1_4.T


def test_cod_and_prd_are_those_that_the_iaao_published() -> None:
    assert round(metrics.median_ratio(actual=PRICE, predicted=VALUE), 2) == 0.82
    assert round(metrics.cod(actual=PRICE, predicted=VALUE), 1) == 14.5
    assert round(metrics.prd(actual=PRICE, predicted=VALUE), 2) == 0.98


def test_pinball_charges_the_side_that_the_level_names() -> None:
    actual, predicted = np.array([10.0, 10.0]), np.array([8.0, 12.0])
    by_row = metrics.pinball_losses(actual=actual, predicted=predicted, level=0.9)
    assert by_row == pytest.approx([1.8, 0.2])
    assert metrics.pinball(actual=actual, predicted=predicted, level=0.9) == pytest.approx(1.0)


def test_mean_pinball_averages_the_three_levels() -> None:
    quantiles = np.array([[8.0, 10.0, 14.0]])
    mean = metrics.mean_pinball(actual=np.array([11.0]), quantiles=quantiles)
    assert mean == pytest.approx((0.1 * 3 + 0.5 * 1 + 0.1 * 3) / 3)


def test_interval_score_is_the_width_plus_ten_times_what_lies_outside() -> None:
    low, high = np.full(3, 5.0), np.full(3, 8.0)
    actual = np.array([6.0, 4.0, 10.0])
    assert metrics.interval_score(actual=actual, low=low, high=high) == pytest.approx(3 + 30 / 3)


def test_interval_score_is_ten_times_the_pinball_losses_of_its_two_ends() -> None:
    rng = np.random.default_rng(3)
    actual, low, high = rng.normal(0, 1, 200), np.full(200, -1.0), np.full(200, 1.2)
    ends = metrics.pinball(actual=actual, predicted=low, level=0.1) + metrics.pinball(
        actual=actual, predicted=high, level=0.9
    )
    score = metrics.interval_score(actual=actual, low=low, high=high)
    assert score == pytest.approx(10 * ends)


def test_a_price_on_the_border_is_covered() -> None:
    actual, low, high = np.array([5.0, 8.0, 8.1]), np.full(3, 5.0), np.full(3, 8.0)
    assert metrics.coverage(actual=actual, low=low, high=high) == pytest.approx(2 / 3)


def test_relative_errors_are_of_the_price_that_was_paid() -> None:
    actual, predicted = np.array([100.0, 100.0, 50.0]), np.array([110.0, 80.0, 100.0])
    assert metrics.mdape(actual=actual, predicted=predicted) == pytest.approx(0.2)
    assert metrics.mean_relative_error(actual=actual, predicted=predicted) == pytest.approx(1.3 / 3)


def test_relative_width_is_of_the_median_price() -> None:
    quantiles = np.array([[80.0, 100.0, 130.0], [90.0, 100.0, 110.0], [50.0, 100.0, 150.0]])
    assert metrics.median_relative_width(quantiles=quantiles) == pytest.approx(0.5)


def test_no_rows_give_no_number() -> None:
    none = np.zeros(0)
    assert np.isnan(metrics.mdape(actual=none, predicted=none))
    assert np.isnan(metrics.prd(actual=none, predicted=none))
    assert np.isnan(metrics.coverage(actual=none, low=none, high=none))


def test_rows_of_one_group_widen_the_interval() -> None:
    rng = np.random.default_rng(5)
    by_group = np.repeat(rng.normal(0, 1, 50), 20)
    grouped = group_bootstrap(values=by_group, groups=np.repeat(np.arange(50), 20), rng=rng)
    single = group_bootstrap(values=by_group, groups=np.arange(1000), rng=rng)
    assert grouped is not None
    assert single is not None
    assert grouped.high - grouped.low > 3 * (single.high - single.low)


def test_the_interval_holds_the_truth_about_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(200):
        groups = np.repeat(np.arange(60), 5)
        values = np.repeat(rng.normal(0, 1, 60), 5) + rng.normal(0, 1, 300)
        bounds = group_bootstrap(values=values, groups=groups, rng=rng, draws=300)
        assert bounds is not None
        held += bounds.low <= 0 <= bounds.high
    assert 180 <= held <= 199


def test_few_groups_have_no_interval() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(9), 100)
    assert group_bootstrap(values=rng.random(900), groups=groups, rng=rng) is None
    assert group_bootstrap(values=np.zeros(0), groups=groups[:0], rng=rng) is None


def test_a_small_difference_on_the_same_rows_is_seen_through_their_noise() -> None:
    rng = np.random.default_rng(2)
    theirs = rng.exponential(1, 2_000)
    change = paired_bootstrap(
        ours=theirs + 0.01, theirs=theirs, groups=np.arange(2_000) // 4, rng=rng
    )
    assert change is not None
    assert change.low > 0.009
    assert change.relative == pytest.approx(0.01 / theirs.mean())


def test_a_sale_without_a_seller_belongs_to_its_device_model() -> None:
    columns = make_columns(models=["a/b/c", "a/b/c", "a/b/d"], storage=[64] * 3, grades=[4] * 3)
    dataset = make_dataset(columns=columns, price=[1, 1, 1], seller=["a/b/c", None, None])
    assert groups_of(dataset).tolist() == [0, 1, 2]
