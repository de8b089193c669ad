"""Where a device goes whose price nobody knows: gates decide, and the values that need no price."""

from collections.abc import Sequence

from valuation.domain.disposition import FLAGS, Flag, Gate, Gates, Route, RouteValue, best_of
from valuation.domain.pricing import RULES, Appraisal
from valuation.domain.states import State
from valuation.domain.tariff import Tariff

# What these bring is a share of what the device sells for.
NEED_PRICE = frozenset({Route.AS_IS, Route.REFURBISH, Route.PARTS})


def unpriced_routes(tariff: Tariff, state: State, *, rules: int = RULES) -> tuple[RouteValue, ...]:
    """Every route, reuse first; the figures of NEED_PRICE are of a device worth nothing, and are
    not to be shown. ``rules``: the version of the arithmetic."""
    return Appraisal(tariff, lambda _state, _statistic: 0, rules=rules).routes(state)


def choose_unpriced(routes: Sequence[RouteValue]) -> RouteValue | None:
    """The open route of the highest known value; None where a person must look first.

    That is where the device may be used again, and where only its parts are left, of unknown value.
    """
    possible = [each for each in routes if each.open and each.route is not Route.REFUSE]
    if any(FLAGS[each.route] is Flag.RESALE for each in possible):
        return None
    if known := [each for each in possible if each.route not in NEED_PRICE]:
        return best_of(known)
    return None if possible else next(each for each in routes if each.route is Route.REFUSE)


def conditions_before(
    gates: Gates, state: dict[str, int], routes: Sequence[RouteValue], chosen: RouteValue | None
) -> tuple[Gate, ...]:
    """What must happen before the chosen route, or before any way to use the device again."""
    reuse = [each for each in routes if each.open and FLAGS[each.route] is Flag.RESALE]
    wanted = [chosen] if chosen else reuse
    return tuple(gate for each in wanted for gate in gates.conditions(state, each.route))
