"""What every shop's gate table must hold, whatever else stands in it."""

from collections.abc import Mapping

from valuation.domain.dispatch import HAZARD
from valuation.domain.disposition import Effect, Gates, LeakyGates, Route
from valuation.domain.erasure import CONDITIONS, DESTROY, ERASE
from valuation.domain.questions import BY_ID, QUESTIONS

# What no shop's table may open: a stolen device goes nowhere, a hazard neither to the shelf nor to
# the bench where parts are taken out. What closes resale closes a donation.
NEVER_OPEN: Mapping[str, frozenset[Route]] = {
    "block_list": frozenset(Route) - {Route.DONATE, Route.REFUSE},
    "battery_safety": frozenset({Route.AS_IS, Route.REFURBISH, Route.PARTS}),
}
# On which conditions alone an answer leaves a route open, one of the codes each: a hazard is never
# posted, and whoever gets a device or a part of it gets nobody's data. Donation follows resale.
OPEN_ON: Mapping[tuple[str, str], Mapping[Route, frozenset[str]]] = {
    **{
        ("battery_safety", answer.id): {Route.DISMANTLE: frozenset({HAZARD})}
        for answer in BY_ID["battery_safety"].answers[:-1]  # the last one is the best
    },
    ("erasure", "impossible"): dict.fromkeys((Route.PARTS, Route.DISMANTLE), frozenset({DESTROY})),
    ("erasure", "pending"): {
        **dict.fromkeys((Route.AS_IS, Route.REFURBISH), frozenset({ERASE})),
        **dict.fromkeys((Route.PARTS, Route.DISMANTLE), CONDITIONS),
    },
}


def check_gated(gates: Gates) -> None:
    """Answers without a price act through the gates alone: their worst must close resale, and
    whatever else is never open to them; what stays open needs its conditions. Else LeakyGates."""
    for question in QUESTIONS:
        closed = gates.closed({question.id: 0})
        if not question.priced and not {Route.AS_IS, Route.REFURBISH} <= closed.keys():
            worst = question.value(0)
            raise LeakyGates(f"no gate closes resale where {question.id} is {worst}")
    for question_id, routes in NEVER_OPEN.items():
        question = BY_ID[question_id]
        for level in range(question.best):  # wet is a hazard as swollen is
            closed = gates.closed({question_id: level})
            if missing := sorted(route.value for route in routes - closed.keys()):
                said = f"{question_id} is {question.value(level)}"
                raise LeakyGates(f"no gate closes {', '.join(missing)} where {said}")
    _check_conditions(gates)


def _check_conditions(gates: Gates) -> None:
    for (question_id, answer), needed in OPEN_ON.items():
        level = BY_ID[question_id].level(answer)
        met = gates.rows.get((question_id, level), ())
        for route, codes in needed.items():
            there = {
                gate.code for gate in met if gate.route is route and gate.effect is Effect.CONDITION
            }
            closed = any(gate.route is route and gate.effect is Effect.CLOSED for gate in met)
            if not closed and not there & codes:
                row = f"{question_id},{answer},{route.value},condition"
                raise LeakyGates(f"no row {row},{' or '.join(sorted(codes))}")
