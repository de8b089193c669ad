"""The conformal step that every peer gets."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.benchmark.cases import make_case
from training.benchmark.conformal_step import Held as HeldSales
from training.benchmark.conformal_step import calibrated, calibration_of, cells_for
from training.benchmark.peers.peer import Predict, three_times
from training.dataset import Dataset, Mask
from training.metrics import coverage
from training.params import load_params
from valuation.features import Floats
from valuation.price_model.calibration import ALL_SOLD, Support

RULES = load_params().split


def means_by_model(sales: Dataset) -> Predict:
    """A point method: the mean of each device model, of all sales for one that it does not know."""
    names = sales.columns.device_model
    means = {name: float(sales.log_price[names == name].mean()) for name in set(names)}
    whole = float(sales.log_price.mean())
    return lambda columns: three_times(
        np.array([means.get(name, whole) for name in columns.device_model])
    )


def covered(dataset: Dataset, test: Mask, quantiles: Floats) -> float:
    actual = dataset.log_price[test]
    return coverage(actual=actual, low=quantiles[:, 0], high=quantiles[:, 2])


def test_a_point_method_gets_intervals_that_keep_their_word() -> None:
    dataset = make_case(rows=3000).markets[0].dataset
    test = np.arange(len(dataset)) % 4 == 0
    found = calibrated(means_by_model, dataset.take(~test), None, dataset.take(test).columns, RULES)
    assert covered(dataset, test, found.log_quantiles) == pytest.approx(0.8, abs=0.04)
    assert (np.diff(found.log_quantiles, axis=1) >= 0).all()
    assert (found.support > 0).all()


def test_device_models_that_the_fit_does_not_know_get_wider_intervals_that_hold() -> None:
    dataset = make_case(rows=3000).markets[0].dataset
    models = dataset.columns.device_model.astype(str)
    inside, widths = [], []
    for fold in range(4):
        test = np.isin(models, sorted(set(models))[fold::4])
        sales, columns = dataset.take(~test), dataset.take(test).columns
        found = calibrated(means_by_model, sales, None, columns, RULES)
        assert (found.support == 0).all()
        inside.append(covered(dataset, test, found.log_quantiles))
        widths.append(float(np.median(found.log_quantiles[:, 2] - found.log_quantiles[:, 0])))
    assert float(np.mean(inside)) == pytest.approx(0.8, abs=0.1)
    assert min(widths) > 0.5


def test_a_later_window_calibrates_where_there_is_one() -> None:
    dataset = make_case(rows=2000).markets[0].dataset
    third = np.arange(len(dataset)) % 3
    later = dataset.take(third == 1)
    moved = replace(later, log_price=later.log_price + 0.5)
    test = dataset.take(third == 2).columns
    plain = calibrated(means_by_model, dataset.take(third == 0), later, test, RULES)
    shifted = calibrated(means_by_model, dataset.take(third == 0), moved, test, RULES)
    assert shifted.log_quantiles == pytest.approx(plain.log_quantiles + 0.5)


def test_a_cell_with_enough_scores_speaks_for_itself() -> None:
    dataset = make_case(rows=400).markets[0].dataset
    cells = cells_for(dataset.columns, np.full(400, 30, dtype=np.intp))
    scores = np.zeros((400, 3))
    part = HeldSales(scores, cells, np.ones(400, dtype=bool))
    assert set(calibration_of({ALL_SOLD: part}, least=100).scores) >= {ALL_SOLD, Support.MANY}
    assert set(calibration_of({ALL_SOLD: part}, least=401).scores) == {ALL_SOLD}
