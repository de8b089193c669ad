"""Where a device can be taken: what each facility may take, what it costs, which is nearest."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from valuation.domain.answers import Levels
from valuation.domain.device import Category
from valuation.domain.disposition import Route
from valuation.domain.questions import BEST

# How regions and facilities are named.
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Licence(StrEnum):
    """What a facility must be licensed for, beyond its routes."""

    DAMAGED_BATTERY = "damaged-battery"


# Any answer but the best needs the licence, one that was not given too: it counts as its worst.
LICENCES: Mapping[str, Licence] = {"battery_safety": Licence.DAMAGED_BATTERY}


class Unplaced(StrEnum):
    """Why no facility takes a device."""

    NONE_KNOWN = "no_facilities_known"
    NO_LICENCE = "no_licensed_facility"
    NONE_ALLOWED = "no_facility_may_take_it"
    FULL = "no_room"
    NO_REGION = "no_region"


@dataclass(frozen=True, slots=True)
class Haul:
    """From a region to a facility: kilometres, and what transport and facility cost per device, in
    minor units of the market's currency."""

    km: int
    cost: int


@dataclass(frozen=True, slots=True)
class Facility:
    """A place that takes devices. ``hauls``: by the region of the device; from any other it takes
    none. ``weekly``: devices per ISO week, whatever their route."""

    id: str
    en: str
    zh: str
    routes: frozenset[Route]
    categories: frozenset[Category]
    licences: frozenset[Licence]
    weekly: int
    hauls: Mapping[str, Haul]


@dataclass(frozen=True, slots=True)
class Consignment:
    """What a facility must know of a device: kind, where it is, which licences it needs."""

    category: Category
    region: str
    licences: frozenset[Licence]

    def allowed(self, facility: Facility, *, route: Route) -> bool:
        """Whether the facility may take the device on this route."""
        return (
            self.region in facility.hauls
            and route in facility.routes
            and self.category in facility.categories
            and self.licences <= facility.licences
        )


def licences_needed(levels: Levels) -> frozenset[Licence]:
    """The licences that a device with these answers needs."""
    return frozenset(
        licence for question, licence in LICENCES.items()
        if levels.get(question, BEST[question]) < BEST[question]
    )  # fmt: skip


def by_distance(facilities: Iterable[Facility], *, region: str) -> list[Facility]:
    """The facilities that take devices from the region, the nearest first, equals by id."""
    serving = [each for each in facilities if region in each.hauls]
    return sorted(serving, key=lambda each: (each.hauls[region].km, each.id))


def nearest(
    *,
    facilities: Sequence[Facility],
    consignment: Consignment,
    route: Route,
    taken: Mapping[str, int],
) -> Facility | Unplaced:
    """The nearest that is allowed and has room; ``taken``: the week's places, by facility. One with
    a licence that the device does not need comes last: its places are few."""
    serving = by_distance(facilities, region=consignment.region)
    allowed = [each for each in serving if consignment.allowed(each, route=route)]
    free = [each for each in allowed if taken.get(each.id, 0) < each.weekly]
    plain = [each for each in free if each.licences <= consignment.licences]
    if not allowed:
        return why_none(serving, consignment)
    return next(iter(plain or free), Unplaced.FULL)


def why_none(serving: Sequence[Facility], consignment: Consignment) -> Unplaced:
    """Why none of those that take devices from the region may take this one."""
    if not serving:
        return Unplaced.NONE_KNOWN
    licensed = any(consignment.licences <= each.licences for each in serving)
    return Unplaced.NONE_ALLOWED if licensed else Unplaced.NO_LICENCE
