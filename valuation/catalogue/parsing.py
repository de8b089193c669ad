"""Rows of text to entries and back; every number must be plausible for its category."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TypeVar

from valuation.catalogue.cells import Row
from valuation.catalogue.entries import (
    Alias,
    Brand,
    DeviceModel,
    Region,
    Source,
    Variant,
    variant_slug,
)
from valuation.domain.device import Category

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sources": ("key", "title", "date", "licence", "address"),
    "brands": ("slug", "name_en", "name_zh", "aliases", "part_of"),
    "models": (
        "id", "category", "name", "name_zh", "first_sale", "first_sale_region", "weight_g",
        "battery_mah", "screen_in", "successor", "source",
    ),
    "variants": ("id", "ram_gb", "storage_gb", "version", "launch_price_cny", "source"),
    "aliases": ("device_model", "alias"),
}  # fmt: skip

Bounds = tuple[float, float]
Member = TypeVar("Member", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Plausible:
    """Bounds of what a device of a category can be; wide, they catch slips of the pen."""

    weight_g: Bounds
    battery_mah: Bounds
    screen_in: Bounds


PLAUSIBLE = {
    Category.PHONE: Plausible((70, 450), (800, 14_000), (1.4, 11)),
    Category.TABLET: Plausible((250, 1_300), (3_000, 15_000), (6.5, 16)),
}
YEARS = (2005, 2035)
RAM_GB = (0.25, 32)
STORAGE_GB = (0.06, 4096)
LAUNCH_PRICE_CNY = (150, 40_000)


def source_of(row: Row) -> Source:
    """A source; all but ``unverified`` need a date or an address."""
    cells = row.cells
    source = Source(
        row.text("key"), row.text("title"), cells["date"], cells["licence"], cells["address"]
    )
    if source.key != "unverified" and not (source.date or source.address):
        raise row.error(f"source {source.key} has neither a date nor an address")
    return source


def brand_of(row: Row) -> Brand:
    """A brand; its aliases are separated by bars."""
    aliases = tuple(alias for alias in row.cells["aliases"].split("|") if alias)
    return Brand(
        slug=row.slug_path("slug", 1),
        name_en=row.text("name_en"),
        name_zh=row.cells["name_zh"],
        aliases=aliases,
        part_of=row.optional("part_of"),
    )


def device_model_of(row: Row) -> DeviceModel:
    """A device model."""
    category = _member(row, "category", Category)
    if category not in PLAUSIBLE:
        raise row.error(f"category {category.value!r} is none of {', '.join(PLAUSIBLE)}")
    plausible = PLAUSIBLE[category]
    region = row.optional("first_sale_region")
    return DeviceModel(
        id=row.slug_path("id", 3),
        category=category,
        name=row.text("name"),
        name_zh=row.cells["name_zh"].strip(),
        first_sale=row.month("first_sale", YEARS),
        first_sale_region=_member(row, "first_sale_region", Region) if region else None,
        weight_g=row.number("weight_g", plausible.weight_g),
        battery_mah=row.number("battery_mah", plausible.battery_mah),
        screen_in=row.number("screen_in", plausible.screen_in),
        successor=row.optional("successor"),
        source=row.text("source"),
    )


def variant_of(row: Row) -> Variant:
    """A variant, whose id must say what its columns say."""
    storage = row.number("storage_gb", STORAGE_GB)
    if storage is None:
        raise row.error("storage_gb is empty")
    price = row.number("launch_price_cny", LAUNCH_PRICE_CNY)
    variant = Variant(
        id=row.slug_path("id", 4),
        ram_gb=row.number("ram_gb", RAM_GB),
        storage_gb=storage,
        version=row.cells["version"].strip(),
        launch_price_cny=None if price is None else int(price),
        source=row.text("source"),
    )
    _check_slug(row, variant)
    return variant


def _check_slug(row: Row, variant: Variant) -> None:
    """Ids may leave RAM out, where nobody chooses it."""
    due, without_ram = _slugs(variant.ram_gb, variant.storage_gb, variant.version)
    if variant.slug not in (due, without_ram):
        raise row.error(f"the columns say {due}, the id {variant.slug}")


@cache
def _slugs(ram_gb: float | None, storage_gb: float, version: str) -> tuple[str, str]:
    """A configuration's slug, and the one without RAM; a few hundred stand in all rows."""
    due = variant_slug(ram_gb=ram_gb, storage_gb=storage_gb, version=version)
    return due, variant_slug(ram_gb=None, storage_gb=storage_gb, version=version)


def alias_of(row: Row) -> Alias:
    """Another name of a device model."""
    return Alias(row.slug_path("device_model", 3), row.text("alias"))


def _member(row: Row, column: str, members: type[Member]) -> Member:
    try:
        return members(row.cells[column])
    except ValueError:
        known = ", ".join(members)
        raise row.error(f"{column} {row.cells[column]!r} is none of {known}") from None
