"""A stock goes to its facilities: one row a device, and what the capacities cost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from training.allocation import NOWHERE, Real, allocate, left_worth
from training.choices import REUSE, Choices, Chooser, Held, Open, open_route
from valuation.domain.dispatch import Dispatch
from valuation.domain.disposition import FLAGS, Effect, Gate, Route
from valuation.domain.facilities import (
    Consignment,
    Facility,
    Licence,
    Unplaced,
    by_distance,
    licences_needed,
    nearest,
    why_none,
)
from valuation.domain.tariff import Tariffs
from valuation.domain.unpriced import NEED_PRICE
from valuation.quotes.disposing import Disposed
from valuation.quotes.told_routes import travels
from valuation.use_cases.stock import Valuation

ANSWERS_MISSING, REFUSED = "answers_missing", "refused"
HELD = "held_for_next_week"
WEEK = 7  # days


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device before it has a facility; ``why_not``: where it can have none, whatever there is.
    ``conditions``: what must happen first, on which route."""

    valuation: Valuation
    consignment: Consignment | None = None
    routes: tuple[Open, ...] = ()
    why_not: str | None = None
    conditions: tuple[Gate, ...] = ()


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a device goes, or the reason why nowhere. ``expected``: its route's expected value less
    transport and the facility's cost, in minor units of ``currency``; ``held_expected``: the same
    of a device that is held, in the next period. How it travels, where it does and a table says."""

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
    held_expected: int | None = None
    packing_en: str | None = None
    packing_zh: str | None = None
    transport_en: str | None = None
    transport_zh: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the stock brings, in minor units.

    ``expected``: what has a place; a device without one for want of room counts as nothing, or as
    its worst place where that costs. ``held`` devices wait for the next period: they are worth
    ``held_expected`` then, ``cost_of_waiting`` less than at the same place now. ``unlimited``: had
    each its best now, nothing held. ``nearest_first``: had each in turn gone by its best route to
    the nearest with room, and been held where none has any and that is worth more; these count as
    worth what they are then. ``reuse_places``: of a period, at all that take devices for reuse.
    """

    currency: str
    expected: int
    held: int
    held_expected: int
    cost_of_waiting: int
    unlimited: int
    nearest_first: int
    reuse_places: int
    capacity: Mapping[str, int]
    taken: Counter[str]
    reasons: Counter[str]

    @property
    def cost_of_capacity(self) -> int:
        """What the capacities cost against the unlimited optimum, by waiting too; below 0 where a
        full place spares what reuse would have cost."""
        return self.unlimited - self.expected - self.held_expected


def waiting(
    valuation: Valuation, way: Disposed | None, *, region: str, tariffs: Tariffs, hold_weeks: int
) -> Waiting:
    """What a facility must know of a valued row. One that lacks required answers waits for them:
    its gates are not known; one without a price that may be used again waits for a person.
    ``hold_weeks``: how long a device may be held for reuse; 0: not at all."""
    if way is None or way.quote.answers is None:
        return Waiting(valuation, why_not=valuation.reason or valuation.outcome.value)
    answers, routes, reuse = way.quote.answers, way.routes, way.quote.policy.reuse
    if answers.missing:
        return Waiting(valuation, why_not=f"{ANSWERS_MISSING}: {' '.join(answers.missing)}")
    if way.chosen is None:
        return Waiting(valuation, why_not=f"{way.notes[0].code}: {valuation.reason}")
    terms = tariffs.of(way.device).terms
    kept = terms.depreciation.of(way.device.variant)
    open_ = tuple(
        open_route(each, reuse=reuse, kept=kept, days=WEEK * hold_weeks)
        for each in routes
        if each.open
        and each.route is not Route.REFUSE
        and (way.priced or each.route not in NEED_PRICE)
    )
    if not open_:
        codes = dict.fromkeys(gate.code for each in routes for gate in each.closed_by)
        return Waiting(valuation, why_not=f"{REFUSED}: {' '.join(codes)}")
    consignment = Consignment(answers.category, region, licences_needed(answers.levels))
    met = tuple(g for g in terms.gates.of(answers.levels) if g.effect is Effect.CONDITION)
    return Waiting(valuation, consignment, open_, conditions=met)


def route_stock(
    stock: Sequence[Waiting],
    facilities: Iterable[Facility],
    *,
    region: str,
    weeks: int,
    currency: str,
    dispatch: Dispatch | None = None,
) -> tuple[list[Routed], Figures]:
    """Each device's row, in order, and what they bring together; training.allocation.NotSolved."""
    near = [
        replace(each, weekly=each.weekly * weeks) for each in by_distance(facilities, region=region)
    ]
    chooser, router = Chooser(near), _Router(near, dispatch, {})
    choices = [
        chooser.of(each.consignment, each.routes) if each.consignment else Choices({}, None)
        for each in stock
    ]
    going = [place for place, each in enumerate(choices) if each.at]
    shape = (len(going), len(near))
    worth = np.array([chooser.worth(choices[place]) for place in going]).reshape(shape)
    given_up = np.array([chooser.give_up(choices[place]) for place in going]).reshape(shape)
    counts = worth + given_up
    # To be held is another way to be left, for as many as there are, where it counts more.
    held = [choices[place].held for place in going]
    later = np.array([each.counts if each else -np.inf for each in held])
    left = left_worth(counts)
    held = [each if may else None for each, may in zip(held, (later > left).tolist(), strict=True)]
    capacity = np.array([each.weekly for each in near], dtype=np.int64)
    bonus = _of_a_hazard(counts)
    first = np.array([[bonus if _licences(stock[place]) else 0.0] for place in going])
    found = allocate(
        worth=counts + first.reshape(len(going), 1), capacity=capacity, left=np.maximum(left, later)
    )
    outcomes = dict(zip(going, zip(found.chosen.tolist(), held, strict=True), strict=True))
    rows = [
        router.row(device, choices[place], *outcomes.get(place, (NOWHERE, None)))
        for place, device in enumerate(stock)
    ]
    # What a device counts that finds no room.
    full = [
        each.expected if each else int(cost)
        for each, cost in zip(held, left_worth(worth) + 1, strict=True)
    ]
    stay = np.flatnonzero(found.chosen == NOWHERE).tolist()
    waits = [each for at in stay if (each := held[at])]
    return rows, Figures(
        currency=currency,
        expected=sum(row.expected for row in rows if row.expected is not None)
        + sum(full[at] for at in stay if not held[at]),
        held=len(waits),
        held_expected=sum(each.expected for each in waits),
        cost_of_waiting=sum(each.waits for each in waits),
        unlimited=int(sum(w[np.argmax(c)] for w, c in zip(worth, counts, strict=True))),
        nearest_first=router.nearest_first([stock[place] for place in going], full),
        reuse_places=sum(each.weekly for each in near if not REUSE.isdisjoint(each.routes)),
        capacity={each.id: each.weekly for each in near},
        taken=Counter(row.facility for row in rows if row.facility),
        reasons=Counter(row.reason.partition(":")[0] for row in rows if row.reason),
    )


def _licences(device: Waiting) -> frozenset[Licence]:
    return device.consignment.licences if device.consignment else frozenset()


def _of_a_hazard(counts: Real) -> float:
    """What a place for a hazard counts besides: more than every chain of others that would move on
    for it, so that none is left for the sake of money."""
    known = counts[np.isfinite(counts)]
    if not known.size:
        return 0.0
    return float((counts.shape[1] + 1) * (2 + known.max() - min(known.min(), 0)))


@dataclass(frozen=True, slots=True)
class _Router:
    """Writes rows: the facilities by their number, and how devices travel."""

    facilities: Sequence[Facility]
    dispatch: Dispatch | None
    _told: dict[tuple[str, tuple[str, ...]], Mapping[str, str]]

    def row(self, device: Waiting, choices: Choices, number: int, held: Held | None) -> Routed:
        """The device's row at the facility of that number, or nowhere: held if it may be."""
        it, consignment = device.valuation, device.consignment
        said = (it.line, it.record_id, it.device, it.name, it.currency)
        if consignment is None:
            return Routed(*said, reason=device.why_not)
        if not choices.at:
            return Routed(*said, reason=why_none(self.facilities, consignment).value)
        if number == NOWHERE and held:
            return Routed(*said, reason=HELD, held_expected=held.expected)
        if number == NOWHERE:
            return Routed(*said, reason=Unplaced.FULL.value)
        best, cost = choices.at[number]
        told = self._travels(device, best.route)
        return Routed(
            *said,
            route=best.route.value,
            flag=FLAGS[best.route].value,
            facility=self.facilities[number].id,
            km=self.facilities[number].hauls[consignment.region].km,
            expected=best.expected - cost,
            packing_en=told.get("packing_en"),
            packing_zh=told.get("packing_zh"),
            transport_en=told.get("transport_en"),
            transport_zh=told.get("transport_zh"),
        )

    def nearest_first(self, devices: Iterable[Waiting], full: Iterable[int]) -> int:
        """What the rule for a single device brings the stock, hazards first, then first come, first
        served; ``full``: what each counts where it finds no room."""
        total, taken = 0, Counter[str]()
        waits = zip(devices, full, strict=True)
        for device, otherwise in sorted(waits, key=lambda each: not _licences(each[0])):
            assert device.consignment is not None  # noqa: S101 -- it has choices
            best = max(device.routes, key=lambda each: each.counts)
            found = nearest(
                facilities=self.facilities, consignment=device.consignment, route=best.route,
                taken=taken,
            )  # fmt: skip
            if isinstance(found, Unplaced):
                total += otherwise
            else:
                taken[found.id] += 1
                total += best.expected - found.hauls[device.consignment.region].cost
        return total

    def _travels(self, device: Waiting, route: Route) -> Mapping[str, str]:
        """How a device of its category travels, by the conditions that it met on the route."""
        if self.dispatch is None or device.consignment is None:
            return {}
        codes = tuple(gate.code for gate in device.conditions if gate.route is route)
        key = (device.consignment.category.value, codes)
        if key not in self._told:
            self._told[key] = travels(self.dispatch.of(codes, key[0]))
        return self._told[key]
