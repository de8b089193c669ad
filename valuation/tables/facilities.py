"""The table of facilities: who takes which devices, from where, how many a week, at what cost."""

from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from valuation.domain.device import Category
from valuation.domain.disposition import Route
from valuation.domain.facilities import NAME, Facility, Haul, Licence
from valuation.tables.readings import Converter
from valuation.tables.table import Row, Table

FACILITIES = "facilities"
COLUMNS = frozenset({
    "id", "routes", "categories", "licences", "cost", "cost_per_km", "weekly_capacity", "km_from",
    "en", "zh", "source",
})  # fmt: skip
RANGE = frozenset({"low", "high"})  # of the cost; tables from before these columns have none
FARTHEST_KM = 20_100  # half around the earth
MOST = 10_000_000  # devices a week

Named = TypeVar("Named", bound=StrEnum)


def facilities(table: Table, money: Converter) -> tuple[Facility, ...]:
    """The facilities in the table's order, costs in minor units of the market's currency;
    BrokenTable names the row and what is accepted."""
    found: dict[str, Facility] = {}
    for row in table.rows:
        facility = _facility(row, table.currency, money)
        if found.setdefault(facility.id, facility) is not facility:
            raise row.broken(f"{facility.id} stands here a second time")
    return tuple(found.values())


def unconverted(table: Table) -> tuple[Facility, ...]:
    """The facilities with costs in the table's own currency; BrokenTable."""
    return facilities(table, Converter({table.currency: Decimal(1)}, table.currency))


def _facility(row: Row, currency: str, money: Converter) -> Facility:
    columns = COLUMNS | RANGE if RANGE & row.cells.keys() else COLUMNS
    if row.cells.keys() != columns:
        wrong = ", ".join(sorted(row.cells.keys() ^ columns))
        raise row.broken(f"these columns are missing or unknown: {wrong}")
    cost, per_km = _not_negative(row, "cost"), _not_negative(row, "cost_per_km")
    return Facility(
        id=_name(row, "id", row.text("id")),
        en=row.text("en"),
        zh=row.text("zh"),
        routes=_some(row, "routes", Route) - {Route.REFUSE},
        categories=_some(row, "categories", Category),
        licences=_members(row, "licences", Licence),
        weekly=_between(row, "weekly_capacity", row.text("weekly_capacity"), MOST),
        hauls={
            region: Haul(km, money.minor(major=cost + km * per_km, currency=currency))
            for region, km in _distances(row).items()
        },
    )


def _distances(row: Row) -> dict[str, int]:
    """Kilometres by region, from cells like ``east:20 north:1150``."""
    found: dict[str, int] = {}
    for pair in row.text("km_from").split():
        region, _, km = pair.partition(":")
        if _name(row, "km_from", region) in found:
            raise row.broken(f"km_from has {region} a second time")
        found[region] = _between(row, "km_from", km, FARTHEST_KM)
    if not found:
        raise row.broken("km_from names no region; one looks like east:20")
    return found


def _name(row: Row, column: str, text: str) -> str:
    if not NAME.fullmatch(text):
        raise row.broken(f"{column}: {text!r} is no name of small letters, digits and hyphens")
    return text


def _between(row: Row, column: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise row.broken(f"{column}: whole numbers from 0 to {most}, not {text!r}")
    return int(text)


def _not_negative(row: Row, column: str) -> Decimal:
    value = row.decimal(column)
    if value < 0:
        raise row.broken(f"{column} is below 0")
    return value


def _some(row: Row, column: str, names: type[Named]) -> frozenset[Named]:
    found = _members(row, column, names)
    if not found:
        raise row.broken(f"{column} is empty; known: {', '.join(names)}")
    return found


def _members(row: Row, column: str, names: type[Named]) -> frozenset[Named]:
    words = row.text(column).split()
    if stray := [word for word in words if word not in set(names)]:
        raise row.broken(f"unknown {column} {stray[0]!r}; known: {', '.join(names)}")
    return frozenset(map(names, words))
