"""Writes the demo market's files: the sales as a merchant would export them, and the truth."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.demo_market.fleet import Bools, Fleet, Ints, model_id
from training.demo_market.ledger import CLEAN, DemoSales
from training.demo_market.truth import Units
from training.demo_market.vocabulary import FAULTS, GRADES, STATES
from valuation.domain.questions import BY_ID

ABSENT = ""
SALES_COLUMNS = (
    "sale_id", "sold_on", "price", "brand", "device_model", "storage_gb", "ram_gb", "unit_state",
    "cosmetic_grade", "battery_health", "powers_on", "display_works", "functions_work",
    "cameras_work", "biometrics_work", "audio_works", "buttons_work", "charging_works",
    "radio_works", "back_intact", "sim_lock", "activation_lock", "channel", "region", "seller",
)  # fmt: skip
TRUTH_COLUMNS = ("sale_id", "median")
# " 8 + 256 GB cellular" at the end of a variant's name: what a column of its own says, or none.
MEMORY = re.compile(r"\s+(\d+(\.\d+)?\s*\+\s*)?\d+(\.\d+)?\s*[GT]B\b.*$")

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where the two files are."""

    sales_path: Path
    truth_path: Path


def write(*, demo: DemoSales, folder: Path) -> DemoFiles:
    """``sales.csv`` and ``truth.csv`` in ``folder``: UTF-8, the same bytes for the same sales.

    A clean sale alone has a row in the truth: the median price in yuan given its real answers,
    those that the sales file leaves empty included.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = DemoFiles(sales_path=folder / "sales.csv", truth_path=folder / "truth.csv")
    columns = sales_columns(demo)
    _write_rows(files.sales_path, SALES_COLUMNS, zip(*columns.values(), strict=True))
    clean = np.flatnonzero(demo.dirt == CLEAN)
    medians = ([columns["sale_id"][i], f"{demo.median_yuan[i]:.2f}"] for i in clean.tolist())
    _write_rows(files.truth_path, TRUTH_COLUMNS, medians)
    return files


def sales_columns(demo: DemoSales) -> dict[str, Cells]:
    """The cells of the sales file by column; an absent one is empty."""
    units = demo.units
    cells = {
        "sale_id": [f"S{number:07d}" for number in range(1, len(demo) + 1)],
        "sold_on": np.datetime_as_string(demo.recorded_day.astype("datetime64[D]")).tolist(),
        "price": [f"{price:.2f}" for price in demo.price_yuan.tolist()],
        **_device_cells(demo),
        "unit_state": _pick(STATES, units.unit_state),
        "cosmetic_grade": _pick(GRADES, units.grade),
        "battery_health": _where(demo.battery_known, [str(b) for b in units.battery.tolist()]),
        **_answer_cells(units, demo.fleet),
        "channel": _where(demo.channel_known, _pick(demo.channels, units.channel)),
        "region": _pick(demo.regions, units.region),
        "seller": [f"m{number:03d}" for number in (demo.seller + 1).tolist()],
    }
    return {name: cells[name] for name in SALES_COLUMNS}


def _device_cells(demo: DemoSales) -> dict[str, Cells]:
    """The device as it is named: mostly by the id of its device model, now and then by its name."""
    devices, device = demo.fleet.devices, demo.units.device
    ids = _pick([model_id(d) for d in devices], device)
    names = _pick([MEMORY.sub("", d.name).strip() for d in devices], device)
    typed = demo.name_typed.tolist()
    return {
        "brand": _pick([d.brand for d in devices], device),
        "device_model": [n if t else i for i, n, t in zip(ids, names, typed, strict=True)],
        "storage_gb": [_gigabytes(size) for size in demo.storage_gb.tolist()],
        "ram_gb": _pick([_gigabytes(d.facts.ram_gb) for d in devices], device),
    }


def _answer_cells(units: Units, fleet: Fleet) -> dict[str, Cells]:
    """Answers by question; a question that the registry would not ask stays empty."""
    on, works = units.powers_on, units.faultless
    faults = {
        fault: _where(on & ~works, _answers(fault, units.intact[:, column]))
        for column, fault in enumerate(FAULTS)
    }
    phone = fleet.phone[units.device]
    return {
        "powers_on": _answers("powers_on", on),
        "display_works": _where(on, _answers("display_works", units.display)),
        "functions_work": _where(on, _answers("functions_work", works)),
        **faults,
        "sim_lock": _where(phone, _answers("sim_lock", units.sim_unlocked)),
        "activation_lock": _answers("activation_lock", units.activation_off),
    }


def _answers(question: str, levels: Ints | Bools) -> list[str]:
    return _pick([answer.id for answer in BY_ID[question].answers], levels.astype(np.int64))


def _pick(names: Sequence[str], positions: Ints) -> list[str]:
    return [names[position] for position in positions.tolist()]


def _where(known: Bools, cells: Cells) -> list[str]:
    return [cell if k else ABSENT for cell, k in zip(cells, known.tolist(), strict=True)]


def _gigabytes(size: float | None) -> str:
    """Plain digits: ``128``, ``0.5``; nothing where the size is not stated."""
    return ABSENT if size is None or size != size else f"{size:g}"


def _write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
