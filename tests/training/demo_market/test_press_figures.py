"""The demo market: figures near those that it cites."""

import math
from collections.abc import Mapping

import numpy as np
import pytest

from tests.training.demo_market.making import make_device, working_values
from training.demo_market import DemoParams, DemoSales
from training.demo_market.fleet import make_fleet
from training.demo_market.ledger import CLEAN
from training.demo_market.sales import is_sound
from training.demo_market.truth import age_years


@pytest.mark.parametrize(
    ("model", "launch", "cited"),
    [
        ("apple/iphone/iphone-13", 5_999, {1: 0.833, 2: 0.645, 4: 0.336}),
        ("samsung/galaxy-s/galaxy-s21", 4_999, {1: 0.664, 2: 0.385, 4: 0.189}),
        ("redmi/note/note-10", 1_299, {1: 0.513, 2: 0.203}),
    ],
)
def test_an_ordinary_device_keeps_what_the_press_figures_say(
    model: str, launch: int, cited: Mapping[int, float], params: DemoParams
) -> None:
    fleet = make_fleet(devices=[make_device(model=model, launch=launch)], age=params.depreciation)
    ordinary = math.exp(-params.condition.ordinary_log_loss) / launch
    years = [float(year) for year in cited]
    values = working_values(fleet, params, device=[0] * len(years), years=years)
    kept = [value * ordinary for value in values]
    print(f"{model}: kept {[round(k, 3) for k in kept]}, cited {list(cited.values())}")
    assert kept == pytest.approx(list(cited.values()), abs=0.015)


@pytest.mark.parametrize(
    ("line", "cited"),
    [
        ("iphone", {1: 0.833, 2: 0.645, 4: 0.336}),
        ("galaxy", {1: 0.664, 2: 0.385, 4: 0.189}),
        ("note", {1: 0.513, 2: 0.203}),
    ],
)
def test_prices_of_working_devices_lie_near_the_press_figures(
    line: str, cited: Mapping[int, float], demo: DemoSales
) -> None:
    units, fleet = demo.units, demo.fleet
    age = age_years(device=units.device, day=units.day, fleet=fleet)
    of_line = np.array([line in device.device_model for device in fleet.devices])[units.device]
    launch = np.array([device.facts.launch_price_cny or 0 for device in fleet.devices])
    ordinary = of_line & is_sound(units) & (units.unit_state == 0) & (demo.dirt == CLEAN)
    ordinary &= (units.grade == 2) | (units.grade == 3)
    for years, share in cited.items():
        near = ordinary & (np.abs(age - years) < 0.2)
        kept = float(np.median((demo.price_yuan / launch[units.device])[near]))
        print(f"{line} after {years} years: {near.sum()} sales keep {kept:.3f}, cited {share}")
        assert near.sum() >= 20
        assert kept == pytest.approx(share, abs=0.07)


def test_a_perfect_valuation_errs_by_eight_to_ten_per_cent_on_working_devices(
    demo: DemoSales,
) -> None:
    log_error = np.log(demo.price_yuan) - np.log(demo.median_yuan)
    clean, sound = demo.dirt == CLEAN, is_sound(demo.units)
    assert 0.08 < np.abs(log_error[clean & sound]).mean() < 0.10
    assert np.abs(log_error[clean & ~sound]).mean() > 0.12
    assert abs(np.median(log_error[clean])) < 0.005
