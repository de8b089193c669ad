"""The demo market: its truth is monotone."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.training.demo_market.making import (
    DEVICES,
    make_device,
    medians_of,
    ordinary_units,
    working_values,
)
from training.demo_market import DemoParams, DemoSales
from training.demo_market.fleet import make_fleet
from training.demo_market.sales import is_sound
from training.demo_market.vocabulary import FAULTS


@pytest.mark.parametrize("column", ["powers_on", "sim_unlocked", "activation_off"])
def test_a_better_answer_never_lowers_the_median(
    column: str, demo: DemoSales, params: DemoParams
) -> None:
    units = ordinary_units(demo)
    no, yes = np.zeros(len(units), dtype=bool), np.ones(len(units), dtype=bool)
    worse = medians_of(replace(units, **{column: no}), demo, params)
    assert (worse < medians_of(replace(units, **{column: yes}), demo, params)).all()


@pytest.mark.parametrize(("column", "levels"), [("display", 3), ("grade", 5), ("battery", 101)])
def test_a_better_level_never_lowers_the_median(
    column: str, levels: int, demo: DemoSales, params: DemoParams
) -> None:
    units = ordinary_units(demo)
    ladder = [
        medians_of(replace(units, **{column: np.full(len(units), level)}), demo, params)
        for level in range(levels)
    ]
    assert all((low <= high).all() for low, high in pairwise(ladder))
    assert (ladder[0] <= ladder[-1]).all()
    assert (ladder[0] < ladder[-1]).mean() > 0.9


def test_a_repaired_fault_never_lowers_the_median(demo: DemoSales, params: DemoParams) -> None:
    units = ordinary_units(demo)
    for fault in range(len(FAULTS)):
        broken, whole = units.intact.copy(), units.intact.copy()
        broken[:, fault], whole[:, fault] = False, True
        worse = medians_of(replace(units, intact=broken), demo, params)
        assert (worse <= medians_of(replace(units, intact=whole), demo, params)).all()


def test_more_memory_is_never_worth_less_even_where_the_list_says_so(params: DemoParams) -> None:
    memory = [(128.0, 8.0, 3_999), (256.0, 8.0, 3_899), (256.0, 12.0, 3_799), (512.0, 12.0, 3_999)]
    devices = [
        make_device(model="oppo/find/find-x", storage_gb=gb, ram_gb=ram, launch=price,
                    version=f"-{ram:g}")
        for gb, ram, price in memory
    ]  # fmt: skip
    fleet = make_fleet(devices=devices, age=params.depreciation)
    order = sorted(range(4), key=lambda i: (fleet.storage_doublings[i], fleet.ram_doublings[i]))
    for years in (0.5, 3.0, 7.0):
        value = working_values(fleet, params, device=order, years=[years] * 4)
        assert all(low < high for low, high in pairwise(value))


def test_age_never_raises_the_median_the_season_apart(params: DemoParams) -> None:
    fleet = make_fleet(devices=DEVICES, age=params.depreciation)
    years = np.arange(0.0, 12.0, 0.02).tolist()
    for device in range(len(fleet)):
        value = working_values(fleet, params, device=[device] * len(years), years=years)
        assert all(young >= old for young, old in pairwise(value))


def test_a_cracked_display_costs_relatively_more_on_a_cheap_phone(
    demo: DemoSales, params: DemoParams
) -> None:
    units = ordinary_units(demo)
    units = units.take(np.flatnonzero(is_sound(units)))
    cracked = replace(units, display=np.ones(len(units), dtype=np.int64))
    sound = medians_of(units, demo, params)
    kept = medians_of(cracked, demo, params) / sound
    assert kept[sound < 600].mean() < kept[sound > 3_000].mean() - 0.05


def test_grades_are_steeper_for_apple(demo: DemoSales, params: DemoParams) -> None:
    units = ordinary_units(demo)
    by_grade = [replace(units, grade=np.full(len(units), grade)) for grade in (1, 4)]
    worn, like_new = (medians_of(each, demo, params) for each in by_grade)
    apple = demo.fleet.apple[units.device]
    assert (worn / like_new)[apple].max() < (worn / like_new)[~apple].min()
