"""From values to the offer and the expected value of every route.

Everything here is integer arithmetic on minor units. It is monotone by construction: deductions
and repairs never favour a worse answer, gates only close, and the offer is the maximum over the
open routes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from valuation.domain.answers import Levels, effective
from valuation.domain.device import Category
from valuation.domain.disposition import Gate, Route, RouteValue
from valuation.domain.money import BASIS_POINTS, down_to_step, largest_remainder, share
from valuation.domain.questions import BEST, BY_ID, QUESTIONS
from valuation.domain.terms import Handling, Terms

RULES = 1  # version of the arithmetic in this module; old quotes name the one they were made by


class Statistic(StrEnum):
    """Which figure of the price distribution a sum starts from."""

    OFFER = "offer"
    EXPECTED = "expected"
    LOW = "low"
    HIGH = "high"


# What a refurbisher may restore in one go. Each plan is open to every device, and costs less the
# fewer faults there are, so no worse answer gets a repair that a better one is refused.
_WORKING = frozenset(q.id for q in QUESTIONS if q.repairable and not q.percent)
_BATTERY = frozenset(q.id for q in QUESTIONS if q.repairable and q.percent)
PLANS = (_WORKING, _BATTERY, _WORKING | _BATTERY)

Values = Callable[[Levels, Statistic], int]
Lines = tuple[tuple[str, int], ...]
State = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Gross:
    """What a route brings in, by what name, and the repairs that it takes, in minor units."""

    name: str
    amount: int
    repairs: int = 0


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
    # One quote asks for the same state under several names: its lines, its routes, its outcome.
    _values: dict[tuple[State, Statistic], int] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _plans: dict[State, list[tuple[Levels, int]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def offer(self, levels: Levels) -> int:
        """The unrounded offer for the answers' levels: the best of the open routes, at least 0."""
        closed = self.terms.gates.closed(levels)
        return max(
            self._pay(route, self._net(route, self._gross(route, levels, Statistic.OFFER)))
            for route in Route
            if route not in closed
        )

    def rounded(self, levels: Levels) -> int:
        """The offer as it is made: a whole number of the policy's steps."""
        return down_to_step(amount=self.offer(levels), step=self.terms.policy.step)

    def routes(self, levels: Levels) -> tuple[RouteValue, ...]:
        """Every route with its expected value, reuse first."""
        closed = self.terms.gates.closed(levels)
        return tuple(self._route(route, levels, closed.get(route, [])) for route in Route)

    def _route(self, route: Route, levels: Levels, closed_by: list[Gate]) -> RouteValue:
        nets = {stat: self._net(route, self._gross(route, levels, stat)) for stat in Statistic}
        expected = self._gross(route, levels, Statistic.EXPECTED)
        return RouteValue(
            route=route,
            expected=nets[Statistic.EXPECTED],
            low=nets[Statistic.LOW],
            high=nets[Statistic.HIGH],
            offer=0 if closed_by else self._pay(route, nets[Statistic.OFFER]),
            parts=self._lines(route, expected),
            closed_by=tuple(closed_by),
        )

    def resale_value(self, levels: Levels, statistic: Statistic) -> int:
        """What it sells for as it is: the kind of price, then deductions for untaught answers."""
        key = (frozenset(levels.items()), statistic)
        if key not in self._values:
            self._values[key] = self._resale_value(effective(levels), statistic)
        return self._values[key]

    def _resale_value(self, counted: Levels, statistic: Statistic) -> int:
        value = share(amount=self.raw(counted, statistic), basis_points=self.terms.to_sold or 0)
        kept, whole = 1, 1
        for taken in self._deductions(counted).values():
            kept, whole = kept * (BASIS_POINTS - (taken or 0)), whole * BASIS_POINTS
        return value * kept // whole

    def undeducted(self, levels: Levels) -> list[str]:
        """Questions whose answer neither the sales nor a table can price."""
        return [q for q, taken in self._deductions(effective(levels)).items() if taken is None]

    def _deductions(self, counted: Levels) -> dict[str, int | None]:
        return {
            question: self.terms.deductions.share_below(
                question=question,
                level=level,
                known=self.taught.get(question, BEST[question]),
                category=self.category,
            )
            for question, level in counted.items()
            if BY_ID[question].priced and level < self.taught.get(question, BEST[question])
        }

    def _pay(self, route: Route, net: int) -> int:
        paid = share(amount=net, basis_points=BASIS_POINTS - self.terms.policy.margin)
        return max(0, paid, self.terms.policy.goodwill.get(route, 0))

    def _gross(self, route: Route, levels: Levels, stat: Statistic) -> Gross:
        match route:
            case Route.AS_IS:
                return Gross("resale value", self.resale_value(levels, stat))
            case Route.REFURBISH:
                return self._refurbished(levels, stat)
            case Route.PARTS:
                return Gross("parts value", self._parts_value(levels, stat))
            case Route.DISMANTLE:
                return Gross("materials", self._metal(stat))
            case Route.REFUSE:
                return Gross("nothing", 0)

    def _refurbished(self, levels: Levels, stat: Statistic) -> Gross:
        """The best repair plan; without a fault to repair it is the device as it is."""
        # Where nobody repairs this it is sold as it is, less the handling: never better than as is.
        plans = [Gross("resale value unrepaired", self.resale_value(levels, stat))]
        plans += [
            Gross("resale value repaired", self.resale_value(after, stat), cost)
            for after, cost in self._repair_plans(levels)
        ]
        return max(plans, key=lambda gross: self._net(Route.REFURBISH, gross))

    def _repair_plans(self, levels: Levels) -> list[tuple[Levels, int]]:
        """The levels after each plan that can be carried out, and what it costs."""
        key = frozenset(levels.items())
        if key not in self._plans:
            costs = [(plan, self.repair_cost(levels, plan)) for plan in PLANS]
            self._plans[key] = [
                (repaired(levels, plan), cost) for plan, cost in costs if cost is not None
            ]
        return self._plans[key]

    def repair_cost(self, levels: Levels, plan: frozenset[str]) -> int | None:
        """Minor units to restore a plan's faults; None where one of them cannot be repaired."""
        prices = [
            self.terms.repairs.price(question=question, level=level, device=self.device)
            for question, level in levels.items()
            if question in plan and level < BEST[question]
        ]
        return None if None in prices else sum(price for price in prices if price is not None)

    def _parts_value(self, levels: Levels, stat: Statistic) -> int:
        whole = self.resale_value({question: BEST[question] for question in levels}, stat)
        # A part that needs a question which is not asked of this category is always there.
        shares = [
            part.share
            for part in self.terms.parts
            if levels.get(part.needs, BEST[part.needs]) == BEST[part.needs]
        ]
        return share(amount=whole, basis_points=sum(shares))

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


def repaired(levels: Levels, plan: frozenset[str]) -> dict[str, int]:
    """The levels after a repair plan: its questions at their best, the rest as before."""
    return {q: BEST[q] if q in plan else level for q, level in levels.items()}


def levels_to_price(levels: Levels) -> list[dict[str, int]]:
    """Every effective state of the device that its offer and routes look at."""
    best = {question: BEST[question] for question in levels}
    states: list[Mapping[str, int]] = [levels, best, *(repaired(levels, plan) for plan in PLANS)]
    return [effective(state) for state in states]
