"""Sellers whose sales of one device model are all far from its price are named."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.training.samples import make_columns, make_dataset
from training.checks import Finding
from training.seller_check import FACTOR, LEAST_SALES, deviating_sellers

MODEL = "apple/iphone/iphone-13"


def found(
    ratios: Sequence[float], *, sellers: Sequence[str | None], models: Sequence[str] | None = None
) -> Finding:
    """The finding on sales at these ratios of the predicted price."""
    n = len(ratios)
    columns = make_columns(models=models or [MODEL] * n, storage=[128.0] * n, grades=[3.0] * n)
    dataset = make_dataset(columns=columns, price=1_000 * np.array(ratios), seller=sellers)
    return deviating_sellers(dataset=dataset, log_median=np.full(n, np.log(1_000)))


@pytest.mark.parametrize("ratio", [1.05 * FACTOR, 0.9 / FACTOR])
def test_a_seller_far_from_the_price_in_either_direction_is_named(ratio: float) -> None:
    finding = found([ratio] * LEAST_SALES + [1.0] * 5, sellers=["s"] * LEAST_SALES + ["t"] * 5)
    assert (finding.found, finding.of) == (1, 2)
    assert finding.examples == (f"seller s sold {MODEL} 3 times at {ratio:.2f} of its price",)


def test_a_seller_somewhat_cheaper_than_others_is_nobodys_business() -> None:
    assert found([0.6] * 10, sellers=["s"] * 10).found == 0


def test_a_broken_phone_among_the_sales_of_a_seller_does_not_make_him_deviate() -> None:
    assert found([0.2, 1.0, 1.0], sellers=["s"] * 3).found == 0


def test_few_sales_of_a_device_model_are_not_judged_though_the_seller_has_many() -> None:
    models = [f"apple/iphone/iphone-{number // 2}" for number in range(10)]
    assert found([5.0] * 10, sellers=["s"] * 10, models=models) == Finding(0, 0, ())


def test_where_no_seller_is_known_none_is_judged() -> None:
    assert found([5.0] * 10, sellers=[None] * 10) == Finding(0, 0, ())
