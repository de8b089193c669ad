"""A place at a facility, reserved for the device of an accepted quote: where, and in which week.

The place is in the ISO week in which the device must be received; once it is here in that week, if
there is room. It stays while the device keeps its route and its licences; otherwise,
and as long as there is none, one is sought at every step that keeps the device. What is
refused goes nowhere, and has no place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from valuation.domain.disposition import Route
from valuation.domain.facilities import Consignment, Facility, Licence, Unplaced, nearest
from valuation.domain.moves import ACCEPTED, Stage
from valuation.domain.refusals import IllegalStep, Refusal

# The shop has the device, or will; of one that was left for recycling it comes to dismantling.
KEEPING = ACCEPTED | {Stage.SETTLED, Stage.DECLINED_RECYCLING, Stage.RECYCLED}
LEFT = frozenset({Stage.DECLINED_RECYCLING, Stage.RECYCLED})
GOES = frozenset({Stage.SETTLED, Stage.RECYCLED})  # it leaves for the facility


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is reserved for a device on a route: ``facility`` with its names and distance, or
    ``reason``: why none. ``until``: the last instant at which it counts, where time ends it."""

    route: Route
    licences: frozenset[Licence]
    region: str | None
    week: str
    facility: str | None = None
    en: str | None = None
    zh: str | None = None
    km: int | None = None
    reason: Unplaced | None = None
    until: datetime | None = None


def week_of(day: date) -> str:
    """The ISO week of a day, such as ``2026-W48``; later weeks sort behind."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def sought(
    *,
    facilities: Sequence[Facility],
    consignment: Consignment | None,
    route: Route,
    licences: frozenset[Licence],
    week: str,
    taken: Mapping[str, int],
) -> Place:
    """The nearest that is allowed and has room in the week, or why none; ``consignment`` None where
    nobody knows in which region the device is."""
    found = (
        Unplaced.NO_REGION
        if consignment is None
        else nearest(facilities=facilities, consignment=consignment, route=route, taken=taken)
    )
    region = consignment.region if consignment else None
    if isinstance(found, Unplaced):
        return Place(route=route, licences=licences, region=region, week=week, reason=found)
    assert region is not None  # noqa: S101 -- a facility serves one
    return Place(
        route=route, licences=licences, region=region, week=week, facility=found.id, en=found.en,
        zh=found.zh, km=found.hauls[region].km,
    )  # fmt: skip


def stays(
    place: Place, *, facilities: Sequence[Facility], consignment: Consignment, route: Route
) -> bool:
    """Whether a reserved place still does: the same route and licences, at a facility that may."""
    same = (place.route, place.licences) == (route, consignment.licences)
    held = next((each for each in facilities if each.id == place.facility), None)
    return same and held is not None and consignment.allowed(held, route=route)


def check_licensed(place: Place) -> None:
    """IllegalStep where a device that needs a licence would leave for a place that has none."""
    if place.licences and place.facility is None:
        assert place.reason is not None  # noqa: S101 -- an explicit none
        raise IllegalStep(Refusal.NO_LICENSED_PLACE, week=place.week, reason=place.reason.value)


class Kind(StrEnum):
    """What kind of place a device goes to, for whoever handed it over."""

    RESALE = "resale_centre"
    REFURBISHER = "refurbisher"
    CAUSE = "donation_partner"
    PARTS = "parts_workshop"
    DISMANTLER = "dismantler"
    LICENSED = "licensed_dismantler"


KINDS: Mapping[Route, Kind] = {
    Route.AS_IS: Kind.RESALE,
    Route.REFURBISH: Kind.REFURBISHER,
    Route.DONATE: Kind.CAUSE,
    Route.PARTS: Kind.PARTS,
    Route.DISMANTLE: Kind.DISMANTLER,
}


def kind_of(place: Place) -> Kind:
    """The kind of place; one with a licence for what is dangerous says so."""
    return Kind.LICENSED if place.licences else KINDS[place.route]
