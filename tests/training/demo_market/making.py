"""A small market for the tests: devices, units, and values of them."""

import csv
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np

from training.demo_market import DemoParams, DemoSales
from training.demo_market.fleet import Fleet, Floats
from training.demo_market.truth import Units, log_working_value, true_median
from valuation.domain.device import Category, Device, DeviceFacts

PARAMS_FILE = Path(__file__).parents[3] / "training" / "demo_params.toml"
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


def read(path: Path) -> Lines:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def clean_lines(lines: Lines, medians: Mapping[str, float]) -> Lines:
    return [line for line in lines if line["sale_id"] in medians]


def ordinary_units(demo: DemoSales, *, rows: int = 2_000) -> Units:
    """Units of every kind that used devices come in, without any cap of the grade at work."""
    return demo.units.take(np.arange(rows))


def medians_of(units: Units, demo: DemoSales, params: DemoParams) -> Floats:
    return true_median(units=units, fleet=demo.fleet, params=params)


def working_values(
    fleet: Fleet, params: DemoParams, *, device: list[int], years: list[float]
) -> list[float]:
    rows = np.array(device)
    day = fleet.first_day[rows] + np.rint(np.array(years) * 365.25).astype(np.int64)
    logs = log_working_value(device=rows, day=day, fleet=fleet, params=params)
    return [math.exp(log) for log in logs]
