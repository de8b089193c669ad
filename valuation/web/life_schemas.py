"""What the service answers about a quote's life, for OpenAPI; no field has a default."""

from valuation.web.schemas import CustomerQuote, ExtrasOut, MerchantQuote, Money, Out, Sometimes


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


class InspectionOut(Out):
    """What was found, line by line, and the device priced again under the quote's versions."""

    agreed: Money
    amount: Money
    difference: Money
    lines: list[FindingLineOut]
    answers: list[SidesOut]
    quote: CustomerQuote | MerchantQuote


class LifeOut(Out):
    """Where a quote stands, until when, and what may follow."""

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
    valid_until: str
    receive_by: str | None
    answer_by: str | None
    conditions: list[ConditionOut]
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
