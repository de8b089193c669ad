"""One demo market for all of its tests: to make it costs a second."""

from collections.abc import Mapping

import pytest

from tests.training.demo_market.making import DEVICES, PARAMS_FILE, ROWS, UNTIL, Lines, read
from training.demo_market import DemoParams, DemoSales, load_params, simulate, write


@pytest.fixture(scope="package")
def params() -> DemoParams:
    return load_params(PARAMS_FILE)


@pytest.fixture(scope="package")
def demo(params: DemoParams) -> DemoSales:
    return simulate(devices=DEVICES, until=UNTIL, sales=ROWS, seed=7, params=params)


@pytest.fixture(scope="package")
def lines(demo: DemoSales, tmp_path_factory: pytest.TempPathFactory) -> Lines:
    return read(write(demo=demo, folder=tmp_path_factory.mktemp("demo")).sales_path)


@pytest.fixture(scope="package")
def medians(demo: DemoSales, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, float]:
    truth = read(write(demo=demo, folder=tmp_path_factory.mktemp("truth")).truth_path)
    return {line["sale_id"]: float(line["median"]) for line in truth}
