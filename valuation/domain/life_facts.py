"""What an event says against the life that it is to follow: amounts, conditions, records, gifts."""

from valuation.domain.appraisals import Appraised
from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.erasure import DESTROY
from valuation.domain.giving import Given
from valuation.domain.happened import (
    Completion,
    ConditionMet,
    Consent,
    Detail,
    Happened,
    Kind,
    Settlement,
)
from valuation.domain.inspection import Confirmed, CounterOffer, Verdict
from valuation.domain.life import Life, unrecorded
from valuation.domain.moves import ONWARD, Stage, Step
from valuation.domain.overrides import Override
from valuation.domain.records import Actor, BadRecord, Evidence
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.reversals import Rerouting, Reversal

SOLD = frozenset({Route.AS_IS, Route.REFURBISH})


def check_facts(life: Life, event: Happened) -> None:
    """IllegalStep or BadRecord where the event does not fit what holds."""
    match event.detail:
        case Consent(amount=named, gift=gift):
            _check_same(life, named)
            if gift is not None and gift.what is Given.AMOUNT and not named:
                raise IllegalStep(Refusal.NOTHING_TO_GIVE)
        case Confirmed() | CounterOffer() as found:
            _check_verdict(life, found)
        case Appraised(by=by):
            if by != event.actor:
                raise BadRecord("whoever appraises takes the step")
        case ConditionMet(condition=condition):
            _check_condition(life, condition, event.evidence)
        case Override() as made:
            _check_override(life, made, event.actor)
        case Settlement(flag=flag, route=route):
            used = life.gives_device or (route is not None and FLAGS[route] is Flag.RESALE)
            _check_erased(life, Flag.RESALE if used else flag)
        case Completion(route=route):
            if life.completed is not None:
                raise IllegalStep(Refusal.ALREADY_COMPLETED, route=life.completed.value)
            _check_erased(life, FLAGS[route])
            _check_recyclable(life)
        case Reversal():
            if life.stage is Stage.REVERSED:
                raise IllegalStep(Refusal.ALREADY_REVERSED)
        case Rerouting(route=route) as other:
            returned = life.stage is Stage.SETTLED and not other.keeps_record
            _check_erased(unrecorded(life) if returned else life, FLAGS[route])
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
    if life.gives_device:
        _check_erased(life, Flag.RESALE)


def _check_erased(life: Life, flag: Flag) -> None:
    if flag is Flag.RESALE and life.holds_data and life.erased is None:
        raise IllegalStep(Refusal.NOT_ERASED)
    if flag is Flag.RESALE and life.destroyed:
        raise IllegalStep(Refusal.USED_NO_MORE)
    if DESTROY in life.unmet:
        raise IllegalStep(Refusal.NOT_DESTROYED)


def check_goes_on(life: Life, step: Step, detail: Detail, route: Route | None) -> None:
    """Asked of a new step alone, for what was written before these rules stands: what every route
    is closed to is neither bought nor recycled, what was delivered goes nowhere else, and nothing
    is recycled with somebody's data on it."""
    nothing = isinstance(detail, Settlement) and detail.flag is Flag.NONE
    if nothing or (route is Route.REFUSE and step in ONWARD):
        sold = step in (Step.ACCEPT, Step.SETTLE)
        raise IllegalStep(Refusal.DEVICE_REFUSED if sold else Refusal.GOES_BACK)
    if life.gives_device:  # else the device is the shop's
        if life.delivered and isinstance(detail, Rerouting):
            raise IllegalStep(Refusal.ALREADY_DELIVERED)
        if isinstance(detail, Rerouting) and detail.route in SOLD:
            raise IllegalStep(Refusal.GIVEN_NOT_SOLD, route=detail.route.value)
        if step is Step.DELIVER and life.rerouted not in (None, Route.DONATE):
            raise IllegalStep(Refusal.GOES_ELSEWHERE, route=life.rerouted.value)
        if step is Step.DELIVER and life.destroyed:
            raise IllegalStep(Refusal.USED_NO_MORE)
        on_its_way = life.rerouted in (None, Route.DONATE) and not life.delivered
        if step is Step.COMPLETE and on_its_way:
            raise IllegalStep(Refusal.TO_BE_DELIVERED)
    if step is Step.RECYCLE:
        _check_recyclable(life)


def _check_recyclable(life: Life) -> None:
    """Whoever is to take it apart gets nobody's data."""
    if life.holds_data and life.erased is None:
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
