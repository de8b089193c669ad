"""The demo market: the rows of its file are such as a shop could have."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pytest

from tests.training.demo_market.making import ROWS, UNTIL, Lines, clean_lines, make_device
from training.demo_market import DemoParams, DemoSales, NothingToSimulate, simulate
from training.demo_market.files import SALES_COLUMNS
from training.demo_market.fleet import make_fleet
from training.demo_market.ledger import CLEAN
from training.demo_market.vocabulary import FAULTS, KINDS, Dirt
from valuation.domain.answers import complete, parse
from valuation.domain.device import Category
from valuation.domain.questions import BY_ID

# The rows


def test_there_are_as_many_rows_as_asked_for(lines: Lines) -> None:
    assert len(lines) == ROWS
    assert tuple(lines[0]) == SALES_COLUMNS
    assert len({line["sale_id"] for line in lines}) == ROWS


def test_nothing_is_sold_before_its_launch_or_after_the_last_day(
    lines: Lines, medians: Mapping[str, float], demo: DemoSales
) -> None:
    launched = demo.fleet.first_day[demo.units.device]
    assert (demo.units.day >= launched).all()
    days = [date.fromisoformat(line["sold_on"]) for line in clean_lines(lines, medians)]
    assert UNTIL - timedelta(days=731) < min(days)
    assert max(days) <= UNTIL


def test_devices_without_launch_price_or_date_are_not_sold(lines: Lines) -> None:
    assert not any("never" in line["device_model"] for line in lines)


def test_a_catalogue_without_prices_is_refused(params: DemoParams) -> None:
    with pytest.raises(NothingToSimulate):
        simulate(
            devices=[make_device(launch=None)], until=UNTIL, sales=10, seed=1, params=params
        )  # fmt: skip


def test_some_device_models_never_sell_and_some_hardly(demo: DemoSales) -> None:
    weeks_on_sale = demo.fleet.first_day < demo.units.day.max() - 7
    on_sale = set(demo.fleet.device_model[weeks_on_sale].tolist())
    sold = Counter(demo.fleet.device_model[demo.units.device].tolist())
    assert 0.05 < len(on_sale - set(sold)) / len(on_sale) < 0.25
    assert sum(count <= 6 for count in sold.values()) >= 2


def test_most_rows_name_the_device_model_by_its_id_and_the_others_by_its_name(
    lines: Lines,
) -> None:
    typed = [line["device_model"] for line in lines if "/" not in line["device_model"]]
    assert 0.01 < len(typed) / len(lines) < 0.05
    assert not any("GB" in name for name in typed)


def test_versions_that_the_file_cannot_tell_apart_are_one_device(params: DemoParams) -> None:
    wifi, cellular = make_device(), make_device(version=" cellular", launch=7_999)
    fleet = make_fleet(devices=[cellular, wifi], age=params.depreciation)
    assert fleet.devices == (wifi,)


# The answers


def answers_of(line: Mapping[str, str]) -> tuple[dict[str, object], Category]:
    category = Category.TABLET if "ipad" in line["device_model"] else Category.PHONE
    given = {name: line[name] for name in SALES_COLUMNS if name in BY_ID and line[name]}
    battery = {"battery_health": int(given["battery_health"])} if "battery_health" in given else {}
    return {**given, **battery}, category


def test_answers_are_the_registrys_and_do_not_contradict_each_other(lines: Lines) -> None:
    for line in lines:
        answers, category = answers_of(line)
        completed = complete(given=parse(answers=answers, category=category), category=category)
        assert completed.grade_capped_by is None
        assert completed.levels["cosmetic_grade"] == completed.given["cosmetic_grade"]


def test_a_fault_is_named_exactly_where_something_does_not_work(lines: Lines) -> None:
    for line in lines:
        named = [line[fault] for fault in FAULTS]
        assert ("no" in named) == (line["functions_work"] == "no")
        assert ("" in named) == (line["functions_work"] != "no")


def test_a_dead_device_answers_nothing_else(lines: Lines) -> None:
    dead = [line for line in lines if line["powers_on"] == "no"]
    assert len(dead) > 50
    silent = ("display_works", "functions_work", "battery_health", *FAULTS)
    assert {line[name] for line in dead for name in silent} == {""}


def test_battery_health_is_missing_more_often_where_it_is_harder_to_find(lines: Lines) -> None:
    on = [line for line in lines if line["powers_on"] == "yes"]
    missing = Counter(line["brand"] == "apple" for line in on if not line["battery_health"])
    rows = Counter(line["brand"] == "apple" for line in on)
    assert missing[False] / rows[False] > 2 * missing[True] / rows[True] > 0


# The slips


def test_one_row_in_seventy_is_dirty_and_has_no_truth(
    lines: Lines, medians: Mapping[str, float], demo: DemoSales
) -> None:
    assert 1 - len(medians) / len(lines) == pytest.approx(0.015, abs=0.001)
    assert {KINDS[kind] for kind in demo.dirt.tolist()} == set(Dirt)
    assert np.isnan(demo.median_yuan).tolist() == (demo.dirt != CLEAN).tolist()


def test_a_duplicate_differs_from_its_sale_in_the_id_alone(lines: Lines, demo: DemoSales) -> None:
    seconds = np.flatnonzero(demo.dirt == KINDS.index(Dirt.DUPLICATE))
    assert len(seconds) == round(0.4 * 0.015 * ROWS)
    for second in seconds.tolist():
        assert {**lines[second], "sale_id": ""} == {**lines[second - 1], "sale_id": ""}
