"""The look-up table falls back to the nearest wider cell."""

import numpy as np
import pytest

from tests.training.samples import NAN, make_columns, make_dataset
from training.baseline import Baseline, NoSales, fit_baseline

MODEL, SIBLING, COUSIN = "apple/iphone/iphone-13", "apple/iphone/iphone-12", "apple/ipad/ipad-9"
OTHER = "samsung/galaxy-s/galaxy-s21"


@pytest.fixture
def baseline() -> Baseline:
    columns = make_columns(
        models=[MODEL] * 6 + [SIBLING, COUSIN, OTHER],
        storage=[128, 128, 128, 128, NAN, 256, 64, 64, 128],
        grades=[4, 4, 3, NAN, 3, 2, 4, 4, 4],
    )
    return fit_baseline(
        dataset=make_dataset(columns=columns, price=[100, 120, 80, 70, 60, 150, 40, 20, 500])
    )


@pytest.mark.parametrize(
    ("model", "storage", "grade", "cell"),
    [
        (MODEL, 128, 4, [100, 120]),
        (MODEL, 128, NAN, [70]),
        (MODEL, NAN, 3, [60]),
        (MODEL, 128, 1, [100, 120, 80, 70]),
        (MODEL, 512, 4, [100, 120, 80, 70, 60, 150]),
        ("apple/iphone/iphone-99", 128, 4, [100, 120, 80, 70, 60, 150, 40]),
        ("apple/watch/watch-1", 64, 4, [100, 120, 80, 70, 60, 150, 40, 20]),
        ("nokia/n/n-1", 64, 4, [100, 120, 80, 70, 60, 150, 40, 20, 500]),
    ],
    ids=["grade", "absent grade", "absent storage", "storage", "device model", "family", "brand",
         "all"],
)  # fmt: skip
def test_the_narrowest_cell_that_was_sold_gives_its_median(
    baseline: Baseline, model: str, storage: float, grade: float, cell: list[float]
) -> None:
    columns = make_columns(models=[model], storage=[storage], grades=[grade])
    assert baseline.predict(columns)[0] == pytest.approx(np.median(np.log(cell)))


def test_a_cell_below_the_minimum_gives_way_to_a_wider_one() -> None:
    columns = make_columns(models=[MODEL] * 3, storage=[128] * 3, grades=[4, 3, 3])
    dataset = make_dataset(columns=columns, price=[100, 50, 60])
    baseline = fit_baseline(dataset=dataset, minimum=2)
    assert baseline.predict(columns) == pytest.approx(np.log([60, *[3000**0.5] * 2]))


def test_a_table_of_no_sales_is_refused() -> None:
    columns = make_columns(models=[], storage=[], grades=[])
    with pytest.raises(NoSales):
        fit_baseline(dataset=make_dataset(columns=columns, price=[]))
