"""Rows of published reference files, read into the catalogue's units."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

Cells = Mapping[str, str]
Read = TypeVar("Read")

# Spelt out: the calendar module would follow the locale of the machine.
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, start=1)}
# "announced" says when a maker spoke of a device: only what follows "Released" is a first sale.
RELEASED = re.compile(rf"Released (\d{{4}})(?:, ({'|'.join(MONTHS)})\b)?")
GRAMS = re.compile(r"^(\d+(?:\.\d+)?) g\b")
MILLIAMPERE_HOURS = re.compile(r"\b(\d{3,5}) mAh")
INCHES = re.compile(r"^(\d+(?:\.\d+)?) inches")


@dataclass(frozen=True, slots=True)
class Release:
    """A first sale as a file states it: a year, and the month where it is given."""

    year: int
    month: int | None

    def __str__(self) -> str:
        return f"{self.year}" if self.month is None else f"{self.year}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One device of a reference file; ``name`` begins with the brand."""

    place: str
    name: str
    weight_g: float | None
    battery_mah: float | None
    screen_in: float | None
    released: Release | None


def launches(path: Path) -> Iterator[ReferenceRow]:
    """Launch pages: ``name, announced, status, weight, battery-type, size``."""
    yield from _rows(path, _launch)


def specifications(path: Path) -> Iterator[ReferenceRow]:
    """Specification pages: a release year alone; their prices are of the day of scraping."""
    for row in _rows(path, _specification):
        if row is not None:
            yield row


def offers(path: Path) -> Iterator[ReferenceRow]:
    """Shop offers: one device stands in many rows, and is read once."""
    seen: set[str] = set()
    for row in _rows(path, _offer):
        if row.name not in seen:
            seen.add(row.name)
            yield row


READERS: Mapping[str, Callable[[Path], Iterator[ReferenceRow]]] = {
    "phone_launches": launches,
    "phone_specs": specifications,
    "phone_offers": offers,
}


def reference_rows(folder: Path) -> Iterator[ReferenceRow]:
    """The rows of every file of the folder whose name says a known shape."""
    for file in sorted(folder.glob("*.csv")):
        for prefix, reader in READERS.items():
            if file.name.startswith(prefix):
                yield from reader(file)


def _launch(place: str, cells: Cells) -> ReferenceRow:
    return ReferenceRow(
        place=place,
        name=cells["name"],
        weight_g=_first(GRAMS, cells["weight"]),
        battery_mah=_first(MILLIAMPERE_HOURS, cells["battery-type"]),
        screen_in=_first(INCHES, cells["size"]),
        released=_release(cells["status"]) or _release(cells["announced"]),
    )


def _specification(place: str, cells: Cells) -> ReferenceRow | None:
    if cells["type"] not in ("phone", "tablet"):
        return None
    year = _number(cells["released_date"])
    return ReferenceRow(
        place=place,
        name=_with_brand(cells["brand"], cells["name"]),
        weight_g=_number(cells["weight"]),
        battery_mah=_number(cells["battery_capacity"]),
        screen_in=_number(cells["screen_size"]),
        released=Release(int(year), None) if year else None,
    )


def _offer(place: str, cells: Cells) -> ReferenceRow:
    day = cells["launch_date"]
    launched = date.fromisoformat(day) if day else None
    return ReferenceRow(
        place=place,
        name=_with_brand(cells["phone_brand"], cells["phone_model"]),
        weight_g=_number(cells["weight"]),
        battery_mah=_number(cells["battery"]),
        screen_in=_number(cells["display_size"]),
        released=Release(launched.year, launched.month) if launched else None,
    )


def _release(text: str) -> Release | None:
    match = RELEASED.search(text)
    if match is None:
        return None
    return Release(int(match[1]), MONTHS[match[2]] if match[2] else None)


def _first(pattern: re.Pattern[str], text: str) -> float | None:
    match = pattern.search(text)
    return float(match[1]) if match else None


def _number(text: str) -> float | None:
    """A number above 0; files write 0 for what they do not know."""
    value = float(text) if text else 0.0
    return value if value > 0 else None


def _with_brand(brand: str, name: str) -> str:
    return name if name.casefold().startswith(brand.casefold()) else f"{brand} {name}"


def _rows(path: Path, read: Callable[[str, Cells], Read]) -> Iterator[Read]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restval="")
        for cells in reader:
            yield read(f"{path.name}:{reader.line_num}", cells)
