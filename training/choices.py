"""What may become of one device of a stock: its best route at each facility, or to be held."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from training.allocation import Real
from valuation.domain.costs import Kept, left_after
from valuation.domain.disposition import FLAGS, Flag, Route, RouteValue
from valuation.domain.facilities import Consignment, Facility

REUSE = frozenset(route for route, flag in FLAGS.items() if flag is Flag.RESALE)


class Open(NamedTuple):
    """A route that no gate closes, with its expected value in minor units; ``give_up``: how much
    less than another's it may be, since the shop wants the device used again; ``waits``: what the
    device loses if it is held for this route until the next period, 0 where it is never held."""

    route: Route
    expected: int
    give_up: int = 0
    waits: int = 0

    @property
    def counts(self) -> int:
        """What is compared: a reuse within the limit, the limit too, comes first."""
        return self.expected + self.give_up


class Held(NamedTuple):
    """What a device is worth that stays where it is for the best reuse of the next period: its
    route's expected value less the haul and what it loses by waiting, in minor units."""

    expected: int
    waits: int
    counts: int


class Choices(NamedTuple):
    """By facility's number the best route there and its haul's cost; ``held``: None of what is
    never held."""

    at: Mapping[int, tuple[Open, int]]
    held: Held | None


class _Place(NamedTuple):
    """A facility as one kind of consignment sees it."""

    number: int
    cost: int
    weekly: int
    routes: frozenset[Route]


def open_route(each: RouteValue, *, reuse: int, kept: Kept, days: int) -> Open:
    """The route as it is compared. ``reuse``: what the shop gives up for one; ``kept``: what the
    device keeps of its value; ``days``: of a period, 0 where nothing is held."""
    if each.route not in REUSE:
        return Open(each.route, each.expected)
    return Open(each.route, each.expected, reuse, _waits(each, kept, days) if days else 0)


def _waits(each: RouteValue, kept: Kept, days: int) -> int:
    """What so many more days on the shelf cost, of what the device sells for: its costs do not
    fall with its price. One minor unit at least, so that a place of now is never left empty."""
    _, sells_for = each.parts[0]
    return max(1, sells_for - left_after(amount=sells_for, kept=kept.typical, days=days))


@dataclass(frozen=True, slots=True)
class Chooser:
    """The facilities of a region, and what each device may choose among them."""

    facilities: Sequence[Facility]
    _places: dict[Consignment, list[_Place]] = field(default_factory=dict)
    _known: dict[tuple[Consignment, tuple[Open, ...]], Choices] = field(default_factory=dict)

    def of(self, consignment: Consignment, routes: tuple[Open, ...]) -> Choices:
        """The choices of such a device; of two routes that count the same the first, reuse."""
        key = (consignment, routes)
        if key not in self._known:
            places = self._open_to(consignment)
            at = {
                place.number: (max(may, key=lambda each: each.counts), place.cost)
                for place in places
                if (may := [each for each in routes if each.route in place.routes])
            }
            self._known[key] = Choices(at, _held(consignment, routes, places))
        return self._known[key]

    def worth(self, choices: Choices) -> Real:
        """What each facility brings, -inf where the device may not go."""
        worth = np.full(len(self.facilities), -np.inf)
        for number, (best, cost) in choices.at.items():
            worth[number] = best.expected - cost
        return worth

    def give_up(self, choices: Choices) -> Real:
        """What the shop gives up for the route at each facility; the allocation adds it."""
        given = np.zeros(len(self.facilities))
        for number, (best, _) in choices.at.items():
            given[number] = best.give_up
        return given

    def _open_to(self, consignment: Consignment) -> list[_Place]:
        if consignment not in self._places:
            self._places[consignment] = [
                _Place(number, each.hauls[consignment.region].cost, each.weekly, routes)
                for number, each in enumerate(self.facilities)
                if (routes := _routes(each, consignment))
            ]
        return self._places[consignment]


def _routes(facility: Facility, consignment: Consignment) -> frozenset[Route]:
    return frozenset(each for each in Route if consignment.allowed(facility, route=each))


def _held(
    consignment: Consignment, routes: Iterable[Open], places: Iterable[_Place]
) -> Held | None:
    """The best reuse of the next period; None for what needs a licence: a hazard does not wait."""
    if consignment.licences:
        return None
    later = [
        Held(worth := each.expected - place.cost - each.waits, each.waits, worth + each.give_up)
        for each in routes
        if each.waits
        for place in places
        if each.route in place.routes and place.weekly
    ]
    return max(later, key=lambda held: held.counts, default=None)
