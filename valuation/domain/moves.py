"""The table of a quote's life: which step leads where from each stage, and why not."""

from collections.abc import Mapping
from enum import StrEnum

from valuation.domain.happened import Kind
from valuation.domain.records import Role
from valuation.domain.refusals import Refusal


class Stage(StrEnum):
    """Where a quote stands. Each is entered by the event of its name."""

    OFFERED = "offered"
    INDICATIVE = "indicative"
    VALUED = "valued"
    REFERRED = "referred"
    ACCEPTED = "accepted"
    RECEIVED = "received"
    INSPECTED = "inspected"
    COUNTER_OFFERED = "counter_offered"
    COUNTER_ACCEPTED = "counter_accepted"
    SETTLED = "settled"
    REVERSED = "reversed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    DECLINED_RETURN = "declined_return"
    DECLINED_RECYCLING = "declined_recycling"
    RETURNED = "returned"
    RECYCLED = "recycled"


class Step(StrEnum):
    """What somebody may try."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    RECEIVE = "receive"
    INSPECT = "inspect"
    DECLINE_RETURN = "decline_return"
    DECLINE_RECYCLING = "decline_recycling"
    SHOW = "show"
    SETTLE = "settle"
    RETURN = "return"
    RECYCLE = "recycle"
    OVERRIDE = "override"
    REVERSE = "reverse"
    DELIVER = "deliver"
    COMPLETE = "complete"
    APPRAISE = "appraise"


_OVERRIDE = {Step.OVERRIDE: Kind.OVERRIDDEN}
_BACK = {Step.DECLINE_RETURN: Kind.DECLINED_RETURN}
_REVERSE = {Step.REVERSE: Kind.REVERSED}
_AGREED = {Step.SHOW: Kind.CONDITION_MET, Step.SETTLE: Kind.SETTLED, **_BACK, **_OVERRIDE}

# A stage without steps is an end. An inspection that finds a counter-offer is recorded as one, and
# a reversal that names another route as rerouted.
MOVES: Mapping[Stage, Mapping[Step, Kind]] = {
    **{stage: {} for stage in Stage},
    Stage.OFFERED: {
        Step.ACCEPT: Kind.ACCEPTED,
        Step.DECLINE: Kind.DECLINED,
        Step.WITHDRAW: Kind.WITHDRAWN,
        **_OVERRIDE,
    },
    Stage.REFERRED: {Step.APPRAISE: Kind.APPRAISED},
    Stage.INDICATIVE: {Step.DECLINE: Kind.DECLINED, Step.WITHDRAW: Kind.WITHDRAWN},
    Stage.ACCEPTED: {Step.RECEIVE: Kind.RECEIVED, Step.DECLINE: Kind.DECLINED, **_OVERRIDE},
    Stage.RECEIVED: {Step.INSPECT: Kind.INSPECTED, **_BACK, **_OVERRIDE},
    Stage.INSPECTED: _AGREED,
    Stage.COUNTER_OFFERED: {
        Step.ACCEPT: Kind.COUNTER_ACCEPTED,
        Step.DECLINE_RECYCLING: Kind.DECLINED_RECYCLING,
        **_BACK,
        **_OVERRIDE,
    },
    Stage.COUNTER_ACCEPTED: _AGREED,
    Stage.SETTLED: {
        Step.COMPLETE: Kind.COMPLETED,
        Step.DELIVER: Kind.DELIVERED,
        **_REVERSE,
    },
    Stage.REVERSED: _REVERSE,
    Stage.DECLINED_RETURN: {Step.RETURN: Kind.RETURNED},
    Stage.DECLINED_RECYCLING: {Step.RECYCLE: Kind.RECYCLED},
}

# What leaves a quote in its stage.
STAYS = frozenset(
    {Kind.CONDITION_MET, Kind.ERASED, Kind.OVERRIDDEN, Kind.DELIVERED, Kind.COMPLETED}
)

# What leads to a stage of another name.
LEADS_TO = {
    Kind.APPRAISED: Stage.OFFERED,
    Kind.REROUTED: Stage.SETTLED,
    Kind.UNANSWERED: Stage.DECLINED_RETURN,
}

# By what they are steps as, in the table above.
SAYS_MORE: Mapping[Kind, Kind] = {
    Kind.COUNTER_OFFERED: Kind.INSPECTED,
    Kind.REROUTED: Kind.REVERSED,
}

# What time does to a stage whose deadline has passed.
TIMED: Mapping[Stage, Kind] = {
    Stage.OFFERED: Kind.EXPIRED,
    Stage.INDICATIVE: Kind.EXPIRED,
    Stage.REFERRED: Kind.EXPIRED,
    Stage.ACCEPTED: Kind.LAPSED,
    Stage.COUNTER_OFFERED: Kind.UNANSWERED,
}

ACCEPTED = frozenset(
    {
        Stage.ACCEPTED,
        Stage.RECEIVED,
        Stage.INSPECTED,
        Stage.COUNTER_OFFERED,
        Stage.COUNTER_ACCEPTED,
    }
)
# The device is the shop's to erase: its owner has agreed to the amount, or left it.
ERASABLE = frozenset(
    {
        Stage.INSPECTED,
        Stage.COUNTER_ACCEPTED,
        Stage.SETTLED,
        Stage.REVERSED,
        Stage.DECLINED_RECYCLING,
        Stage.RECYCLED,
    }
)
PINNED = ACCEPTED | {Stage.OFFERED, Stage.INDICATIVE}

_STAFF = frozenset({Role.CLERK, Role.MANAGER})
_SHOP = _STAFF | {Role.MERCHANT}
_ANYBODY = _SHOP | {Role.CUSTOMER}
# The shop's people may record what the customer says; the clock takes no step at all.
TAKERS: Mapping[Step, frozenset[Role]] = {
    **dict.fromkeys(Step, _SHOP),
    Step.ACCEPT: _ANYBODY,
    Step.DECLINE: _ANYBODY,
    Step.DECLINE_RETURN: _ANYBODY,
    Step.DECLINE_RECYCLING: _ANYBODY,
    Step.OVERRIDE: _STAFF,
    Step.APPRAISE: _STAFF,
    Step.REVERSE: frozenset({Role.MANAGER, Role.MERCHANT}),
}

# With these a device goes on; one whose every route is closed does not.
ONWARD = frozenset({Step.ACCEPT, Step.SETTLE, Step.DECLINE_RECYCLING, Step.RECYCLE})

# Stages with one reason for whatever they do not allow.
_ONE_REASON: Mapping[Stage, Refusal] = {
    Stage.OFFERED: Refusal.NOT_ACCEPTED,
    Stage.INDICATIVE: Refusal.INDICATIVE,
    Stage.VALUED: Refusal.NO_OFFER,
    Stage.REFERRED: Refusal.REFERRED,
    Stage.SETTLED: Refusal.ALREADY_SETTLED,
    Stage.REVERSED: Refusal.ALREADY_REVERSED,
    Stage.DECLINED: Refusal.ALREADY_DECLINED,
    Stage.WITHDRAWN: Refusal.WITHDRAWN,
    Stage.EXPIRED: Refusal.QUOTE_EXPIRED,
    Stage.LAPSED: Refusal.RECEIVED_LATE,
    Stage.DECLINED_RETURN: Refusal.TO_BE_RETURNED,
    Stage.DECLINED_RECYCLING: Refusal.TO_BE_RECYCLED,
    Stage.RETURNED: Refusal.ALREADY_RETURNED,
    Stage.RECYCLED: Refusal.ALREADY_RECYCLED,
}
_UNDER_WAY = {
    Step.ACCEPT: Refusal.ALREADY_ACCEPTED,
    Step.WITHDRAW: Refusal.ALREADY_ACCEPTED,
    Step.REVERSE: Refusal.NOT_SETTLED,
    Step.DELIVER: Refusal.NOT_SETTLED,
    Step.COMPLETE: Refusal.NOT_SETTLED,
}
_IN_HAND = {
    **_UNDER_WAY,
    Step.DECLINE: Refusal.DEVICE_HERE,
    Step.RECEIVE: Refusal.ALREADY_RECEIVED,
    Step.INSPECT: Refusal.ALREADY_INSPECTED,
    Step.DECLINE_RECYCLING: Refusal.NOT_COUNTER_OFFERED,
    Step.RETURN: Refusal.NOT_DECLINED,
    Step.RECYCLE: Refusal.NOT_DECLINED,
}
_NOT_YET_AGREED = {
    Stage.RECEIVED: Refusal.NOT_INSPECTED,
    Stage.COUNTER_OFFERED: Refusal.COUNTER_OFFER_OPEN,
}


def refusal(*, stage: Stage, step: Step) -> Refusal:
    """Why a step that the table does not allow is refused."""
    if step is Step.APPRAISE and stage in {Stage.OFFERED, *ACCEPTED}:
        return Refusal.NOT_REFERRED
    if stage in _ONE_REASON:
        return _ONE_REASON[stage]
    if stage is Stage.ACCEPTED:
        return _UNDER_WAY.get(step, Refusal.NOT_RECEIVED)
    return _IN_HAND[step] if step in _IN_HAND else _NOT_YET_AGREED[stage]


def stage_after(*, stage: Stage, kind: Kind) -> Stage:
    """Where an event leads: silence to return, another route to settled again, an appraisal to an
    offer; what is shown,
    erased, overridden, delivered or completed nowhere."""
    if kind in STAYS:
        return stage
    if kind in LEADS_TO:
        return LEADS_TO[kind]
    return Stage(kind.value)
