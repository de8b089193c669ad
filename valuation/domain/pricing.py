"""From values to the offer and the expected value of every route.

Everything here is integer arithmetic on minor units. It is monotone by construction: deductions
and repairs never favour a worse answer, gates only close, and the offer is the maximum over the
open routes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter, itemgetter
from typing import NamedTuple

from valuation.domain.costs import Handling, Total
from valuation.domain.disposition import Route, RouteValue
from valuation.domain.money import down_to_step, largest_remainder, share
from valuation.domain.states import State
from valuation.domain.tariff import Assessment, Tariff, Work
from valuation.domain.terms import (
    NO_JOB,
    Terms,
)

# Version of the arithmetic in this module; old quotes name the one they were made by (ADR 23).
RULES = 2
# Days on the shelf at the depreciation table alone; ``low`` and ``high`` of the price alone.
BEFORE_RANGES = 1
KNOWN_RULES = (BEFORE_RANGES, RULES)
NO_COSTS = Handling()


class Statistic(StrEnum):
    """Which figure of the price distribution a sum starts from."""

    OFFER = "offer"
    EXPECTED = "expected"
    LOW = "low"
    MEDIAN = "median"
    HIGH = "high"

    __hash__ = str.__hash__  # an enum's own is Python code, and a quote looks up hundreds


REPAIRS_AT = {Statistic.LOW: attrgetter("dearest"), Statistic.HIGH: attrgetter("cheapest")}

Values = Callable[[State, Statistic], int]
Lines = tuple[tuple[str, int], ...]


class Gross(NamedTuple):
    """What a route brings in, by what name, and what repairs cost and risk, in minor units."""

    name: str
    whole: int
    repairs: int = 0
    risk: int = 0

    @property
    def amount(self) -> int:
        """What is sold in the mean of repairs that succeed and that fail."""
        return self.whole - self.risk


@dataclass(frozen=True, slots=True)
class Appraisal:
    """One device under its tariff, with what it is worth.

    ``raw`` gives the price model's figure for a state that counts, in minor units of the market's
    kind of price. ``handling``: what the routes cost where sales tell what the device loses by
    waiting, the same in every state; None: the tariff's. An offer is made at the tariff's alone:
    how fast sales say that a device ages moves with its launch and its memory, and a later launch
    or more memory may never pay less. ``rules``: the version of the arithmetic.
    """

    tariff: Tariff
    raw: Values
    handling: Mapping[Route, Handling] | None = None
    rules: int = RULES
    # One quote asks for the same state under several names: its lines, its routes, its outcome.
    _offers: dict[State, tuple[int, Route]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _values: dict[tuple[State, Statistic], int] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _assessed: dict[State, Assessment] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def on_another_day(self, raw: Values) -> "Appraisal":
        """The same device with what it is worth then; what the terms say of a state stays."""
        other = Appraisal(self.tariff, raw, self.handling, self.rules)
        object.__setattr__(other, "_assessed", self._assessed)
        return other

    @property
    def terms(self) -> Terms:
        """The terms of trade."""
        return self.tariff.terms

    def offer(self, state: State) -> int:
        """The unrounded offer: the best of the open routes, at least 0."""
        return self._best(state)[0]

    def offered_by(self, state: State) -> Route:
        """The route that lets the shop pay the offer, ties to reuse."""
        return self._best(state)[1]

    def rounded(self, state: State) -> int:
        """The offer as it is made: a whole number of the policy's steps."""
        return down_to_step(amount=self.offer(state), step=self.terms.policy.step)

    def routes(self, state: State) -> tuple[RouteValue, ...]:
        """Every route with its expected value, reuse first."""
        return tuple([self._route(route, state) for route in self.terms.routes])

    def expected_routes(self, state: State) -> tuple[RouteValue, ...]:
        """The same for whoever asks where a device goes and no more: without an offer, the ends
        are the expected value too, and ``parts`` is what the route brings in alone."""
        closed, found = self.assessed(state).closed, []
        for route in self.terms.routes:
            gross = self._gross(route, state, Statistic.EXPECTED)
            net = self._net(route, gross, Statistic.EXPECTED)
            brings = ((gross.name, gross.whole),)
            found.append(RouteValue(route, net, net, net, 0, brings, tuple(closed.get(route, ()))))
        return tuple(found)

    def resale_value(self, state: State, statistic: Statistic) -> int:
        """What it sells for as it is: the kind of price, then deductions for untaught answers."""
        known = self._values.get((state, statistic))
        if known is not None:
            return known
        seen = self.assessed(state)
        sold = share(amount=self.raw(seen.counted, statistic), basis_points=self.terms.to_sold or 0)
        value = self._values[state, statistic] = sold * seen.left // seen.whole
        return value

    def assessed(self, state: State) -> Assessment:
        """What the terms say of a state."""
        known = self._assessed.get(state)
        if known is None:
            known = self._assessed[state] = self.tariff.assess(state)
        return known

    def _best(self, state: State) -> tuple[int, Route]:
        if state not in self._offers:
            closed = self.assessed(state).closed
            routes = (route for route in self.terms.paying if route not in closed)
            paid = [(self._paid(route, state), route) for route in routes]
            self._offers[state] = max(paid, key=itemgetter(0))
        return self._offers[state]

    def _paid(self, route: Route, state: State) -> int:
        """What a route alone lets the shop pay."""
        net = self._net(route, self._gross(route, state, Statistic.OFFER), Statistic.OFFER)
        policy = self.terms.policy
        return max(policy.margin.paid(net), policy.goodwill.get(route, 0))

    def _route(self, route: Route, state: State) -> RouteValue:
        closed_by = tuple(self.assessed(state).closed.get(route, ()))
        gross = self._gross(route, state, Statistic.EXPECTED)
        expected = self._net(route, gross, Statistic.EXPECTED)
        low, high = (
            self._net(route, self._gross(route, state, end), end)
            for end in (Statistic.LOW, Statistic.HIGH)
        )
        if self.rules != BEFORE_RANGES:  # a mean may lie beyond an end where tails are long
            low, high = min(low, expected), max(high, expected)
        return RouteValue(
            route=route,
            expected=expected,
            low=low,
            high=high,
            offer=0 if closed_by else self._paid(route, state),
            parts=self._lines(route, gross),
            closed_by=closed_by,
        )

    def _gross(self, route: Route, state: State, stat: Statistic) -> Gross:
        match route:
            case Route.AS_IS:
                return Gross("resale value", self.resale_value(state, stat))
            case Route.REFURBISH:
                return self._refurbished(state, stat)
            case Route.PARTS:
                return Gross("parts value", self._parts_value(state, stat))
            case Route.DISMANTLE:
                return Gross("materials", self._metal(stat))
            case Route.DONATE | Route.REFUSE:
                return Gross("nothing", 0)

    def _refurbished(self, state: State, stat: Statistic) -> Gross:
        """The best repair plan; without a fault to repair it is the device as it is."""
        # Where nobody repairs this it is sold as it is, less the handling: never better than as is.
        unrepaired = Gross("resale value unrepaired", self.resale_value(state, stat))
        repairs = self.assessed(state).repairs
        if not repairs:
            return unrepaired
        # What a repair ruins is still worth its parts.
        ruined = self._parts_value(state, stat)
        plans = [
            _repaired(self.resale_value(it, stat), ruined, work, self._repairs_cost(work, stat))
            for it, work in repairs
        ]
        return max(unrepaired, *plans, key=lambda gross: self._net(Route.REFURBISH, gross, stat))

    def _repairs_cost(self, work: Work, stat: Statistic) -> int:
        """The dear end of the repairs' prices for a low end, the cheap one for a high."""
        price = REPAIRS_AT.get(stat)
        if price is None or self.rules == BEFORE_RANGES:
            return work.cost
        return sum(price(job) for job in work.jobs if job is not NO_JOB)

    def _parts_value(self, state: State, stat: Statistic) -> int:
        whole = self.resale_value(self.tariff.layout.best, stat)
        return share(amount=whole, basis_points=self.assessed(state).parts)

    def _metal(self, stat: Statistic) -> int:
        low, typical, high = self.terms.materials[self.tariff.category]
        cautious = stat in (Statistic.OFFER, Statistic.LOW)
        return low if cautious else high if stat is Statistic.HIGH else typical

    def _net(self, route: Route, gross: Gross, stat: Statistic) -> int:
        """What is left after handling and repairs. Cost shares are rounded once, together:
        rounding each would let one more unit of value leave less."""
        amount = gross.amount
        return amount - self._costs(route, stat).of(amount) - gross.repairs

    def _costs(self, route: Route, stat: Statistic) -> Total:
        """All handling of a route: the dear end for a low end, the cheap one for a high."""
        if stat is Statistic.OFFER:
            return self.tariff.handling.get(route, NO_COSTS).usual
        costs = self._handling(route)
        if self.rules != BEFORE_RANGES:
            if stat is Statistic.LOW:
                return costs.dearest or costs.usual
            if stat is Statistic.HIGH:
                return costs.cheapest or costs.usual
        return costs.usual

    def _handling(self, route: Route) -> Handling:
        own = self.tariff.handling if self.handling is None else self.handling
        return own.get(route, NO_COSTS)

    def _lines(self, route: Route, gross: Gross) -> Lines:
        costs = self._handling(route)
        shares: Sequence[int] = [0] * len(costs.shares)
        of_value = costs.usual.of(gross.amount) - costs.usual.fixed
        if of_value:
            weights = [basis_points for _, basis_points in costs.shares]
            shares = largest_remainder(total=of_value, weights=weights)
        return (
            (gross.name, gross.whole),
            *((("repairs that fail", -gross.risk),) if gross.risk else ()),
            *((name, -part) for (name, _), part in zip(costs.shares, shares, strict=True)),
            *((name, -amount) for name, amount in costs.fixed),
            *((("repairs", -gross.repairs),) if gross.repairs else ()),
        )


def _repaired(value: int, ruined: int, work: Work, cost: int) -> Gross:
    """The mean of the repaired value and, where the repair fails, of what is left, rounded down."""
    left = min(ruined, value)
    mean = (work.succeeds * value + (work.tried - work.succeeds) * left) // work.tried
    return Gross("resale value repaired", value, cost, value - mean)
