"""What callers send about a customer, and what the service answers; no answer has a default."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from valuation.domain.customers import (
    ACCEPTED,
    LONGEST_EMAIL,
    LONGEST_NAME,
    WORDING,
    BadCustomer,
    Details,
    Purpose,
)
from valuation.web.out import Out


class _Sent(BaseModel):
    """JSON knows no enums: their words are read, everything else must be of its type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ConsentIn(_Sent):
    """Leave to keep the details for a purpose."""

    purpose: Purpose
    wording: Annotated[
        str, Field(pattern=f"^(?:{WORDING.pattern})$", description=ACCEPTED["wording"])
    ]


class CustomerIn(_Sent):
    """A customer: a name, a phone or an email, and what they consented to."""

    PERSONAL: ClassVar = True

    name: Annotated[str, Field(max_length=LONGEST_NAME)] | None = Field(default=None, repr=False)
    phone: Annotated[str, Field(max_length=64)] | None = Field(default=None, repr=False)
    email: Annotated[str, Field(max_length=LONGEST_EMAIL)] | None = Field(default=None, repr=False)
    consents: Annotated[list[ConsentIn], Field(max_length=len(Purpose))]

    def details(self) -> Details:
        """The personal data; BadCustomer."""
        return Details(name=self.name, phone=self.phone, email=self.email)

    def wordings(self) -> dict[Purpose, str]:
        """The words' version by purpose; BadCustomer where a purpose is there twice."""
        found = {each.purpose: each.wording for each in self.consents}
        if len(found) < len(self.consents):
            raise BadCustomer("consents")
        return found


class LinkIn(_Sent):
    """Whose quote it is."""

    PERSONAL: ClassVar = True

    customer: Annotated[
        str, Field(pattern=r"^cu_[0-9a-v]{13}$", description="a reference, as POST /v1/customers")
    ]


class ReferenceOut(Out):
    """The reference and nothing else: the answer is kept under its idempotency key."""

    reference: str


class LinkOut(Out):
    """Whose quote it is."""

    quote: str
    customer: str


class ConsentOut(Out):
    """Leave for a purpose, and when it ended."""

    purpose: str
    wording: str
    given_at: str
    withdrawn_at: str | None


class CustomerOut(Out):
    """What is known of a customer; of one who was erased, reference and dates alone."""

    reference: str
    name: str | None
    phone: str | None
    email: str | None
    created_at: str
    erased_at: str | None
    erased_because: str | None
    consents: list[ConsentOut]
    quotes: list[str]


class HoldOut(Out):
    """Why a name must be kept, and until when."""

    reason: str
    until: str


class ErasureOut(Out):
    """What became of a customer: erased, or no more than a name, which is held."""

    reference: str
    erased_at: str | None
    held: HoldOut | None
