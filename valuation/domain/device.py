"""Devices: identity by slugs, facts from the catalogue, the cosmetic grade."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Category(StrEnum):
    """Kinds of device that the questions know."""

    PHONE = "phone"
    TABLET = "tablet"
    LAPTOP = "laptop"
    WATCH = "watch"
    APPLIANCE = "appliance"


# Those that the catalogue holds; a device of another category is known by what it is called.
CATALOGUED = frozenset({Category.PHONE, Category.TABLET})


class CosmeticGrade(StrEnum):
    """Looks of a device on the CTIA scale, A best; works is another matter."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


class UnitState(StrEnum):
    """What kind of unit was sold; unordered, and a quote is always for a used one."""

    USED = "used"
    REFURBISHED = "refurbished"
    NEW = "new"
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What is known of a device model or variant; None where it is not known.

    Weight in grams, battery in mAh, screen diagonal in inches, memory in GB, launch price in
    whole yuan (CNY) of the device model in its smallest variant, first sale as the first day of
    its month.
    """

    category: Category | None = None
    first_sale: date | None = None
    successor_first_sale: date | None = None
    weight_g: float | None = None
    battery_mah: float | None = None
    screen_in: float | None = None
    ram_gb: float | None = None
    storage_gb: float | None = None
    launch_price_cny: int | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A device as the price model sees it: its place in the tree of slugs and its facts.

    Each slug is the whole path down to its node: ``apple``, ``apple/iphone``,
    ``apple/iphone/iphone-13``, ``apple/iphone/iphone-13/128gb``. A device outside the catalogue has
    the slugs that its raw words gave, and absent facts.
    """

    brand: str
    family: str
    device_model: str
    variant: str
    name: str
    facts: DeviceFacts
    in_catalogue: bool = True

    @property
    def category(self) -> Category:
        """The category; a device whose category nobody stated counts as a phone."""
        return self.facts.category or Category.PHONE
