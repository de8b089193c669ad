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
from dataclasses import replace
from datetime import datetime

from valuation.domain.appraisals import Appraised
from valuation.domain.disposition import Route
from valuation.domain.erasure import CONDITIONS
from valuation.domain.happened import (
    Completion,
    ConditionMet,
    Consent,
    Detail,
    Erased,
    Happened,
    Kind,
    Opening,
    Settlement,
)
from valuation.domain.inspection import Confirmed, CounterOffer
from valuation.domain.life import Life, unrecorded
from valuation.domain.life_facts import check_facts, check_goes_on
from valuation.domain.moves import (
    ERASABLE,
    MOVES,
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
    route: Route | None = None,
) -> tuple[Happened, ...]:
    """The events to append: the step, and before it what time did unrecorded; or IllegalStep.

    ``detail``: an Appraised for APPRAISE, a verdict for INSPECT, a ConditionMet for SHOW, an
    Override for OVERRIDE, a Settlement for SETTLE, a Completion for COMPLETE, a Reversal or
    Rerouting for REVERSE, and if the customer named an amount a Consent for ACCEPT. ``route``:
    where the device goes, which says whether it goes on at all.
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
    check_goes_on(current, step, detail, route)
    if isinstance(detail, CounterOffer) and kind is Kind.INSPECTED:
        kind = Kind.COUNTER_OFFERED
    if isinstance(detail, Rerouting) and kind is Kind.REVERSED:
        kind = Kind.REROUTED
    event = Happened(kind=kind, actor=actor, at=now, evidence=evidence, detail=detail)
    check_facts(current, event)
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
        holds_data=opening.holds_data,
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
        check_facts(life, event)
    except (IllegalStep, BadRecord) as refused:
        raise ImpossibleHistory(str(refused)) from refused


def _after(life: Life, event: Happened) -> Life:
    moved = replace(
        life,
        stage=stage_after(stage=life.stage, kind=event.kind),
        events=(*life.events, event),
    )
    if event.kind in (Kind.ACCEPTED, Kind.COUNTER_ACCEPTED):
        # Each consent is whole: what was given at the offer is said again at a counter-offer.
        said = event.detail if isinstance(event.detail, Consent) else None
        moved = replace(moved, gift=said.gift if said else None)
        if said and said.conditions is not None:
            moved = replace(moved, conditions=said.conditions)
    if event.kind is Kind.ACCEPTED:
        return replace(moved, receive_by=event.at + life.receive_within)
    if event.kind is Kind.DELIVERED:
        completed = Route.DONATE if life.gives_device else life.completed
        return replace(moved, delivered=True, completed=completed)
    match event.detail:
        case Confirmed(amount=amount, conditions=conditions):
            return replace(moved, amount=amount, conditions=conditions)
        case CounterOffer(amount=amount, conditions=conditions):
            answer_by = event.at + life.answer_within
            return replace(moved, amount=amount, conditions=conditions, answer_by=answer_by)
        case Appraised(amount=amount, conditions=conditions):
            # As long as quotes are valid, from the appraisal on: the referral may be days old.
            until = event.at + (life.valid_until - life.events[0].at)
            return replace(
                moved, amount=amount, conditions=conditions, valid_until=until, appraised=True,
                overridden=amount,
            )  # fmt: skip
        case ConditionMet(condition=condition):
            return replace(moved, met=life.met | {condition})
        case Erased(record=record, conditions=conditions, destroyed=destroyed):
            met, gone = life.met | set(conditions), life.destroyed or destroyed
            return replace(moved, erased=record, met=met, destroyed=gone)
        case Override() as made:
            return replace(
                moved,
                amount=made.amount,
                adjustment=life.adjustment + made.difference,
                overridden=made.moved,
            )
        case Completion(route=route):
            return replace(moved, completed=route)
        case Reversal() | Rerouting() as back:
            returned = life.stage is Stage.SETTLED and not back.keeps_record
            kept = unrecorded(moved) if returned else moved
            onward = back.route if isinstance(back, Rerouting) else life.rerouted
            return replace(kept, rerouted=onward, completed=None)
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
