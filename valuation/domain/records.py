"""What the records of a quote's life are made of: who, when, evidence, whole amounts."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from valuation.domain.redaction import DIGEST, holds_identifier

SHA256 = re.compile(r"[0-9a-f]{64}")
LONGEST_TEXT = 500
LONGEST_ID = 64


class Role(StrEnum):
    """As what somebody acts. ``merchant``: the shop's own system; ``clock``: time alone."""

    CUSTOMER = "customer"
    CLERK = "clerk"
    MANAGER = "manager"
    MERCHANT = "merchant"
    CLOCK = "clock"


class BadRecord(ValueError):
    """A part of a record is not what it must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a reference, never a name, so that erasing a person changes no record."""

    role: Role
    id: str

    def __post_init__(self) -> None:
        if not 0 < len(self.id) <= LONGEST_ID or not self.id.isprintable():
            raise BadRecord(f"an actor's id has 1 to {LONGEST_ID} printable characters")


CLOCK = Actor(role=Role.CLOCK, id="clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A photo or report: its SHA-256 in lower-case hexadecimal, where it lies, a note."""

    digest: str
    place: str
    note: str = ""

    def __post_init__(self) -> None:
        if not SHA256.fullmatch(self.digest):
            raise BadRecord("a digest is a SHA-256 of 64 characters from 0 to 9 and a to f")
        if not self.place.strip():
            raise BadRecord("evidence says where it lies")
        for text in (self.place, self.note):
            if len(text) > LONGEST_TEXT or not text.isprintable():
                raise BadRecord(f"place and note are at most {LONGEST_TEXT} printable characters")
        if holds_identifier(DIGEST.sub("", self.note)):
            raise BadRecord("a note names no unit: leave the IMEI out")


def check_amount(amount: int) -> None:
    """TypeError or BadRecord unless it is a whole number of minor units, 0 or more."""
    if type(amount) is not int:
        raise TypeError(f"an amount of money is an int of minor units, not {amount!r}")
    if amount < 0:
        raise BadRecord(f"an offer is 0 or more, not {amount}")


def check_moment(moment: datetime) -> None:
    """BadRecord unless the moment is aware and in UTC."""
    if moment.utcoffset() != timedelta(0):
        raise BadRecord(f"a moment is aware and in UTC, not {moment.isoformat()}")
