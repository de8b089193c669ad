"""Figures, their bounds, and ours beside a peer's."""

import numpy as np
import pytest

from training.benchmark.measure import (
    Draws,
    Paired,
    Rows,
    figures,
    paired,
    row_values,
    whole,
)
from training.bootstrap import Bounds
from valuation.features import Floats

RNG = np.random.default_rng(3)


def make_rows(n: int = 400, groups: int = 40) -> tuple[Rows, Floats]:
    actual = RNG.normal(6, 1, n)
    middle = actual + RNG.normal(0, 0.1, n)
    quantiles = middle[:, None] + np.array([-0.13, 0.0, 0.13])
    return Rows(actual, np.arange(n) % groups, np.arange(n) % 4), quantiles


def test_the_values_of_a_row_are_those_of_the_worked_example() -> None:
    rows = Rows(np.log([100.0]), np.array([0]), np.array([0]))
    values = row_values(rows=rows, log_quantiles=np.log([[40.0, 80.0, 90.0]]), widest=20_000)
    assert values["mdape"][0] == pytest.approx(0.2)
    assert values["log_mae"][0] == pytest.approx(np.log(100 / 80))
    assert values["coverage"][0] == 0
    # Width ln(90/40), and ten times what the sale lies above.
    assert values["interval_score"][0] == pytest.approx(np.log(90 / 40) + 10 * np.log(100 / 90))
    assert values["median_width"][0] == pytest.approx(50 / 80)
    assert values["referred"][0] == 1


def test_a_referred_row_counts_as_not_covered_in_the_second_column() -> None:
    rows = Rows(np.log([100.0, 100.0]), np.array([0, 1]), np.array([0, 0]))
    quantiles = np.log([[50.0, 100.0, 150.0], [90.0, 100.0, 110.0]])
    values = row_values(rows=rows, log_quantiles=quantiles, widest=20_000)
    assert values["coverage"].tolist() == [1, 1]
    assert values["referred"].tolist() == [1, 0]
    assert values["coverage_unreferred"].tolist() == [0, 1]


def test_draws_that_take_every_group_once_give_the_plain_mean_and_median() -> None:
    values = RNG.normal(size=101)
    draws = Draws(np.ones((2, 101), dtype=np.float32))
    assert draws.of_metric("log_mae", values) == pytest.approx([values.mean()] * 2)
    assert draws.of_metric("mdape", values) == pytest.approx([np.median(values)] * 2)


def test_a_median_of_drawn_groups_is_that_of_the_repeated_rows() -> None:
    values = RNG.normal(size=50)
    counts = RNG.integers(0, 4, 50)
    draws = Draws(counts[None, :].astype(np.float32))
    repeated = np.sort(np.repeat(values, counts))
    lower_median = repeated[(len(repeated) - 1) // 2]
    assert draws.of_metric("mdape", values)[0] == pytest.approx(lower_median)


def test_figures_have_bounds_around_them_and_values_by_fold() -> None:
    rows, quantiles = make_rows()
    values = row_values(rows=rows, log_quantiles=quantiles, widest=60_000)
    draws = Draws.of(rows, draws=200, rng=np.random.default_rng(1))
    found = figures(rows=rows, values=values, draws=draws)["mdape"]
    assert found.bounds is not None
    assert found.bounds.low < found.value < found.bounds.high
    assert len(found.by_fold) == 4


def test_too_few_groups_have_no_bounds() -> None:
    rows, _ = make_rows(groups=5)
    assert Draws.of(rows, draws=10, rng=np.random.default_rng(1)) is None


def test_the_better_method_is_first_the_same_is_a_tie_and_the_worse_is_behind() -> None:
    rows, quantiles = make_rows()
    worse = quantiles + RNG.normal(0, 0.3, (len(rows), 1))
    draws = Draws.of(rows, draws=200, rng=np.random.default_rng(1))
    good, bad = (
        row_values(rows=rows, log_quantiles=each, widest=60_000) for each in (quantiles, worse)
    )

    def verdict(ours: dict[str, Floats], theirs: dict[str, Floats], name: str) -> str:
        return paired(name, ours=ours[name], theirs=theirs[name], draws=draws).verdict

    for name in ("mdape", "log_mae", "pinball", "interval_score"):
        assert verdict(good, bad, name) == "first"
        assert verdict(bad, good, name) == "behind"
        assert verdict(good, good, name) == "tie"


def test_a_difference_without_bounds_is_never_more_than_a_tie() -> None:
    assert Paired(-1.0, None).verdict == "tie"
    assert Paired(-1.0, Bounds(-2.0, -0.5)).verdict == "first"


def test_no_rows_have_no_figure() -> None:
    assert np.isnan(whole("mdape", np.zeros(0)))
