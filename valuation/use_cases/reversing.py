"""What a reversal needs: a reason from the list, and if it names a route, an open one."""

from collections.abc import Mapping
from typing import Any

from valuation.domain.disposition import Route
from valuation.domain.life import Life
from valuation.domain.questions import BEST, ERASURE
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.reversals import Rerouting, Reversal, ReversalReason
from valuation.quotes.documents import Document
from valuation.quotes.replaying import asked_of
from valuation.use_cases.step_request import StepIncomplete, StepRequest


def reversal(
    request: StepRequest, *, settling: Document, life: Life, route: Route | None
) -> Reversal | Rerouting:
    """What is recorded; StepIncomplete or IllegalStep. ``settling``: the quote of the device as it
    was settled; ``route``: where it goes, None where it was taken back already.

    A gate that closed a route then keeps it closed whatever becomes of the device, and one that its
    data are still on needs the record that the new route asks for.
    """
    reason, wanted = request.reason, request.route
    if not isinstance(reason, ReversalReason):
        raise StepIncomplete("reason", f"a reversal has a reason: {', '.join(ReversalReason)}")
    if wanted is None:
        if reason is ReversalReason.ROUTED_ELSEWHERE:
            raise StepIncomplete("route", f"name where it goes: {', '.join(_open(settling))}")
        return Reversal(reason=reason)
    if wanted is Route.DONATE and not life.gives_device:
        raise IllegalStep(Refusal.NO_CAUSE)
    if wanted is route:
        raise IllegalStep(Refusal.SAME_ROUTE, route=wanted.value)
    if wanted.value not in _open(settling):
        gates = ", ".join(_closing(settling, wanted)) or "it is none of its routes"
        raise IllegalStep(Refusal.ROUTE_CLOSED, route=wanted.value, gates=gates)
    _check_data(settling, life, wanted)
    return Rerouting(reason=reason, route=wanted)


def _check_data(settling: Document, life: Life, wanted: Route) -> None:
    """What the gates ask of a device that came unerased: for its parts a record, for dismantling
    one that its storage was destroyed. A resale needs a record anyhow."""
    answers = asked_of(settling).answers
    if answers is None or answers.levels.get(ERASURE, BEST[ERASURE]) == BEST[ERASURE]:
        return
    if wanted is Route.DISMANTLE and not life.destroyed:
        raise IllegalStep(Refusal.NOT_DESTROYED)
    if wanted is Route.PARTS and life.erased is None:
        raise IllegalStep(Refusal.RECYCLED_UNERASED)


def _open(settling: Mapping[str, Any]) -> list[str]:
    """The routes on which the device may go somewhere."""
    routes = (settling["disposition"] or {"routes": ()})["routes"]
    return [each["route"] for each in routes if each["open"] and each["route"] != Route.REFUSE]


def _closing(settling: Mapping[str, Any], route: Route) -> list[str]:
    routes = (settling["disposition"] or {"routes": ()})["routes"]
    return [gate for each in routes if each["route"] == route for gate in each["closed_by"]]
