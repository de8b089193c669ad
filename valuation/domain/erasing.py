"""When a device may be erased: once it is the shop's to erase, and not before its owner agreed."""

from datetime import datetime

from valuation.domain.erasure import Erasure
from valuation.domain.happened import Erased, Happened, Kind
from valuation.domain.life import Life
from valuation.domain.lifecycle import as_at, refused, said
from valuation.domain.moves import ERASABLE, Step
from valuation.domain.records import Actor
from valuation.domain.refusals import IllegalStep, Refusal


def erase(*, life: Life, record: Erasure, detail: Erased, actor: Actor, now: datetime) -> Happened:
    """The event that a record without fault leaves in the life; IllegalStep where it may not."""
    check_erasable(life=life, record=record, now=now)
    return Happened(kind=Kind.ERASED, actor=actor, at=now, detail=detail)


def check_erasable(*, life: Life, record: Erasure, now: datetime) -> None:
    """IllegalStep where the device is not the shop's to erase, or was not at the record's time."""
    current, accepted = as_at(life=life, now=now), life.last(Kind.ACCEPTED)
    if now < current.events[-1].at:
        raise IllegalStep(Refusal.CLOCK_BEHIND, last=said(current.events[-1].at))
    if current.stage not in ERASABLE or accepted is None:
        raise refused(current, Step.SHOW)
    if record.verified_at > now:
        raise IllegalStep(Refusal.ERASED_LATER, verified=said(record.verified_at))
    # Tools write whole minutes.
    if record.started_at < accepted.at.replace(second=0, microsecond=0):
        raise IllegalStep(
            Refusal.ERASED_TOO_EARLY, started=said(record.started_at), accepted=said(accepted.at)
        )
