"""What callers send about a quote that they hold, checked for shape."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from valuation.domain.dispatch import Way
from valuation.domain.disposition import Route
from valuation.domain.giving import Given
from valuation.domain.moves import Step
from valuation.domain.overrides import OverrideReason
from valuation.domain.records import LONGEST_TEXT, Evidence
from valuation.domain.reversals import ReversalReason
from valuation.receipts.receipt import Kind
from valuation.web.requests import Answers, Identifier, Words, impersonal


class _Sent(BaseModel):
    """JSON knows no enums: their words are read, everything else must be of its type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[
    str,
    Field(max_length=LONGEST_TEXT, pattern=r"^[^\x00-\x1f]*$"),
    AfterValidator(impersonal),
]
Amount = Annotated[int, Field(ge=0, le=2**53, strict=True)]


# One text and not a union of two enums: an error then names the member and every reason there is.
REASONS = (*OverrideReason, *ReversalReason)
Reason = Annotated[
    str, Field(pattern=f"^({'|'.join(REASONS)})$", description=f"one of {', '.join(REASONS)}")
]


class EvidenceIn(_Sent):
    """A photo or report: its SHA-256, where it lies, a note that names no unit."""

    digest: Digest
    place: Annotated[Text, Field(min_length=1)]
    note: Text = ""

    def evidence(self) -> Evidence:
        """As the log keeps it; BadRecord."""
        return Evidence(digest=self.digest, place=self.place, note=self.note)


Proofs = Annotated[list[EvidenceIn], Field(max_length=20)]


class DonateIn(_Sent):
    """The amount, or the device, for a cause by its id."""

    what: Given
    cause: Annotated[str, Field(min_length=1, max_length=64)]


class StepIn(_Sent):
    """A step: `accept` with the amount that was seen, `inspect` with what was found, `show` with
    the condition and its evidence, `override` with amount and reason, `appraise`
    (of what was referred to a person) with amount and route, `complete` once the settled
    device was resold, harvested or dismantled, `reverse` with reason and, if it goes elsewhere,
    route."""

    step: Step
    amount: Amount | None = None
    answers: Answers = Field(default_factory=dict)
    device: Words | None = None
    identifier: Identifier | None = None
    photos: Annotated[dict[str, Proofs], Field(max_length=32)] = Field(default_factory=dict)
    evidence: Proofs = Field(default_factory=list)
    condition: Annotated[str, Field(max_length=64)] | None = None
    reason: Reason | None = None
    route: Route | None = None
    donate: DonateIn | None = Field(default=None, description="What the customer gives away.")
    way: Way | None = Field(default=None, description="How the device is handed over.")
    confirmed_with: Annotated[str, Field(max_length=128)] | None = Field(
        default=None, description="The session token of the second person."
    )

    def found(self) -> dict[str, Any]:
        """What the use case takes as it is."""
        return {
            "step": self.step,
            "amount": self.amount,
            "answers": self.answers,
            "device": self.device,
            "identifier": self.identifier,
            "photos": {q: tuple(each.evidence() for each in p) for q, p in self.photos.items()},
            "evidence": tuple(each.evidence() for each in self.evidence),
            "condition": self.condition,
            "reason": _reason(self.reason) if self.reason else None,
            "route": self.route,
            "donate": (self.donate.what, self.donate.cause) if self.donate else None,
            "way": self.way,
        }


def _reason(said: str) -> OverrideReason | ReversalReason:
    return OverrideReason(said) if said in list(OverrideReason) else ReversalReason(said)


class Form(BaseModel):
    """How a receipt is shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Annotated[str, Field(pattern=r"^(json|html|pdf)$")] = "json"


class ReceiptQuery(Form):
    """Of what the receipt is, and how it is shown."""

    of: Kind = Kind.QUOTE


class BasketReceipt(StrEnum):
    """Of what a basket's receipt is."""

    OFFERS = "offers"
    SETTLEMENT = "settlement"

    @property
    def kind(self) -> Kind:
        """As receipts call it."""
        return Kind.BASKET if self is BasketReceipt.OFFERS else Kind.BASKET_SETTLEMENT


class BasketReceiptQuery(Form):
    """Of what the receipt is, and how it is shown."""

    of: BasketReceipt = BasketReceipt.OFFERS
