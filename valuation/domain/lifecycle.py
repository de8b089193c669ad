"""The life of a quote: a fold over its events, and what may happen next.

``take`` decides whether a step is allowed now and gives the events to append; ``apply`` is the
life after one event. Both are pure. Time alone ends an offer, an acceptance whose device does not
arrive and a counter-offer without an answer; a deadline's own instant is still in time. What time
did is dated at the deadline, so that it is the same whenever it is noticed. Silence means return,
never a sale.

The shop may withdraw an offer until it is accepted. The customer may change their mind until
settlement: before the device is here by declining, afterwards with return. Recycling answers a
counter-offer alone, and what settlement depends on is shown once the amount is agreed, so that no
device is erased or left for nothing before its owner has agreed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.erasure import CONDITIONS, DESTROY
from valuation.domain.giving import Gift, Given
from valuation.domain.happened import (
    ConditionMet,
    Consent,
    Detail,
    Erased,
    Happened,
    Kind,
    Opening,
    Settlement,
)
from valuation.domain.inspection import Confirmed, CounterOffer, Verdict
from valuation.domain.moves import (
    ACCEPTED,
    ERASABLE,
    MOVES,
    PINNED,
    SAYS_MORE,
    TAKERS,
    TIMED,
    Stage,
    Step,
    refusal,
    stage_after,
)
from valuation.domain.overrides import Override
from valuation.domain.records import CLOCK, Actor, BadRecord, Evidence, Role, check_moment
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.reversals import Rerouting, Reversal


class ImpossibleHistory(ValueError):
    """A log that no life can have written: it was damaged or changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Where a quote stands after its events.

    ``amount``: what the shop would pay now. ``adjustment``: the sum of overrides, their own line
    in it. ``overridden``: the same without signs, which limits are about. ``erased``: the SHA-256
    of the last record of an erasure that counts. ``rerouted``: where the device goes since its
    settlement was taken back. ``gift``: what the customer last agreed to give, ``delivered``:
    whether the cause has it.
    """

    stage: Stage
    amount: int | None
    valid_until: datetime
    receive_within: timedelta
    answer_within: timedelta
    conditions: tuple[str, ...]
    events: tuple[Happened, ...]
    receive_by: datetime | None = None
    answer_by: datetime | None = None
    met: frozenset[str] = frozenset()
    adjustment: int = 0
    overridden: int = 0
    erased: str | None = None
    rerouted: Route | None = None
    gift: Gift | None = None
    delivered: bool = False

    @property
    def accepted(self) -> bool:
        """Whether an accepted offer is under way."""
        return self.stage in ACCEPTED

    @property
    def pinned(self) -> bool:
        """Whether the quote's own ``as_of`` and versions hold; ask it of ``as_at``."""
        return self.stage in PINNED

    @property
    def unmet(self) -> tuple[str, ...]:
        """What must still be shown before settlement."""
        return tuple(code for code in self.conditions if code not in self.met)

    @property
    def deadline(self) -> datetime | None:
        """The last instant of the stage, where time ends it."""
        return {
            Stage.OFFERED: self.valid_until,
            Stage.INDICATIVE: self.valid_until,
            Stage.ACCEPTED: self.receive_by,
            Stage.COUNTER_OFFERED: self.answer_by,
        }.get(self.stage)

    def last(self, kind: Kind) -> Happened | None:
        """Who did it, when and with what evidence; None where it has not happened."""
        return next((event for event in reversed(self.events) if event.kind is kind), None)


def fold(*, events: Iterable[Happened], life: Life | None = None) -> Life:
    """The life after events in order, from the first or on from ``life``."""
    for event in events:
        life = _begun(event) if life is None else apply(life=life, event=event)
    if life is None:
        raise ImpossibleHistory("a life begins with an event")
    return life


def apply(*, life: Life, event: Happened) -> Life:
    """The life after one more event; ImpossibleHistory where that cannot follow."""
    if event.at < life.events[-1].at:
        raise ImpossibleHistory(f"{event.kind} at {event.at} is before the event before it")
    if event.kind in TIMED.values():
        if event != _time_up(life):
            raise ImpossibleHistory(f"{event.kind} at {event.at} is not what time did")
    elif followed(life=life, now=event.at) is not None:
        raise ImpossibleHistory(f"{event.kind} at {event.at} is after {life.deadline}")
    else:
        _check_possible(life, event)
    return _after(life, event)


def followed(*, life: Life, now: datetime) -> Happened | None:
    """What time alone has done by ``now`` and no event records yet, dated at the deadline."""
    check_moment(now)
    event = _time_up(life)
    return None if event is None or now <= event.at else event


def as_at(*, life: Life, now: datetime) -> Life:
    """The life that holds at a moment; the same however often it is asked."""
    timed = followed(life=life, now=now)
    return life if timed is None else _after(life, timed)


def take(
    *,
    life: Life,
    step: Step,
    actor: Actor,
    now: datetime,
    evidence: tuple[Evidence, ...] = (),
    detail: Detail = None,
) -> tuple[Happened, ...]:
    """The events to append: the step, and before it what time did unrecorded; or IllegalStep.

    ``detail``: a verdict for INSPECT, a ConditionMet for SHOW, an Override for OVERRIDE, a
    Settlement for SETTLE, a Reversal or Rerouting for REVERSE, and if the customer named an amount
    a Consent for ACCEPT.
    """
    timed = followed(life=life, now=now)
    current = as_at(life=life, now=now)
    if now < current.events[-1].at:
        raise IllegalStep(Refusal.CLOCK_BEHIND, last=said(current.events[-1].at))
    kind = MOVES[current.stage].get(step)
    if kind is None:
        raise refused(current, step)
    if actor.role not in TAKERS[step]:
        may = " or ".join(sorted(f"a {role.value}" for role in TAKERS[step]))
        raise IllegalStep(Refusal.NOT_THIS_ROLE, role=actor.role.value, step=step.value, may=may)
    if isinstance(detail, ConditionMet) and detail.condition in CONDITIONS:
        raise IllegalStep(Refusal.SHOWN_BY_A_RECORD, condition=detail.condition)
    if kind is Kind.SETTLED and not isinstance(detail, Settlement):
        raise BadRecord("a settlement says what becomes of the device")
    if kind is Kind.RECYCLED:
        _check_recyclable(current)
    if isinstance(detail, CounterOffer) and kind is Kind.INSPECTED:
        kind = Kind.COUNTER_OFFERED
    if isinstance(detail, Rerouting) and kind is Kind.REVERSED:
        kind = Kind.REROUTED
    event = Happened(kind=kind, actor=actor, at=now, evidence=evidence, detail=detail)
    _check_facts(current, event)
    return (event,) if timed is None else (timed, event)


def _begun(event: Happened) -> Life:
    if not isinstance(event.detail, Opening):
        raise ImpossibleHistory(f"a life does not begin with {event.kind}")
    opening = event.detail
    return Life(
        stage=Stage(event.kind.value),
        amount=opening.amount,
        valid_until=opening.valid_until,
        receive_within=opening.receive_within,
        answer_within=opening.answer_within,
        conditions=opening.conditions,
        events=(event,),
    )


def _time_up(life: Life) -> Happened | None:
    if life.deadline is None:
        return None
    return Happened(kind=TIMED[life.stage], actor=CLOCK, at=life.deadline)


def _check_possible(life: Life, event: Happened) -> None:
    tried = SAYS_MORE.get(event.kind, event.kind)
    possible = (
        life.stage in ERASABLE if tried is Kind.ERASED else tried in MOVES[life.stage].values()
    )
    if not possible or event.actor.role is Role.CLOCK:
        raise ImpossibleHistory(f"{event.kind} by {event.actor.role} cannot follow {life.stage}")
    try:
        _check_facts(life, event)
    except (IllegalStep, BadRecord) as refused:
        raise ImpossibleHistory(str(refused)) from refused


def _check_facts(life: Life, event: Happened) -> None:
    match event.detail:
        case Consent(amount=named, gift=gift):
            _check_same(life, named)
            if gift is not None and gift.what is Given.AMOUNT and not named:
                raise IllegalStep(Refusal.NOTHING_TO_GIVE)
        case Confirmed() | CounterOffer() as found:
            _check_verdict(life, found)
        case ConditionMet(condition=condition):
            _check_condition(life, condition, event.evidence)
        case Override() as made:
            _check_override(life, made, event.actor)
        case Settlement(flag=flag):
            _check_erased(life, flag)
        case Reversal():
            if life.stage is Stage.REVERSED:
                raise IllegalStep(Refusal.ALREADY_REVERSED)
        case Rerouting(route=route):
            _check_erased(life, FLAGS[route])
    if event.kind is Kind.DELIVERED:
        _check_delivery(life, event.evidence)
    if event.kind is Kind.SETTLED and life.unmet:
        raise IllegalStep(Refusal.SETTLEMENT_BEFORE_CONDITIONS, conditions=", ".join(life.unmet))


def _check_delivery(life: Life, evidence: tuple[Evidence, ...]) -> None:
    if life.gift is None:
        raise IllegalStep(Refusal.NOTHING_GIVEN)
    if life.delivered:
        raise IllegalStep(Refusal.ALREADY_DELIVERED)
    if not evidence:
        raise IllegalStep(Refusal.EVIDENCE_MISSING, condition="delivery")


def _check_erased(life: Life, flag: Flag) -> None:
    if flag is Flag.RESALE and life.erased is None:
        raise IllegalStep(Refusal.NOT_ERASED)
    if DESTROY in life.unmet:
        raise IllegalStep(Refusal.NOT_DESTROYED)


def _check_recyclable(life: Life) -> None:
    """Asked of a new step alone: devices of before this were recycled without a record."""
    if life.erased is None:
        raise IllegalStep(Refusal.RECYCLED_UNERASED)
    if DESTROY in life.unmet:
        raise IllegalStep(Refusal.NOT_DESTROYED)


def _check_same(life: Life, named: int) -> None:
    if named != life.amount:
        raise IllegalStep(Refusal.OTHER_AMOUNT, amount=life.amount, named=named)


def _check_verdict(life: Life, found: Verdict) -> None:
    _check_same(life, found.agreed)
    if not found.changes and set(found.conditions) != set(life.conditions):
        raise BadRecord("without a changed answer settlement depends on what it did")


def _check_condition(life: Life, condition: str, evidence: tuple[Evidence, ...]) -> None:
    if condition not in life.conditions:
        known = ", ".join(life.conditions) or "nothing"
        raise IllegalStep(Refusal.NO_SUCH_CONDITION, condition=condition, conditions=known)
    if condition in life.met:
        raise IllegalStep(Refusal.CONDITION_ALREADY_MET, condition=condition)
    if not evidence:
        raise IllegalStep(Refusal.EVIDENCE_MISSING, condition=condition)


def _check_override(life: Life, made: Override, actor: Actor) -> None:
    if made.by != actor:
        raise BadRecord("whoever overrides takes the step")
    _check_same(life, made.before)
    if made.overridden != life.overridden:
        raise BadRecord(f"people have moved {life.overridden} before, not {made.overridden}")
    made.check_direction(accepted=life.accepted)


def _after(life: Life, event: Happened) -> Life:
    moved = replace(
        life,
        stage=stage_after(stage=life.stage, kind=event.kind),
        events=(*life.events, event),
    )
    if event.kind in (Kind.ACCEPTED, Kind.COUNTER_ACCEPTED):
        # Each consent is whole: what was given at the offer is said again at a counter-offer.
        gift = event.detail.gift if isinstance(event.detail, Consent) else None
        moved = replace(moved, gift=gift)
    if event.kind is Kind.ACCEPTED:
        return replace(moved, receive_by=event.at + life.receive_within)
    if event.kind is Kind.DELIVERED:
        return replace(moved, delivered=True)
    match event.detail:
        case Confirmed(amount=amount, conditions=conditions):
            return replace(moved, amount=amount, conditions=conditions)
        case CounterOffer(amount=amount, conditions=conditions):
            answer_by = event.at + life.answer_within
            return replace(moved, amount=amount, conditions=conditions, answer_by=answer_by)
        case ConditionMet(condition=condition):
            return replace(moved, met=life.met | {condition})
        case Erased(record=record, conditions=conditions):
            return replace(moved, erased=record, met=life.met | set(conditions))
        case Override() as made:
            return replace(
                moved,
                amount=made.amount,
                adjustment=life.adjustment + made.difference,
                overridden=made.moved,
            )
        case Rerouting(route=route):
            return replace(moved, rerouted=route)
    return moved


def refused(life: Life, step: Step) -> IllegalStep:
    """Why the step does not follow from the life's stage."""
    return IllegalStep(
        refusal(stage=life.stage, step=step),
        valid_until=said(life.valid_until),
        receive_by=said(life.receive_by),
        answer_by=said(life.answer_by),
    )


def said(moment: datetime | None) -> str:
    """A moment as refusals tell it."""
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
