"""The demo market: reproducible sales, a monotone truth, figures near those it cites."""

import csv
import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from training.demo_market import (
    BadParams,
    DemoParams,
    DemoSales,
    NothingToSimulate,
    load_params,
    simulate,
    write,
)
from training.demo_market.files import SALES_COLUMNS
from training.demo_market.fleet import Fleet, Floats, make_fleet
from training.demo_market.ledger import CLEAN
from training.demo_market.sales import is_sound
from training.demo_market.truth import Units, age_years, log_working_value, true_median
from training.demo_market.vocabulary import FAULTS, KINDS, Dirt
from valuation.domain.answers import complete, parse
from valuation.domain.device import Category, Device, DeviceFacts
from valuation.domain.questions import BY_ID

PARAMS_FILE = Path(__file__).parents[2] / "training" / "demo_params.toml"
UNTIL = date(2025, 6, 30)
ROWS = 12_000
Lines = list[dict[str, str]]


def make_device(
    *,
    model: str = "apple/iphone/iphone-13",
    storage_gb: float = 128,
    ram_gb: float | None = None,
    launch: int | None = 5_999,
    first_sale: date | None = date(2021, 9, 1),
    successor: date | None = date(2022, 9, 1),
    category: Category = Category.PHONE,
    version: str = "",
) -> Device:
    brand, family, name = model.split("/")
    slug = f"{model}/{storage_gb:g}gb{version}"
    return Device(
        brand=brand,
        family=f"{brand}/{family}",
        device_model=model,
        variant=slug,
        name=f"{brand.title()} {name} {storage_gb:g} GB{version}",
        facts=DeviceFacts(
            category=category,
            first_sale=first_sale,
            successor_first_sale=successor,
            ram_gb=ram_gb,
            storage_gb=storage_gb,
            launch_price_cny=launch,
        ),
    )


def line_of_models(*, line: str, launch: int, category: Category = Category.PHONE) -> list[Device]:
    """A device model a year from 2018 to 2025, each in two or three versions."""
    ram = None if line.startswith("apple") else 8.0
    return [
        make_device(
            model=f"{line}-{year}",
            storage_gb=storage,
            ram_gb=ram,
            launch=round(launch * (1 + 0.12 * step)),
            first_sale=date(year, 9, 1),
            successor=date(year + 1, 9, 1) if year < 2025 else None,
            category=category,
        )
        for year in range(2018, 2026)
        for step, storage in enumerate((128.0, 256.0, 512.0)[: 3 if year % 2 else 2])
    ]


DEVICES = [
    *line_of_models(line="apple/iphone/iphone", launch=5_999),
    *line_of_models(line="samsung/galaxy-s/galaxy-s", launch=5_499),
    *line_of_models(line="redmi/note/note", launch=1_199),
    *line_of_models(line="apple/ipad/ipad", launch=3_999, category=Category.TABLET),
    make_device(model="xiaomi/mi/never-priced", launch=None),
    make_device(model="xiaomi/mi/never-dated", first_sale=None),
]


@pytest.fixture(scope="module")
def params() -> DemoParams:
    return load_params(PARAMS_FILE)


@pytest.fixture(scope="module")
def demo(params: DemoParams) -> DemoSales:
    return simulate(devices=DEVICES, until=UNTIL, sales=ROWS, seed=7, params=params)


@pytest.fixture(scope="module")
def lines(demo: DemoSales, tmp_path_factory: pytest.TempPathFactory) -> Lines:
    return read(write(demo=demo, folder=tmp_path_factory.mktemp("demo")).sales_path)


@pytest.fixture(scope="module")
def medians(demo: DemoSales, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, float]:
    truth = read(write(demo=demo, folder=tmp_path_factory.mktemp("truth")).truth_path)
    return {line["sale_id"]: float(line["median"]) for line in truth}


def read(path: Path) -> Lines:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def clean_lines(lines: Lines, medians: Mapping[str, float]) -> Lines:
    return [line for line in lines if line["sale_id"] in medians]


def digests(*, folder: Path, params: DemoParams, seed: int, devices: list[Device]) -> list[str]:
    demo = simulate(devices=devices, until=UNTIL, sales=2_000, seed=seed, params=params)
    files = write(demo=demo, folder=folder)
    paths = (files.sales_path, files.truth_path)
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def ordinary_units(demo: DemoSales, *, rows: int = 2_000) -> Units:
    """Units of every kind that used devices come in, without any cap of the grade at work."""
    return demo.units.take(np.arange(rows))


def medians_of(units: Units, demo: DemoSales, params: DemoParams) -> Floats:
    return true_median(units=units, fleet=demo.fleet, params=params)


# Reproducible


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, params: DemoParams) -> None:
    first = digests(folder=tmp_path / "a", params=params, seed=1, devices=DEVICES)
    assert digests(folder=tmp_path / "b", params=params, seed=1, devices=DEVICES) == first


def test_the_order_of_the_devices_does_not_matter(tmp_path: Path, params: DemoParams) -> None:
    first = digests(folder=tmp_path / "a", params=params, seed=1, devices=DEVICES)
    assert digests(folder=tmp_path / "b", params=params, seed=1, devices=DEVICES[::-1]) == first


def test_another_seed_gives_other_bytes(tmp_path: Path, params: DemoParams) -> None:
    first = digests(folder=tmp_path / "a", params=params, seed=1, devices=DEVICES)
    other = digests(folder=tmp_path / "b", params=params, seed=2, devices=DEVICES)
    assert all(a != b for a, b in zip(first, other, strict=True))


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


# The truth


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


def working_values(
    fleet: Fleet, params: DemoParams, *, device: list[int], years: list[float]
) -> list[float]:
    rows = np.array(device)
    day = fleet.first_day[rows] + np.rint(np.array(years) * 365.25).astype(np.int64)
    logs = log_working_value(device=rows, day=day, fleet=fleet, params=params)
    return [math.exp(log) for log in logs]


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


# Near the figures that it cites


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


# The knobs


def write_params(folder: Path, *, old: str, new: str) -> Path:
    text = PARAMS_FILE.read_text(encoding="utf-8")
    assert old in text
    path = folder / "params.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[noise.scale]", "[noise.scales]", "scales"),
        ("[noise.scale]", "[noises.scale]", "noises"),
        ("says =", "said =", "said"),
        ('source = "', 'source = ""  # "', "names no source"),
        ("value = 0.075", 'value = "much"', "noise.scale"),
        ("value = 0.075", "value = nan", "noise.scale"),
        ("value = [0.13, 0.167,", "value = [0.93, 0.167,", "apple_loss"),
        ("value = [0.055,", "value = [-0.055,", "grade_log_steps"),
    ],
)
def test_a_wrong_knob_is_refused_by_name(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(BadParams, match=named):
        load_params(write_params(tmp_path, old=old, new=new))
