"""What the catalogue holds: sources, brands, device models and their variants."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from valuation.domain.device import Category

UNVERIFIED = "unverified"


class Region(StrEnum):
    """Where a device model was first sold."""

    CN = "cn"
    GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row comes from: a title with a date or an address."""

    key: str
    title: str
    date: str
    licence: str
    address: str


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand's names; ``part_of`` is the brand under which its devices also trade."""

    slug: str
    name_en: str
    name_zh: str
    aliases: tuple[str, ...] = ()
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceModel:
    """A device model; absent facts are None. Weight in g, battery in mAh, screen in inches."""

    id: str
    category: Category
    name: str
    name_zh: str
    first_sale: date | None
    first_sale_region: Region | None
    weight_g: float | None
    battery_mah: float | None
    screen_in: float | None
    successor: str | None
    source: str

    @property
    def brand(self) -> str:
        """The brand's slug."""
        return self.id.split("/")[0]

    @property
    def family(self) -> str:
        """The family's id, the brand included."""
        return self.id.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Variant:
    """One configuration of a device model; memory in GB, launch price in whole yuan."""

    id: str
    ram_gb: float | None
    storage_gb: float
    version: str
    launch_price_cny: int | None
    source: str

    @property
    def device_model(self) -> str:
        """The id of the device model."""
        return self.id.rpartition("/")[0]

    @property
    def slug(self) -> str:
        """The last part of the id."""
        return self.id.rpartition("/")[2]

    @property
    def ram_in_id(self) -> bool:
        """Whether RAM tells this variant from others; Apple's ids leave it out."""
        return self.slug.startswith(f"{number_text(self.ram_gb)}gb-") if self.ram_gb else False


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a device model."""

    device_model: str
    alias: str


def number_text(value: float | None) -> str:
    """A number as the files write it: no decimals that say nothing; absent is empty."""
    return "" if value is None else f"{value:g}"


def memory_slug(gigabytes: float) -> str:
    """Storage as ids spell it: 128gb, 1tb."""
    if gigabytes >= 1024 and gigabytes % 1024 == 0:
        return f"{number_text(gigabytes / 1024)}tb"
    return f"{number_text(gigabytes)}gb"


def variant_slug(*, ram_gb: float | None, storage_gb: float, version: str) -> str:
    """``[{ram}gb-]{storage}gb[-{version}]``."""
    parts = (memory_slug(ram_gb) if ram_gb else "", memory_slug(storage_gb), version)
    return "-".join(part for part in parts if part)
