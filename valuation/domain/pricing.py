"""From values to the offer and the expected value of every route.

Everything here is integer arithmetic on minor units. It is monotone by construction: deductions
and repairs never favour a worse answer, gates only close, and the offer is the maximum over the
open routes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import prod
from typing import NamedTuple

from valuation.domain.answers import Levels, effective
from valuation.domain.device import Category
from valuation.domain.disposition import Gate, Route, RouteValue
from valuation.domain.money import BASIS_POINTS, down_to_step, largest_remainder, share
from valuation.domain.questions import BEST, BY_ID
from valuation.domain.states import PLANS, REPAIRABLE, Layout, State, layout_of
from valuation.domain.terms import Handling, Terms

RULES = 1  # version of the arithmetic in this module; old quotes name the one they were made by
ROUTES = tuple(Route)


class Statistic(StrEnum):
    """Which figure of the price distribution a sum starts from."""

    OFFER = "offer"
    EXPECTED = "expected"
    LOW = "low"
    MEDIAN = "median"
    HIGH = "high"

    __hash__ = str.__hash__  # an enum's own is Python code, and a quote looks up hundreds


Values = Callable[[Levels, Statistic], int]
Lines = tuple[tuple[str, int], ...]


class Gross(NamedTuple):
    """What a route brings in, by what name, and the repairs that it takes, in minor units."""

    name: str
    amount: int
    repairs: int = 0


class Counted(NamedTuple):
    """A state as the price model sees it, and what the deductions leave: ``left`` in ``whole``.

    ``undeducted``: questions whose answer neither the sales nor a table can price.
    """

    levels: Levels
    left: int
    whole: int
    undeducted: tuple[str, ...]


class Prospects(NamedTuple):
    """What the terms leave a state, whatever it is worth.

    ``repairs``: the states that repair plans lead to, each with its cost in minor units.
    ``parts``: what the parts that are good bring, in basis points of the whole device.
    """

    closed: Mapping[Route, Sequence[Gate]]
    repairs: Sequence[tuple[State, int]]
    parts: int


@dataclass(frozen=True, slots=True)
class Appraisal:
    """One device under one set of terms.

    ``raw`` gives the price model's figure for effective levels, in minor units of the market's
    kind of price. ``taught``: questions that the model's sales taught, with the lowest level
    that they knew; every other answer is deducted by a table.
    """

    device: str
    category: Category
    taught: Mapping[str, int]
    terms: Terms
    raw: Values
    _layout: Layout = field(init=False, repr=False, compare=False)
    # One quote asks for the same state under several names: its lines, its routes, its outcome.
    _offers: dict[State, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    _values: dict[tuple[State, Statistic], int] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _counted: dict[State, Counted] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _prospects: dict[State, Prospects] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_layout", layout_of(self.category))

    def offer(self, levels: Levels) -> int:
        """The unrounded offer for the answers' levels: the best of the open routes, at least 0."""
        state = self._layout.state(levels)
        if state not in self._offers:
            self._offers[state] = self._offer(state)
        return self._offers[state]

    def _offer(self, state: State) -> int:
        closed = self._prospects_of(state).closed
        return max(
            self._pay(route, self._net(route, self._gross(route, state, Statistic.OFFER)))
            for route in ROUTES
            if route not in closed
        )

    def rounded(self, levels: Levels) -> int:
        """The offer as it is made: a whole number of the policy's steps."""
        return down_to_step(amount=self.offer(levels), step=self.terms.policy.step)

    def routes(self, levels: Levels) -> tuple[RouteValue, ...]:
        """Every route with its expected value, reuse first."""
        state = self._layout.state(levels)
        return tuple([self._route(route, state) for route in ROUTES])

    def _route(self, route: Route, state: State) -> RouteValue:
        closed_by = tuple(self._prospects_of(state).closed.get(route, ()))
        expected = self._gross(route, state, Statistic.EXPECTED)
        offer = self._net(route, self._gross(route, state, Statistic.OFFER))
        return RouteValue(
            route=route,
            expected=self._net(route, expected),
            low=self._net(route, self._gross(route, state, Statistic.LOW)),
            high=self._net(route, self._gross(route, state, Statistic.HIGH)),
            offer=0 if closed_by else self._pay(route, offer),
            parts=self._lines(route, expected),
            closed_by=closed_by,
        )

    def resale_value(self, levels: Levels, statistic: Statistic) -> int:
        """What it sells for as it is: the kind of price, then deductions for untaught answers."""
        return self._value(self._layout.state(levels), statistic)

    def _value(self, state: State, statistic: Statistic) -> int:
        known = self._values.get((state, statistic))
        if known is not None:
            return known
        counted = self._counted_of(state)
        raw = self.raw(counted.levels, statistic)
        sold = share(amount=raw, basis_points=self.terms.to_sold or 0)
        value = self._values[state, statistic] = sold * counted.left // counted.whole
        return value

    def _counted_of(self, state: State) -> Counted:
        if state not in self._counted:
            levels = effective(self._layout.levels(state))
            shares = self._deductions(levels)
            left = prod(BASIS_POINTS - (taken or 0) for taken in shares.values())
            undeducted = tuple(question for question, taken in shares.items() if taken is None)
            self._counted[state] = Counted(levels, left, BASIS_POINTS ** len(shares), undeducted)
        return self._counted[state]

    def undeducted(self, levels: Levels) -> list[str]:
        """Questions whose answer neither the sales nor a table can price."""
        return list(self._counted_of(self._layout.state(levels)).undeducted)

    def _deductions(self, counted: Levels) -> dict[str, int | None]:
        return {
            question: self.terms.deductions.share_below(
                question=question,
                level=level,
                known=self.taught.get(question, BEST[question]),
                category=self.category,
            )
            for question, level in counted.items()
            if level < self.taught.get(question, BEST[question]) and BY_ID[question].priced
        }

    def _prospects_of(self, state: State) -> Prospects:
        if state not in self._prospects:
            levels = self._layout.levels(state)
            self._prospects[state] = Prospects(
                closed=self.terms.gates.closed(levels),
                repairs=self._repairs(state, levels),
                parts=self._parts(levels),
            )
        return self._prospects[state]

    def _pay(self, route: Route, net: int) -> int:
        paid = share(amount=net, basis_points=BASIS_POINTS - self.terms.policy.margin)
        return max(0, paid, self.terms.policy.goodwill.get(route, 0))

    def _gross(self, route: Route, state: State, stat: Statistic) -> Gross:
        match route:
            case Route.AS_IS:
                return Gross("resale value", self._value(state, stat))
            case Route.REFURBISH:
                return self._refurbished(state, stat)
            case Route.PARTS:
                return Gross("parts value", self._parts_value(state, stat))
            case Route.DISMANTLE:
                return Gross("materials", self._metal(stat))
            case Route.REFUSE:
                return Gross("nothing", 0)

    def _refurbished(self, state: State, stat: Statistic) -> Gross:
        """The best repair plan; without a fault to repair it is the device as it is."""
        # Where nobody repairs this it is sold as it is, less the handling: never better than as is.
        unrepaired = Gross("resale value unrepaired", self._value(state, stat))
        repairs = self._prospects_of(state).repairs
        if not repairs:
            return unrepaired
        plans = [
            Gross("resale value repaired", self._value(it, stat), cost) for it, cost in repairs
        ]
        return max(unrepaired, *plans, key=lambda gross: self._net(Route.REFURBISH, gross))

    def _repairs(self, state: State, levels: Levels) -> list[tuple[State, int]]:
        """The states that the plans which can be carried out lead to, and what each costs."""
        prices = {
            question: self.terms.repairs.price(question=question, level=level, device=self.device)
            for question, level in levels.items()
            if level < BEST[question] and question in REPAIRABLE
        }
        found: dict[State, int] = {}
        for plan, after in zip(PLANS, self._layout.repaired(state), strict=True):
            costs = [price for question, price in prices.items() if question in plan]
            # A plan without a fault to repair leaves the state as it is, for nothing.
            if after != state and None not in costs:
                found[after] = sum(cost for cost in costs if cost is not None)
        return list(found.items())

    def _parts(self, levels: Levels) -> int:
        # A part that needs a question which is not asked of this category is always there.
        return sum(
            part.share
            for part in self.terms.parts
            if levels.get(part.needs, BEST[part.needs]) == BEST[part.needs]
        )

    def _parts_value(self, state: State, stat: Statistic) -> int:
        whole = self._value(self._layout.best, stat)
        return share(amount=whole, basis_points=self._prospects_of(state).parts)

    def _metal(self, stat: Statistic) -> int:
        low, typical, high = self.terms.materials[self.category]
        cautious = stat in (Statistic.OFFER, Statistic.LOW)
        return low if cautious else high if stat is Statistic.HIGH else typical

    def _net(self, route: Route, gross: Gross) -> int:
        """What is left after handling and repairs. Cost shares are rounded once, together:
        rounding each would let one more unit of value leave less."""
        costs = self.terms.handling.get(route, NO_COSTS)
        return gross.amount - costs.of_value(gross.amount) - costs.whole_fixed - gross.repairs

    def _lines(self, route: Route, gross: Gross) -> Lines:
        costs = self.terms.handling.get(route, NO_COSTS)
        shares: Sequence[int] = [0] * len(costs.shares)
        if costs.of_value(gross.amount):
            weights = [basis_points for _, basis_points in costs.shares]
            shares = largest_remainder(total=costs.of_value(gross.amount), weights=weights)
        return (
            (gross.name, gross.amount),
            *((name, -part) for (name, _), part in zip(costs.shares, shares, strict=True)),
            *((name, -amount) for name, amount in costs.fixed),
            *((("repairs", -gross.repairs),) if gross.repairs else ()),
        )


NO_COSTS = Handling()
