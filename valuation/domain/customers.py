"""A customer, as far as the shop has leave to know one: a name, a way to reach them, consents."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from valuation.domain.redaction import holds_identifier

LONGEST_NAME = 80
LONGEST_EMAIL = 120
PHONE = re.compile(r"\+?[0-9](?:[ ()./-]{0,2}[0-9]){4,12}")  # 5 to 13 digits: an IMEI has 15
EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+")
WORDING = re.compile(r"[A-Za-z0-9._-]{1,32}")

ACCEPTED = {
    "name": f"1 to {LONGEST_NAME} printable characters, no IMEI",
    "phone": "5 to 13 digits, with + before and spaces between them if you like",
    "email": f"an address such as somebody@example.com, at most {LONGEST_EMAIL} characters",
    "details": "a name, phone or email",
    "consents": "one consent or more, each to another purpose",
    "wording": "the version of the words agreed to: 1 to 32 of letters, digits, dot, _ and -",
}


class Purpose(StrEnum):
    """What personal data may be kept for: to reach somebody about a quote, to know later who sold
    a device, to send offers."""

    QUOTE_CONTACT = "quote_contact"
    PURCHASE_RECORD = "purchase_record"
    MARKETING = "marketing"


class Because(StrEnum):
    """Why somebody was erased."""

    REQUESTED = "requested"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    RETENTION_OVER = "retention_over"


class BadCustomer(ValueError):
    """Something about a customer cannot be kept; ``member`` says what. No value is repeated."""

    def __init__(self, member: str) -> None:
        self.member, self.accepted = member, ACCEPTED[member]
        super().__init__(f"{member}: give {self.accepted}")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Details:
    """The personal data, shown by no repr; BadCustomer where nothing is there, or no such thing."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None

    def __post_init__(self) -> None:
        if self.name is None and self.phone is None and self.email is None:
            raise BadCustomer("details")
        if self.name is not None and not _is_name(self.name):
            raise BadCustomer("name")
        if self.phone is not None and not PHONE.fullmatch(self.phone):
            raise BadCustomer("phone")
        if self.email is not None and not _is_email(self.email):
            raise BadCustomer("email")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """Leave for one purpose; ``wording``: the version of the words that were agreed to."""

    purpose: Purpose
    wording: str
    given_at: datetime
    withdrawn_at: datetime | None = None

    def __post_init__(self) -> None:
        if not WORDING.fullmatch(self.wording) or holds_identifier(self.wording):
            raise BadCustomer("wording")


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer as stored; of one who was erased, reference and dates alone are left."""

    id: str
    details: Details | None = field(repr=False)
    consents: tuple[ConsentGiven, ...]
    quotes: tuple[str, ...]
    created_at: datetime
    erased_at: datetime | None
    erased_because: Because | None


def check_consents(consents: tuple[ConsentGiven, ...]) -> None:
    """BadCustomer unless there is one or more, none of them twice."""
    if not consents or len({each.purpose for each in consents}) < len(consents):
        raise BadCustomer("consents")


def _is_name(text: str) -> bool:
    return (
        0 < len(text.strip()) <= len(text) <= LONGEST_NAME
        and text.isprintable()
        and not holds_identifier(text)
    )


def _is_email(text: str) -> bool:
    return len(text) <= LONGEST_EMAIL and text.isprintable() and bool(EMAIL.fullmatch(text))
