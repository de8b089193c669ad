"""Devices that are settled, with all that this depends on."""

from typing import Any

from tests.quotes.telling import CLERK, PHOTO, Till
from valuation.domain.disposition import FLAGS, Flag
from valuation.domain.moves import Step
from valuation.domain.records import Actor
from valuation.use_cases.living import Held

SWOLLEN: dict[str, Any] = {"battery_safety": "swollen"}  # dismantled, whatever the price


def settled(till: Till, *, actor: Actor = CLERK, **answers: Any) -> Held:
    """A quote that is settled."""
    agreed(till, **answers)
    return till.step(Step.SETTLE, actor=actor)


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
