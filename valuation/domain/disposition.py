"""Where a device goes: routes, the gates that close some, the flag that follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from valuation.domain.answers import Levels
from valuation.domain.questions import QUESTIONS


class Route(StrEnum):
    """Where a device can go, reuse first."""

    AS_IS = "resell-as-is"
    REFURBISH = "refurbish"
    DONATE = "donate"
    PARTS = "parts"
    DISMANTLE = "dismantle"
    REFUSE = "refuse"

    __hash__ = str.__hash__  # an enum's own is Python code, and a quote looks up hundreds


class Flag(StrEnum):
    """What becomes of the device as a whole."""

    RESALE = "resale"
    DISMANTLE = "dismantle"
    NONE = "none"


class Effect(StrEnum):
    """What an answer does to a route."""

    OPEN = "open"
    CONDITION = "condition"
    CLOSED = "closed"


FLAGS = {
    Route.AS_IS: Flag.RESALE,
    Route.REFURBISH: Flag.RESALE,
    Route.DONATE: Flag.RESALE,
    Route.PARTS: Flag.DISMANTLE,
    Route.DISMANTLE: Flag.DISMANTLE,
    Route.REFUSE: Flag.NONE,
}


@dataclass(frozen=True, slots=True)
class Gate:
    """One row of the gate table: an answer's effect on a route, with its reason."""

    question: str
    level: int
    route: Route
    effect: Effect
    code: str
    en: str
    zh: str


class LeakyGates(ValueError):
    """A gate table in which a worse answer opens a route that a better one closes, or that lets
    through what no shop may."""


@dataclass(frozen=True, slots=True)
class Gates:
    """The gate table, by question and level. No price overrules it."""

    rows: Mapping[tuple[str, int], tuple[Gate, ...]]

    def of(self, levels: Levels) -> list[Gate]:
        """The gates that the answers meet, in the order of the questions."""
        return [gate for item in levels.items() for gate in self.rows.get(item, ())]

    def closed(self, levels: Levels) -> dict[Route, list[Gate]]:
        """The routes that the answers close, with the gates that do it."""
        closed: dict[Route, list[Gate]] = {}
        for gate in self.of(levels):
            if gate.effect is Effect.CLOSED:
                closed.setdefault(gate.route, []).append(gate)
        return closed

    def conditions(self, levels: Levels, route: Route) -> list[Gate]:
        """What must happen before a route is settled."""
        return [g for g in self.of(levels) if g.route is route and g.effect is Effect.CONDITION]


def gate_table(rows: Sequence[Gate]) -> Gates:
    """Gates that only close as answers get worse; LeakyGates names the pair that does not.

    What closes resale, or puts a condition on it, does so for a donation: somebody uses the device.
    """
    table: dict[tuple[str, int], tuple[Gate, ...]] = {}
    given = [replace(g, route=Route.DONATE) for g in rows if g.route is Route.AS_IS]
    for gate in (*rows, *given):
        if gate.effect is Effect.CLOSED and gate.route is Route.REFUSE:
            raise LeakyGates(f"{gate.code}: to refuse is always possible and cannot be closed")
        key = (gate.question, gate.level)
        if gate not in table.get(key, ()):
            table[key] = (*table.get(key, ()), gate)
    for gate in rows:
        _check_nested(gate, table)
    for question, level in unnamed(table):
        # A table of before the answer existed: it counts as the next worse one.
        if (question, level - 1) in table:
            table[question, level] = table[question, level - 1]
    return Gates(table)


def unnamed(table: Mapping[tuple[str, int], object]) -> list[tuple[str, int]]:
    """Answers but the best of the questions without a price that the table does not name, the
    worst first."""
    return [
        (question.id, level)
        for question in QUESTIONS
        if not question.priced
        for level in range(1, question.best)
        if (question.id, level) not in table
    ]


def _check_nested(gate: Gate, table: Mapping[tuple[str, int], tuple[Gate, ...]]) -> None:
    if gate.effect is not Effect.CLOSED:
        return
    for worse in range(gate.level):
        closed = [g.route for g in table.get((gate.question, worse), ()) if g.effect == gate.effect]
        if gate.route not in closed:
            raise LeakyGates(
                f"{gate.code}: {gate.question} closes {gate.route.value} at level {gate.level} "
                f"but not at the worse level {worse}"
            )


@dataclass(frozen=True, slots=True)
class RouteValue:
    """A route's expected value to the shop in minor units, with its parts, and what closed it.

    ``low`` is at the low end of the price interval and of what comes in and the high ends of the
    costs, ``high`` at the other ends: low ≤ expected ≤ high. ``offer`` is what this route alone
    would let the shop pay, before rounding; 0 where it is closed.
    """

    route: Route
    expected: int
    low: int
    high: int
    offer: int
    parts: tuple[tuple[str, int], ...]
    closed_by: tuple[Gate, ...] = ()

    @property
    def open(self) -> bool:
        """Whether no gate closes it."""
        return not self.closed_by


def choose(routes: Sequence[RouteValue], *, give_up: int = 0) -> RouteValue:
    """The open route with the highest expected value, ties to reuse; refuse where nothing else is.

    ``routes`` are in reuse-first order and end with refuse. ``give_up``: minor units of expected
    value that the shop gives up for reuse, whose best route is taken if it is no further below.
    """
    possible = [route for route in routes if route.open and route.route is not Route.REFUSE]
    if not possible:
        return next(route for route in routes if route.route is Route.REFUSE)
    best = best_of(possible)
    reused = best_of([each for each in possible if FLAGS[each.route] is Flag.RESALE] or [best])
    return reused if reused.expected >= best.expected - give_up else best


def best_of(routes: Sequence[RouteValue]) -> RouteValue:
    """The first of those with the highest expected value."""
    return max(routes, key=lambda route: route.expected)
