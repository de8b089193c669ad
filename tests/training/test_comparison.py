"""Two bundles are compared on sales that neither has seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pytest

from tests.training.samples import CHALLENGER, CHAMPION, DEMO, REAL, make_market
from training.comparison import (
    CutOffUnknown,
    OtherLevels,
    OtherMarkets,
    compare,
    quantiles_at_levels,
)
from training.dataset import Dataset
from valuation.domain.market import Market
from valuation.features import Columns, Floats, day_number

FIRST = float(day_number(date(2026, 1, 1)) or 0)


@dataclass
class FakePricer:
    """Prices the market of ``make_market`` with an error of its own."""

    digest: str
    error: float = 0.0
    until: str | None = None
    market: Market = DEMO
    levels: tuple[float, ...] = (0.1, 0.5, 0.9)
    evaluation: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.evaluation = {"fitted_until": self.until}

    def log_quantiles(self, columns: Columns) -> Floats:
        models = [int(str(m).rsplit("model", 1)[1]) for m in columns.device_model]
        centre = 7 + 0.03 * np.array(models) + self.error
        logs: Floats = centre[:, None] + np.linspace(-0.13, 0.13, len(self.levels))
        return logs


@pytest.fixture
def dataset() -> Dataset:
    return make_market(np.random.default_rng(8))[0]


def dated(dataset: Dataset) -> Dataset:
    """Two sales a day from the first of January 2026."""
    return replace(dataset, sold_on=FIRST + np.arange(len(dataset), dtype=np.float64) // 2)


def test_a_worse_challenger_loses_beyond_noise(dataset: Dataset) -> None:
    found = compare(
        champion=FakePricer(CHAMPION),
        challenger=FakePricer(CHALLENGER, error=0.1),
        dataset=dataset,
        rng=np.random.default_rng(1),
    )
    assert (found.champion, found.challenger, found.rows) == (CHAMPION, CHALLENGER, 600)
    assert found.log_mae is not None
    assert found.log_pinball is not None
    assert found.log_mae.low > 0
    assert found.log_pinball.low > 0


def test_equal_challengers_differ_by_nothing(dataset: Dataset) -> None:
    found = compare(
        champion=FakePricer(CHAMPION), challenger=FakePricer(CHALLENGER), dataset=dataset,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert found.log_mae is not None
    assert (found.log_mae.mean, found.log_mae.low, found.log_mae.high) == (0, 0, 0)


def test_only_sales_after_both_cut_offs_count(dataset: Dataset) -> None:
    found = compare(
        champion=FakePricer(CHAMPION, until="2026-01-31"),
        challenger=FakePricer(CHALLENGER, until="2026-03-01"),
        dataset=dated(dataset),
        rng=np.random.default_rng(1),
    )
    assert found.rows == 600 - 2 * 60


def test_no_later_sale_is_no_difference(dataset: Dataset) -> None:
    pricers = [FakePricer(digest, until="2030-01-01") for digest in (CHAMPION, CHALLENGER)]
    found = compare(
        champion=pricers[0], challenger=pricers[1], dataset=dated(dataset),
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert (found.rows, found.log_mae, found.log_pinball) == (0, None, None)


@pytest.mark.parametrize("until", [None, "2026-03-01"])
def test_a_cut_off_on_one_side_only_is_refused(dataset: Dataset, until: str | None) -> None:
    """Without a date either the champion may have seen any sale, or no sale can be told later."""
    sales = dated(dataset) if until is None else dataset
    with pytest.raises(CutOffUnknown):
        compare(
            champion=FakePricer(CHAMPION, until=until),
            challenger=FakePricer(CHALLENGER, until="2026-03-01"),
            dataset=sales,
            rng=np.random.default_rng(1),
        )


def test_markets_are_not_compared_with_each_other(dataset: Dataset) -> None:
    with pytest.raises(OtherMarkets):
        compare(
            champion=FakePricer(CHAMPION, market=REAL), challenger=FakePricer(CHALLENGER),
            dataset=dataset, rng=np.random.default_rng(1),
        )  # fmt: skip


def test_levels_are_found_among_others(dataset: Dataset) -> None:
    finer = FakePricer(CHAMPION, levels=(0.1, 0.25, 0.5, 0.75, 0.9))
    picked = quantiles_at_levels(pricer=finer, columns=dataset.columns)
    assert picked == pytest.approx(finer.log_quantiles(dataset.columns)[:, [0, 2, 4]])
    with pytest.raises(OtherLevels):
        quantiles_at_levels(pricer=FakePricer(CHAMPION, levels=(0.2, 0.5)), columns=dataset.columns)
