"""Lives of quotes for tests: who, when, and a life in whichever stage."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from valuation.domain.appraisals import Appraised
from valuation.domain.disposition import Flag, Route
from valuation.domain.happened import (
    Completion,
    ConditionMet,
    Detail,
    Erased,
    Happened,
    Kind,
    Opening,
    Settlement,
)
from valuation.domain.inspection import ChangedAnswer, Confirmed, CounterOffer
from valuation.domain.life import Life
from valuation.domain.lifecycle import as_at, fold, take
from valuation.domain.moves import Stage, Step
from valuation.domain.overrides import Override, OverrideReason
from valuation.domain.records import Actor, Evidence, Role
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.reversals import Rerouting, Reversal, ReversalReason

ISSUED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
VALID = timedelta(days=7)
RECEIVE = timedelta(days=14)
ANSWER = timedelta(days=5)
AMOUNT = 120_000
LOWER = 90_000
HAZARD = "battery_hazard"

CUSTOMER = Actor(role=Role.CUSTOMER, id="customer-1")
CLERK = Actor(role=Role.CLERK, id="clerk-1")
MANAGER = Actor(role=Role.MANAGER, id="manager-1")
TILL = Actor(role=Role.MERCHANT, id="till-1")
PHOTO = Evidence(digest="0f" * 32, place="photos/1.jpg")
WORSE = ChangedAnswer(question="cosmetic_grade", declared=4, inspected=2)
BETTER = ChangedAnswer(question="battery_health", declared=80, inspected=90)


def make_opening(kind: Kind = Kind.OFFERED, *, conditions: tuple[str, ...] = ()) -> Happened:
    opening = Opening(
        amount=AMOUNT if kind is Kind.OFFERED else None,
        valid_until=ISSUED + VALID,
        receive_within=RECEIVE,
        answer_within=ANSWER,
        conditions=conditions,
    )
    return Happened(kind=kind, actor=TILL, at=ISSUED, detail=opening)


def make_life(kind: Kind = Kind.OFFERED, *, conditions: tuple[str, ...] = ()) -> Life:
    return fold(events=[make_opening(kind, conditions=conditions)])


def confirmed(life: Life) -> Confirmed:
    amount = owed(life)
    return Confirmed(agreed=amount, amount=amount, changes=(), conditions=life.conditions)


def countered(life: Life, amount: int = LOWER) -> CounterOffer:
    return CounterOffer(
        agreed=owed(life), amount=amount, changes=(WORSE,), conditions=life.conditions
    )


def overridden(life: Life, difference: int, by: Actor = MANAGER) -> Override:
    return Override(
        before=owed(life),
        amount=owed(life) + difference,
        reason=OverrideReason.GOODWILL,
        by=by,
        limit=10**9,
        overridden=life.overridden,
    )


def appraisal(by: Actor = MANAGER, *, conditions: tuple[str, ...] = ()) -> Appraised:
    return Appraised(amount=AMOUNT, route=Route.AS_IS, by=by, limit=10**9, conditions=conditions)


def reversal(life: Life) -> Reversal | Rerouting:
    """Taken back; once it is, with where the device goes instead."""
    if life.stage is Stage.REVERSED:
        return Rerouting(reason=ReversalReason.ROUTED_ELSEWHERE, route=Route.DISMANTLE)
    return Reversal(reason=ReversalReason.RESALE_FAILED)


def owed(life: Life) -> int:
    """The amount; where there is none any other will do, for the step is refused before."""
    return AMOUNT if life.amount is None else life.amount


@dataclass(frozen=True, kw_only=True)
class Try:
    """A step with what belongs to it, so that nothing but the stage can refuse it."""

    step: Step
    detail: Detail = None
    evidence: tuple[Evidence, ...] = ()


def make_try(step: Step, life: Life) -> Try:
    match step:
        case Step.INSPECT:
            return Try(step=step, detail=confirmed(life))
        case Step.SHOW:
            return Try(step=step, detail=ConditionMet(condition=HAZARD), evidence=(PHOTO,))
        case Step.SETTLE:
            return Try(step=step, detail=Settlement(flag=Flag.DISMANTLE))
        case Step.APPRAISE:
            return Try(step=step, detail=appraisal())
        case Step.COMPLETE:
            return Try(step=step, detail=Completion(route=life.rerouted or Route.DISMANTLE))
        case Step.REVERSE:
            return Try(step=step, detail=reversal(life))
        case Step.OVERRIDE:
            return Try(step=step, detail=overridden(life, 500 if life.accepted else -500))
    return Try(step=step)


def attempt(life: Life, this: Try, *, at: datetime, actor: Actor = MANAGER) -> Life:
    """The life after a step and what time did before it; IllegalStep where it is refused."""
    events = take(
        life=life, step=this.step, actor=actor, now=at, detail=this.detail, evidence=this.evidence
    )
    return fold(events=events, life=life)


def then(life: Life, *steps: Step | Try) -> Life:
    """Step after step, a minute apart."""
    for step in steps:
        this = step if isinstance(step, Try) else make_try(step, life)
        life = attempt(life, this, at=life.events[-1].at + MINUTE)
    return life


def counter_offered(life: Life, amount: int = LOWER) -> Life:
    """An offered life, up to a counter-offer."""
    received = then(life, Step.ACCEPT, Step.RECEIVE)
    return then(received, Try(step=Step.INSPECT, detail=countered(received, amount)))


def timed_out(life: Life) -> Life:
    """What time alone made of it, a day past its deadline."""
    assert life.deadline is not None
    return as_at(life=life, now=life.deadline + timedelta(days=1))


def life_in(stage: Stage, *, conditions: tuple[str, ...] = ()) -> Life:
    """A life that stands in a stage."""
    offered = make_life(conditions=conditions)
    received = (Step.ACCEPT, Step.RECEIVE)
    match stage:
        case Stage.INDICATIVE | Stage.VALUED | Stage.REFERRED:
            return make_life(Kind(stage.value), conditions=conditions)
        case Stage.OFFERED:
            return offered
        case Stage.ACCEPTED:
            return then(offered, Step.ACCEPT)
        case Stage.RECEIVED:
            return then(offered, *received)
        case Stage.INSPECTED:
            return then(offered, *received, Step.INSPECT)
        case Stage.SETTLED:
            return then(make_life(), *received, Step.INSPECT, Step.SETTLE)
        case Stage.REVERSED:
            return then(life_in(Stage.SETTLED), Step.REVERSE)
        case Stage.DECLINED:
            return then(offered, Step.DECLINE)
        case Stage.WITHDRAWN:
            return then(offered, Step.WITHDRAW)
        case Stage.EXPIRED:
            return timed_out(offered)
        case Stage.LAPSED:
            return timed_out(then(offered, Step.ACCEPT))
    return _life_after_a_counter_offer(stage, counter_offered(offered))


def _life_after_a_counter_offer(stage: Stage, life: Life) -> Life:
    steps: dict[Stage, tuple[Step, ...]] = {
        Stage.COUNTER_OFFERED: (),
        Stage.COUNTER_ACCEPTED: (Step.ACCEPT,),
        Stage.DECLINED_RETURN: (Step.DECLINE_RETURN,),
        Stage.RETURNED: (Step.DECLINE_RETURN, Step.RETURN),
    }
    if stage in steps:
        return then(life, *steps[stage])
    left = erased(then(life, Step.DECLINE_RECYCLING))
    return then(left, Step.RECYCLE) if stage is Stage.RECYCLED else left


def erased(life: Life) -> Life:
    """With a record of an erasure that counts."""
    detail = Erased(record="e1" * 32)
    return fold(
        events=[Happened(kind=Kind.ERASED, actor=CLERK, at=soon(life), detail=detail)], life=life
    )


def refused(life: Life, this: Try, *, at: datetime, actor: Actor = MANAGER) -> Refusal:
    with pytest.raises(IllegalStep) as caught:
        attempt(life, this, at=at, actor=actor)
    assert caught.value.args[0].endswith(".")
    assert "{" not in caught.value.args[0]
    return caught.value.code


def soon(life: Life) -> datetime:
    return life.events[-1].at + MINUTE
