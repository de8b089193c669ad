"""From values to the offer and the expected value of every route.

Everything here is integer arithmetic on minor units. It is monotone by construction: deductions
and repairs never favour a worse answer, gates only close, and the offer is the maximum over the
open routes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from valuation.domain.answers import Levels, effective
from valuation.domain.device import Category
from valuation.domain.disposition import Route, RouteValue
from valuation.domain.money import BASIS_POINTS, down_to_step, largest_remainder, share
from valuation.domain.questions import BY_ID, QUESTIONS
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


@dataclass(frozen=True, slots=True)
class Appraisal:
    """One device under one set of terms.

    ``raw`` gives the price model's figure for effective levels, in minor units of the market's
    kind of price. ``taught``: questions that the model's sales taught; the others are deducted.
    """

    device: str
    category: Category
    taught: frozenset[str]
    terms: Terms
    raw: Values
    # One quote asks for the same state under several names: its lines, its routes, its outcome.
    _known: dict[tuple[frozenset[tuple[str, int]], Statistic], dict[Route, tuple[int, Lines]]] = (
        field(default_factory=dict, init=False, repr=False, compare=False)
    )

    def offer(self, levels: Levels) -> int:
        """The unrounded offer for the answers' levels: the best of the open routes, at least 0."""
        closed = self.terms.gates.closed(levels)
        nets = self._nets(levels, Statistic.OFFER)
        return max(
            (self._pay(route, net) for route, (net, _) in nets.items() if route not in closed),
            default=0,
        )

    def rounded(self, levels: Levels) -> int:
        """The offer as it is made: a whole number of the policy's steps."""
        return down_to_step(amount=self.offer(levels), step=self.terms.policy.step)

    def routes(self, levels: Levels) -> tuple[RouteValue, ...]:
        """Every route with its expected value, reuse first."""
        closed = self.terms.gates.closed(levels)
        nets = {stat: self._nets(levels, stat) for stat in Statistic}
        return tuple(
            RouteValue(
                route=route,
                expected=expected,
                low=nets[Statistic.LOW][route][0],
                high=nets[Statistic.HIGH][route][0],
                offer=0 if route in closed else self._pay(route, nets[Statistic.OFFER][route][0]),
                parts=parts,
                closed_by=tuple(closed.get(route, ())),
            )
            for route, (expected, parts) in nets[Statistic.EXPECTED].items()
        )

    def resale_value(self, levels: Levels, statistic: Statistic) -> int:
        """What it sells for as it is: the kind of price, then deductions for untaught answers."""
        counted = effective(levels)
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
            question: self.terms.deductions.share(
                question=question, level=level, category=self.category
            )
            for question, level in counted.items()
            if BY_ID[question].priced and question not in self.taught
        }

    def _pay(self, route: Route, net: int) -> int:
        paid = share(amount=net, basis_points=BASIS_POINTS - self.terms.policy.margin)
        return max(0, paid, self.terms.policy.goodwill.get(route, 0))

    def _nets(self, levels: Levels, stat: Statistic) -> dict[Route, tuple[int, Lines]]:
        key = (frozenset(levels.items()), stat)
        if key not in self._known:
            self._known[key] = self._netted(levels, stat)
        return self._known[key]

    def _netted(self, levels: Levels, stat: Statistic) -> dict[Route, tuple[int, Lines]]:
        return {
            Route.AS_IS: self._net(Route.AS_IS, self.resale_value(levels, stat), "resale value"),
            Route.REFURBISH: self._refurbished(levels, stat),
            Route.PARTS: self._net(Route.PARTS, self._parts_value(levels, stat), "parts value"),
            Route.DISMANTLE: self._net(Route.DISMANTLE, self._metal(stat), "materials"),
            Route.REFUSE: (0, ()),
        }

    def _refurbished(self, levels: Levels, stat: Statistic) -> tuple[int, Lines]:
        """The best repair plan; without a fault to repair it is the device as it is."""
        plans = []
        for plan in PLANS:
            cost = self.repair_cost(levels, plan)
            if cost is not None:
                value = self.resale_value(repaired(levels, plan), stat)
                net, lines = self._net(Route.REFURBISH, value, "resale value repaired")
                plans.append((net - cost, (*lines, ("repairs", -cost))))
        # Nobody repairs this: as it is, less the handling. Never better than resale as is.
        value = self.resale_value(levels, stat)
        plans.append(self._net(Route.REFURBISH, value, "resale value unrepaired"))
        return max(plans, key=lambda plan: plan[0])

    def repair_cost(self, levels: Levels, plan: frozenset[str]) -> int | None:
        """Minor units to restore a plan's faults; None where one of them cannot be repaired."""
        prices = [
            self.terms.repairs.price(question=question, level=level, device=self.device)
            for question, level in levels.items()
            if question in plan and level < BY_ID[question].best
        ]
        return None if None in prices else sum(price for price in prices if price is not None)

    def _parts_value(self, levels: Levels, stat: Statistic) -> int:
        best = {question: BY_ID[question].best for question in levels}
        whole = self.resale_value(best, stat)
        # A part that needs a question which is not asked of this category is always there.
        shares = [
            part.share
            for part in self.terms.parts
            if levels.get(part.needs) == best.get(part.needs)
        ]
        return share(amount=whole, basis_points=sum(shares))

    def _metal(self, stat: Statistic) -> int:
        low, typical, high = self.terms.materials[self.category]
        cautious = stat in (Statistic.OFFER, Statistic.LOW)
        return low if cautious else high if stat is Statistic.HIGH else typical

    def _net(self, route: Route, gross: int, name: str) -> tuple[int, Lines]:
        costs = self.terms.handling.get(route, Handling())
        lines = [(name, gross), *_shares(gross, costs.shares)]
        lines += [(cost, -amount) for cost, amount in costs.fixed]
        return sum(amount for _, amount in lines), tuple(lines)


def repaired(levels: Levels, plan: frozenset[str]) -> dict[str, int]:
    """The levels after a repair plan: its questions at their best, the rest as before."""
    return {q: BY_ID[q].best if q in plan else level for q, level in levels.items()}


def levels_to_price(levels: Levels) -> list[dict[str, int]]:
    """Every effective state of the device that its offer and routes look at."""
    best = {question: BY_ID[question].best for question in levels}
    states: list[Mapping[str, int]] = [levels, best, *(repaired(levels, plan) for plan in PLANS)]
    return [effective(state) for state in states]


def _shares(gross: int, costs: Lines) -> list[tuple[str, int]]:
    """Cost shares of a value as negative lines.

    Their sum is rounded once, and then divided: rounding each would let one more unit of value
    leave less.
    """
    whole = sum(basis_points for _, basis_points in costs)
    if gross <= 0 or whole == 0:
        return [(name, 0) for name, _ in costs]
    total = -share(amount=-gross, basis_points=whole)
    parts = largest_remainder(total=total, weights=[bp for _, bp in costs])
    return [(name, -part) for (name, _), part in zip(costs, parts, strict=True)]
