"""Facilities and devices for tests, by a word each."""

from valuation.domain.device import Category
from valuation.domain.disposition import Route
from valuation.domain.facilities import Consignment, Facility, Haul, Licence

HERE = "here"
ALL = frozenset(Category)
BATTERY = frozenset({Licence.DAMAGED_BATTERY})


def make_facility(
    name: str, *routes: Route, weekly: int = 1, km: int = 10, cost: int = 0,
    licences: frozenset[Licence] = frozenset(), categories: frozenset[Category] = ALL,
) -> Facility:  # fmt: skip
    """A facility that takes devices from HERE."""
    hauls = {HERE: Haul(km, cost)}
    return Facility(name, name, name, frozenset(routes), categories, licences, weekly, hauls)


def make_consignment(
    *, licences: frozenset[Licence] = frozenset(), region: str = HERE
) -> Consignment:
    """A phone."""
    return Consignment(Category.PHONE, region, licences)
