"""What the service answers about a quote's life, for OpenAPI; no field has a default."""

from valuation.web.extra_schemas import ExtrasOut
from valuation.web.out import Money, Out, Reason, Sometimes
from valuation.web.quote_schemas import (
    CustomerQuote,
    FacilityOut,
    HandlingOut,
    MerchantQuote,
    SameDevice,
)


class ConditionOut(Out):
    """What settlement depends on, and whether it was shown."""

    code: str
    met: bool


class EventOut(Out):
    """What happened, and who did it; the customer is told the role alone."""

    kind: str
    at: str
    role: str
    actor: str | None


class EvidenceOut(Out):
    """A photo or report."""

    digest: str
    place: str
    note: str


class ChangeOut(Out):
    """What was found otherwise than declared, with a reason from a closed list."""

    reason: str
    question: str | None
    label_en: str
    label_zh: str
    declared: str | int
    inspected: str | int
    evidence: list[EvidenceOut]


class FindingLineOut(Out):
    """What a change moves; several changes where there are very many."""

    amount: Money
    changes: list[ChangeOut]


class SidesOut(Out):
    """An answer as it was declared and as it was found."""

    question: str
    declared: str | int
    inspected: str | int


class ExtraDifferenceOut(Out):
    """What a bonus gains or loses by the inspection, and why."""

    kind: str
    id: str
    label_en: str
    label_zh: str
    before: Money
    after: Money
    difference: Money
    reason: Reason


class InspectionOut(Out):
    """What was found, line by line, and the device priced again under the quote's versions."""

    agreed: Money
    amount: Money
    difference: Money
    lines: list[FindingLineOut]
    extras: list[ExtraDifferenceOut] = Sometimes
    answers: list[SidesOut]
    quote: CustomerQuote | MerchantQuote


class PlaceOut(FacilityOut):
    """The place that is reserved for the device, and how the device gets there."""

    handling: HandlingOut | None


class CustomerPlaceOut(Out):
    """To what kind of place the device goes, for the customer."""

    kind: str
    en: str
    zh: str


class CauseOut(Out):
    """Who can be given to; `takes`: amount, device."""

    id: str
    en: str
    zh: str
    takes: list[str]


class CausesOut(Out):
    """The causes of today."""

    causes: list[CauseOut]


class DonationOut(Out):
    """What the customer gives to whom, and whether the cause has it; see `/v1/donations`."""

    what: str
    cause: str
    en: str
    zh: str
    delivered: bool


class LifeOut(Out):
    """Where a quote stands, until when, and what may follow. `completed`: the route by which the
    settled device went to its end; null before."""

    id: str
    code: str
    mode: str = Sometimes
    market: str
    data: str
    stage: str
    offered: Money | None
    amount: Money | None
    adjustment: Money
    extras: ExtrasOut = Sometimes
    same_device: list[SameDevice] = Sometimes
    valid_until: str
    receive_by: str | None
    answer_by: str | None
    donation: DonationOut = Sometimes
    completed: str | None
    conditions: list[ConditionOut]
    facility: PlaceOut | CustomerPlaceOut = Sometimes
    inspection: InspectionOut | None
    events: list[EventOut]
    next: list[str]


class DifferenceOut(Out):
    """A place of the document with what is stored and what was computed."""

    place: str
    stored: object
    computed: object


class ReplayOut(Out):
    """Whether a stored quote was made again to the byte."""

    id: str
    same: bool
    digest: str
    differences: list[DifferenceOut]


class ReceiptOut(Out):
    """A signed receipt; see `tradein verify`."""

    receipt: dict[str, object]
    signature: dict[str, object]
