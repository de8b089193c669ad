"""A belief about a price: its quantiles never cross, its mean is the integral, its tails end."""

from math import exp, inf, log, nan
from statistics import NormalDist, fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.domain.distribution import TAILS, Distribution, straight

LEVELS = (0.1, 0.5, 0.9)
logs = st.lists(st.floats(0, 12), min_size=3, max_size=3)
probabilities = st.floats(0.0, 1.0)


def integrated(belief: Distribution, points: int = 20_000) -> float:
    """The mean as the middle sum over the quantiles."""
    return fmean(belief.quantile((i + 0.5) / points) for i in range(points))


@pytest.mark.parametrize("at", [(5.0, 5.4, 6.0), (5.0, 5.0, 5.0), (2.0, 7.0, 7.1), (4.0, 4.1, 9.0)])
def test_the_mean_is_the_integral_of_the_quantiles(at: tuple[float, ...]) -> None:
    belief = Distribution(LEVELS, at)
    assert belief.mean() == pytest.approx(integrated(belief), rel=2e-3)


def test_the_mean_of_a_lognormal_price_is_nearly_the_textbook_one() -> None:
    spread, levels = 0.2, tuple(np.linspace(0.02, 0.98, 25).tolist())
    belief = Distribution(levels, tuple(5 + spread * NormalDist().inv_cdf(p) for p in levels))
    assert belief.mean() == pytest.approx(exp(5 + spread**2 / 2), rel=2e-3)


def test_a_certain_price_is_its_own_mean_and_every_quantile() -> None:
    sure = Distribution(LEVELS, (log(500),) * 3)
    assert sure.mean() == pytest.approx(500)
    assert {round(sure.quantile(p), 6) for p in (0.0, 0.01, 0.3, 0.99, 1.0)} == {500.0}


@given(logs, probabilities, probabilities)
def test_a_higher_probability_never_has_a_lower_price(at: list[float], a: float, b: float) -> None:
    belief, (low, high) = straight(levels=LEVELS, logs=at), sorted((a, b))
    assert belief.quantile(low) <= belief.quantile(high) * (1 + 1e-12)


def test_nothing_is_believed_beyond_the_stated_tails() -> None:
    belief = Distribution(LEVELS, (5.0, 5.5, 6.0))
    assert belief.quantile(0.0) == belief.quantile(TAILS[0]) < belief.quantile(0.05)
    assert belief.quantile(1.0) == belief.quantile(TAILS[1]) > belief.quantile(0.95)


def test_a_tail_goes_on_with_the_last_slope() -> None:
    at, score = (5.0, 5.5, 6.0), NormalDist().inv_cdf
    slope = (at[1] - at[0]) / (score(0.5) - score(0.1))
    expected = exp(at[0] - slope * (score(0.1) - score(0.01)))
    assert Distribution(LEVELS, at).quantile(0.01) == pytest.approx(expected)


@given(logs)
def test_a_fitted_quantile_is_given_back_to_the_last_bit(at: list[float]) -> None:
    belief = straight(levels=LEVELS, logs=at)
    assert [belief.quantile(level) for level in LEVELS] == [exp(y) for y in sorted(at)]


@given(logs, logs, st.floats(0.1, 0.9))
def test_a_belief_that_is_higher_at_every_fitted_level_is_higher_between_them(
    one: list[float], other: list[float], level: float
) -> None:
    low = straight(levels=LEVELS, logs=[min(a, b) for a, b in zip(one, other, strict=True)])
    high = straight(levels=LEVELS, logs=one)
    assert low.quantile(level) <= high.quantile(level) * (1 + 1e-12)


def test_below_the_lowest_fitted_level_a_higher_median_can_mean_a_lower_quantile() -> None:
    """Why a policy may not start there (`test_terms`)."""
    worse, better = Distribution(LEVELS, (5.0, 5.4, 6.0)), Distribution(LEVELS, (5.0, 5.8, 6.0))
    assert worse.quantile(0.05) > better.quantile(0.05)


def test_crossing_quantiles_are_refused_and_straightened_on_request() -> None:
    with pytest.raises(ValueError, match="cross"):
        Distribution(LEVELS, (5.0, 6.0, 5.5))
    assert straight(levels=LEVELS, logs=(5.0, 6.0, 5.5)).logs == (5.0, 5.5, 6.0)


@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_log_price_that_is_no_number_is_refused(bad: float, place: int) -> None:
    at = [5.0, 5.5, 6.0]
    at[place] = bad
    with pytest.raises(ValueError, match=r"no number|cross"):
        Distribution(LEVELS, tuple(at))


@pytest.mark.parametrize(
    "levels",
    [(0.5, 0.5, 0.9), (0.9, 0.5, 0.1), (0.0, 0.5, 0.9), (0.001, 0.5, 0.9), (0.1, 0.5, 1.0)],
)
def test_levels_that_do_not_ascend_between_the_tails_are_refused(
    levels: tuple[float, ...],
) -> None:
    with pytest.raises(ValueError, match="levels ascend"):
        Distribution(levels, (5.0, 5.5, 6.0))


@pytest.mark.parametrize("levels", [(), (0.5,), (0.1, 0.5)])
def test_a_belief_needs_a_price_at_two_levels_or_more(levels: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="two quantile levels"):
        Distribution(levels, (5.0, 5.5, 6.0))
