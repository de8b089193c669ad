"""A stock goes to its facilities: one row a device, and what the capacities cost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from training.allocation import NOWHERE, Real, allocate, left_worth
from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.facilities import (
    Consignment,
    Facility,
    Unplaced,
    by_distance,
    licences_needed,
    nearest,
    why_none,
)
from valuation.domain.unpriced import NEED_PRICE
from valuation.quotes.disposing import Disposed
from valuation.use_cases.stock import Valuation

ANSWERS_MISSING, REFUSED = "answers_missing", "refused"


class Open(NamedTuple):
    """A route that no gate closes, with its expected value in minor units; ``give_up``: how much
    less than another's it may be, since the shop wants the device used again."""

    route: Route
    expected: int
    give_up: int = 0

    @property
    def counts(self) -> int:
        """What is compared: a reuse within the limit, the limit too, comes first."""
        return self.expected + self.give_up


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device before it has a facility; ``why_not``: where it can have none, whatever there is."""

    valuation: Valuation
    consignment: Consignment | None = None
    routes: tuple[Open, ...] = ()
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a device goes, or the reason why nowhere. ``expected``: its route's expected value less
    transport and the facility's cost, in minor units of ``currency``."""

    line: int
    record_id: str | None
    device: str | None
    name: str | None
    currency: str
    route: str | None = None
    flag: str | None = None
    facility: str | None = None
    km: int | None = None
    expected: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the stock brings, in minor units. A device without a place for want of room counts as
    nothing, or as its worst place where that costs; ``unlimited``: had each its best;
    ``nearest_first``: had each in turn gone by its best route to the nearest with room."""

    currency: str
    expected: int
    unlimited: int
    nearest_first: int
    capacity: Mapping[str, int]
    taken: Counter[str]
    reasons: Counter[str]

    @property
    def cost_of_capacity(self) -> int:
        """What the capacities cost against the unlimited optimum; below 0 where a full place
        spares what reuse would have cost."""
        return self.unlimited - self.expected


def waiting(valuation: Valuation, way: Disposed | None, *, region: str) -> Waiting:
    """What a facility must know of a valued row. One that lacks required answers waits for them:
    its gates are not known; one without a price that may be used again waits for a person."""
    if way is None or way.quote.answers is None:
        return Waiting(valuation, why_not=valuation.reason or valuation.outcome.value)
    answers, routes, reuse = way.quote.answers, way.routes, way.quote.policy.reuse
    if answers.missing:
        return Waiting(valuation, why_not=f"{ANSWERS_MISSING}: {' '.join(answers.missing)}")
    if way.chosen is None:
        return Waiting(valuation, why_not=f"{way.notes[0].code}: {valuation.reason}")
    open_ = tuple(
        Open(each.route, each.expected, reuse if FLAGS[each.route] is Flag.RESALE else 0)
        for each in routes
        if each.open
        and each.route is not Route.REFUSE
        and (way.priced or each.route not in NEED_PRICE)
    )
    if not open_:
        codes = dict.fromkeys(gate.code for each in routes for gate in each.closed_by)
        return Waiting(valuation, why_not=f"{REFUSED}: {' '.join(codes)}")
    consignment = Consignment(answers.category, region, licences_needed(answers.levels))
    return Waiting(valuation, consignment, open_)


def route_stock(
    stock: Sequence[Waiting],
    facilities: Iterable[Facility],
    *,
    region: str,
    weeks: int,
    currency: str,
) -> tuple[list[Routed], Figures]:
    """Each device's row, in order, and what they bring together; training.allocation.NotSolved."""
    near = [
        replace(each, weekly=each.weekly * weeks) for each in by_distance(facilities, region=region)
    ]
    options = _Options(near)
    going = [place for place, each in enumerate(stock) if options.of(each)]
    shape = (len(going), len(near))
    worth = np.array([options.worth(stock[place]) for place in going]).reshape(shape)
    given_up = np.array([options.give_up(stock[place]) for place in going]).reshape(shape)
    counts = worth + given_up
    capacity = np.array([each.weekly for each in near], dtype=np.int64)
    found = allocate(worth=counts, capacity=capacity)
    chosen = dict(zip(going, found.chosen.tolist(), strict=True))
    rows = [options.row(each, chosen.get(place, NOWHERE)) for place, each in enumerate(stock)]
    left = worth[found.chosen == NOWHERE]
    brought = sum(row.expected for row in rows if row.expected is not None)
    return rows, Figures(
        currency=currency,
        expected=brought + int(np.sum(left_worth(left) + 1)),
        unlimited=int(sum(w[np.argmax(c)] for w, c in zip(worth, counts, strict=True))),
        nearest_first=options.nearest_first([stock[place] for place in going]),
        capacity={each.id: each.weekly for each in near},
        taken=Counter(row.facility for row in rows if row.facility),
        reasons=Counter(row.reason.partition(":")[0] for row in rows if row.reason),
    )


@dataclass(frozen=True, slots=True)
class _Options:
    """Of each device at each facility: the best route that it may take there."""

    facilities: Sequence[Facility]
    _known: dict[tuple[Consignment, tuple[Open, ...]], dict[int, Open]] = field(
        default_factory=dict
    )

    def of(self, device: Waiting) -> dict[int, Open]:
        """By facility's number; ties go to reuse, whose routes come first."""
        if device.consignment is None:
            return {}
        key = (device.consignment, device.routes)
        if key not in self._known:
            self._known[key] = {
                number: max(may, key=lambda each: each.counts)
                for number, facility in enumerate(self.facilities)
                if (may := _may(device.consignment, facility, device.routes))
            }
        return self._known[key]

    def worth(self, device: Waiting) -> Real:
        """Expected value less the haul at each facility; -inf where it may not go."""
        worth = np.full(len(self.facilities), -np.inf)
        for number, best in self.of(device).items():
            worth[number] = best.expected - self._haul_cost(device, number)
        return worth

    def give_up(self, device: Waiting) -> Real:
        """What the shop gives up for the route at each facility; the allocation adds it."""
        given = np.zeros(len(self.facilities))
        if any(each.give_up for each in device.routes):
            for number, best in self.of(device).items():
                given[number] = best.give_up
        return given

    def row(self, device: Waiting, number: int) -> Routed:
        """The device's row at the facility of that number, or nowhere."""
        it = device.valuation
        said = (it.line, it.record_id, it.device, it.name, it.currency)
        if number == NOWHERE:
            return Routed(*said, reason=self._why(device))
        best, facility = self.of(device)[number], self.facilities[number]
        assert device.consignment is not None  # noqa: S101 -- it has a facility
        return Routed(
            *said,
            route=best.route.value,
            flag=FLAGS[best.route].value,
            facility=facility.id,
            km=facility.hauls[device.consignment.region].km,
            expected=best.expected - self._haul_cost(device, number),
        )

    def nearest_first(self, devices: Iterable[Waiting]) -> int:
        """What the rule for a single device brings the stock, first come, first served."""
        total, taken = 0, Counter[str]()
        for device in devices:
            assert device.consignment is not None  # noqa: S101 -- it has options
            best = max(device.routes, key=lambda each: each.counts)
            found = nearest(
                facilities=self.facilities, consignment=device.consignment, route=best.route,
                taken=taken,
            )  # fmt: skip
            if isinstance(found, Unplaced):
                total += int(left_worth(self.worth(device)[None])[0]) + 1
            else:
                taken[found.id] += 1
                total += best.expected - found.hauls[device.consignment.region].cost
        return total

    def _haul_cost(self, device: Waiting, number: int) -> int:
        assert device.consignment is not None  # noqa: S101 -- it has options
        return self.facilities[number].hauls[device.consignment.region].cost

    def _why(self, device: Waiting) -> str:
        if device.consignment is None:
            return device.why_not or ""
        none_may = not self.of(device)
        return why_none(self.facilities, device.consignment) if none_may else Unplaced.FULL


def _may(consignment: Consignment, facility: Facility, routes: Iterable[Open]) -> list[Open]:
    return [each for each in routes if consignment.allowed(facility, route=each.route)]
