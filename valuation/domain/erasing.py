"""When a device may be erased: once the shop has it, and its owner agreed or left it."""

from datetime import datetime

from valuation.domain.erasure import Erasure
from valuation.domain.happened import Erased, Happened, Kind
from valuation.domain.life import Life
from valuation.domain.lifecycle import as_at, refused, said
from valuation.domain.moves import ERASABLE, TAKERS, Step
from valuation.domain.records import Actor
from valuation.domain.refusals import IllegalStep, Refusal


def erase(*, life: Life, record: Erasure, detail: Erased, actor: Actor, now: datetime) -> Happened:
    """The event that a record without fault leaves in the life; IllegalStep where it may not."""
    check_erasable(life=life, record=record, now=now)
    return Happened(kind=Kind.ERASED, actor=actor, at=now, detail=detail)


def check_recorder(actor: Actor) -> None:
    """IllegalStep where somebody records who is not of the shop: no customer does."""
    may = TAKERS[Step.SHOW]
    if actor.role not in may:
        said = " or ".join(sorted(f"a {role.value}" for role in may))
        raise IllegalStep(Refusal.NOT_THIS_ROLE, role=actor.role.value, step="erase", may=said)


def check_erasable(*, life: Life, record: Erasure, now: datetime) -> None:
    """IllegalStep where the device is not the shop's to erase, or was not here when it began."""
    current, received = as_at(life=life, now=now), life.last(Kind.RECEIVED)
    if now < current.events[-1].at:
        raise IllegalStep(Refusal.CLOCK_BEHIND, last=said(current.events[-1].at))
    if current.stage not in ERASABLE or received is None:
        raise refused(current, Step.SHOW)
    if record.verified_at > now:
        raise IllegalStep(Refusal.ERASED_LATER, verified=said(record.verified_at))
    # Tools write whole minutes.
    if record.started_at < received.at.replace(second=0, microsecond=0):
        raise IllegalStep(
            Refusal.ERASED_TOO_EARLY, started=said(record.started_at), received=said(received.at)
        )
