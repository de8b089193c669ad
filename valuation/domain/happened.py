"""The events of a quote's life, as they stand in its append-only log."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import NoneType

from valuation.domain.appraisals import Appraised
from valuation.domain.dispatch import Way
from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.giving import Gift, Given
from valuation.domain.inspection import Confirmed, CounterOffer
from valuation.domain.overrides import Override
from valuation.domain.questions import holds_data
from valuation.domain.quote import Indicative, Offer, Quote, Referral, ValueOnly
from valuation.domain.records import (
    SHA256,
    Actor,
    BadRecord,
    Evidence,
    check_amount,
    check_moment,
)
from valuation.domain.reversals import Rerouting, Reversal


class Kind(StrEnum):
    """What happened. The first four open a life; the last three are time's own doing."""

    OFFERED = "offered"
    INDICATIVE = "indicative"
    VALUED = "valued"
    REFERRED = "referred"
    APPRAISED = "appraised"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    RECEIVED = "received"
    INSPECTED = "inspected"
    COUNTER_OFFERED = "counter_offered"
    COUNTER_ACCEPTED = "counter_accepted"
    DECLINED_RETURN = "declined_return"
    DECLINED_RECYCLING = "declined_recycling"
    CONDITION_MET = "condition_met"
    ERASED = "erased"
    OVERRIDDEN = "overridden"
    SETTLED = "settled"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    REVERSED = "reversed"
    REROUTED = "rerouted"
    RETURNED = "returned"
    RECYCLED = "recycled"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What was promised when the quote was made; it stays as it is whatever changes later.

    ``receive_within`` runs from acceptance, ``answer_within`` from a counter-offer. ``holds_data``:
    whether the device is of a kind that keeps somebody's data.
    """

    amount: int | None
    valid_until: datetime
    receive_within: timedelta
    answer_within: timedelta
    conditions: tuple[str, ...] = ()
    holds_data: bool = True

    def __post_init__(self) -> None:
        if self.amount is not None:
            check_amount(self.amount)
        check_moment(self.valid_until)
        if min(self.receive_within, self.answer_within) <= timedelta(0):
            raise BadRecord("time to receive and time to answer are longer than nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The amount that the customer saw and accepted, whether it or the device is given away, and
    how the device is handed over.

    ``conditions``: of a device that is given, which goes another way than the money's; None where
    those of before stand.
    """

    amount: int
    gift: Gift | None = None
    way: Way | None = None
    conditions: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        check_amount(self.amount)
        gives_device = self.gift is not None and self.gift.what is Given.DEVICE
        if self.conditions is not None and not gives_device:
            raise BadRecord("only a device that is given brings conditions of its own")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionMet:
    """A gate's condition that has been shown, by the gate's code."""

    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """That a verified record of an erasure is there: its SHA-256, the conditions it meets, and
    whether it is of a destruction; events of before do not say."""

    record: str
    conditions: tuple[str, ...] = ()
    destroyed: bool = False

    def __post_init__(self) -> None:
        if not SHA256.fullmatch(self.record):
            raise BadRecord("an erasure is named by the SHA-256 of its record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What becomes of the device that is paid for; nothing is resold with somebody's data on it.

    ``route``: where it is not the one of the quote's disposition.
    """

    flag: Flag
    route: Route | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The settled device went its way: resold, repaired and resold, harvested, dismantled."""

    route: Route

    def __post_init__(self) -> None:
        if FLAGS[self.route] is Flag.NONE:
            raise BadRecord(f"a settled device goes somewhere, and {self.route.value} is nowhere")


Detail = (
    Opening
    | Appraised
    | Consent
    | Confirmed
    | CounterOffer
    | ConditionMet
    | Erased
    | Override
    | Settlement
    | Completion
    | Reversal
    | Rerouting
    | None
)

OPENINGS = frozenset({Kind.OFFERED, Kind.INDICATIVE, Kind.VALUED, Kind.REFERRED})
DETAILS: dict[Kind, tuple[type, ...]] = {
    **dict.fromkeys(OPENINGS, (Opening,)),
    Kind.APPRAISED: (Appraised,),
    Kind.ACCEPTED: (Consent, NoneType),
    Kind.COUNTER_ACCEPTED: (Consent, NoneType),
    Kind.INSPECTED: (Confirmed,),
    Kind.COUNTER_OFFERED: (CounterOffer,),
    Kind.CONDITION_MET: (ConditionMet,),
    Kind.ERASED: (Erased,),
    # Settlements of before there were records of erasures say nothing.
    Kind.SETTLED: (Settlement, NoneType),
    Kind.COMPLETED: (Completion,),
    Kind.OVERRIDDEN: (Override,),
    Kind.REVERSED: (Reversal,),
    Kind.REROUTED: (Rerouting,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event: what, by whom, when, shown by what, and what belongs to its kind."""

    kind: Kind
    actor: Actor
    at: datetime
    evidence: tuple[Evidence, ...] = ()
    detail: Detail = None

    def __post_init__(self) -> None:
        check_moment(self.at)
        if not isinstance(self.detail, DETAILS.get(self.kind, (NoneType,))):
            raise BadRecord(f"{self.kind.value} does not go with {type(self.detail).__name__}")
        if isinstance(self.detail, Opening):
            _check_opening(self.kind, self.at, self.detail)


def opened(
    *, quote: Quote, actor: Actor, receive_within: timedelta, answer_within: timedelta
) -> Happened:
    """The first event of a quote's life, as the quote is issued."""
    kind, amount = _outcome(quote)
    gates = () if quote.disposition is None else quote.disposition.conditions
    opening = Opening(
        amount=amount,
        valid_until=quote.valid_until,
        receive_within=receive_within,
        answer_within=answer_within,
        conditions=tuple(dict.fromkeys(gate.code for gate in gates)),
        holds_data=quote.subject.device is None or holds_data(quote.subject.device.category),
    )
    return Happened(kind=kind, actor=actor, at=quote.issued_at, detail=opening)


def _outcome(quote: Quote) -> tuple[Kind, int | None]:
    match quote.outcome:
        case Offer(amount):
            return Kind.OFFERED, amount
        case Indicative():
            return Kind.INDICATIVE, None
        case ValueOnly():
            return Kind.VALUED, None
        case Referral():
            return Kind.REFERRED, None


def _check_opening(kind: Kind, at: datetime, opening: Opening) -> None:
    if (opening.amount is None) == (kind is Kind.OFFERED):
        raise BadRecord("an offer has an amount, and nothing else has one")
    if opening.valid_until <= at:
        raise BadRecord("a quote is valid for longer than nothing")
