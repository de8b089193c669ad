"""Devices that are settled, with all that this depends on."""

from typing import Any
from zoneinfo import ZoneInfo

from tests.quotes.telling import CLERK, MANAGER, PHOTO, Till
from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.erasure import Method, Technique
from valuation.domain.impact_ledger import Counted
from valuation.domain.moves import Step
from valuation.domain.records import Actor
from valuation.domain.reversals import ReversalReason
from valuation.shop import Shop
from valuation.use_cases.impact_views import Asked, entries_of
from valuation.use_cases.living import Held

ALL = Asked(merchant=None, first=None, last=None, zone=ZoneInfo("Asia/Shanghai"))
SWOLLEN: dict[str, Any] = {"battery_safety": "swollen"}  # dismantled, whatever the price


def settled(till: Till, *, actor: Actor = CLERK, **answers: Any) -> Held:
    """A quote that is settled."""
    agreed(till, **answers)
    return till.step(Step.SETTLE, actor=actor)


def gone(till: Till, *, actor: Actor = CLERK, **answers: Any) -> Held:
    """A quote whose device was settled and went its way."""
    if FLAGS[settled(till, **answers).route] is Flag.DISMANTLE:
        till.erase(method=Method.DESTROY, technique=Technique.SHRED)
    return till.step(Step.COMPLETE, actor=actor)


def agreed(till: Till, **answers: Any) -> None:
    """A device that is here, with all that its settlement depends on."""
    till.received(**answers)
    inspected = till.step(Step.INSPECT)
    if FLAGS[inspected.route] is Flag.RESALE:
        till.erase()
    show(till, inspected)


def show(till: Till, after: Held) -> None:
    """What its settlement still depends on."""
    for code in after.life.unmet:
        till.step(Step.SHOW, condition=code, evidence=(PHOTO,))


def counted(shop: Shop) -> list[Counted]:
    """The ledger of impact."""
    return entries_of(shop.engine, ALL)


def back(till: Till, route: Route | None = None, **details: Any) -> Held:
    """The step that takes back what the device of the till's last quote was counted for."""
    reason = details.pop("reason", ReversalReason.RESALE_FAILED)
    return till.step(Step.REVERSE, reason=reason, route=route, **{"actor": MANAGER} | details)
