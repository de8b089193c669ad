"""A quote: a dated answer about one device, immutable once it is made."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from valuation.domain.answers import CompletedAnswers
from valuation.domain.device import Device
from valuation.domain.disposition import Gate, RouteValue
from valuation.domain.explanation import Line
from valuation.domain.market import Market
from valuation.domain.terms import Policy

ID_ENTROPY = 10
CODE_ENTROPY = 5
ENTROPY = ID_ENTROPY + CODE_ENTROPY  # bytes that a quote's id and code are made from
# No 0/O, 1/I/L or U: what is left can be read aloud and typed back.
SPOKEN = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the shop pays, in minor units, a whole number of the policy's steps."""

    amount: int


@dataclass(frozen=True, slots=True)
class Indicative:
    """Between which amounts the offer will lie once the missing answers are given."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ValueOnly:
    """A value in a market whose kind of price says nothing about a sale: no offer follows."""

    reason: str


@dataclass(frozen=True, slots=True)
class Referral:
    """A person must look: why, and which devices may have been meant."""

    code: str
    en: str
    zh: str
    suggestions: tuple[tuple[str, str], ...] = ()


Outcome = Offer | Indicative | ValueOnly | Referral


@dataclass(frozen=True, slots=True)
class Interval:
    """The resale value as it is, in minor units: p10, p50, p90 and the mean."""

    p10: int
    p50: int
    p90: int
    mean: int


@dataclass(frozen=True, slots=True)
class Disposition:
    """The chosen route among all, with what must happen before settlement."""

    chosen: RouteValue
    routes: Sequence[RouteValue]
    conditions: Sequence[Gate]


@dataclass(frozen=True, slots=True)
class Unit:
    """Which unit was quoted: kind of identifier, its keyed digest and last four characters."""

    kind: str
    digest: str
    last4: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What the quote is about, as asked and as recognised."""

    words: str
    matched_by: str
    device: Device | None
    name_zh: str | None
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class Versions:
    """Everything that a replay needs: bundle, tables by id, version of the arithmetic."""

    bundle: str
    tables: Mapping[str, str]
    rules: int


@dataclass(frozen=True, slots=True)
class Quote:
    """One device, its answers, and what they are worth today in one market.

    ``stale_since``: the day after which the price model's sales say nothing, where that is past.
    """

    id: str
    code: str
    merchant: str
    market: Market
    issued_at: datetime
    as_of: date
    valid_until: datetime
    subject: Subject
    context: Mapping[str, str]
    answers: CompletedAnswers | None
    outcome: Outcome
    versions: Versions
    policy: Policy
    stale_since: date | None
    interval: Interval | None = None
    lines: Sequence[Line] = ()
    disposition: Disposition | None = None


def quote_id(*, issued_at: datetime, entropy: bytes) -> str:
    """``qt_`` and 26 characters: 48 bits of milliseconds, then 80 random ones; sorts by time."""
    milliseconds = int(issued_at.timestamp() * 1000)
    packed = milliseconds.to_bytes(6, "big") + entropy[:ID_ENTROPY]
    return "qt_" + base64.b32hexencode(packed).decode().rstrip("=").lower()


def spoken_code(entropy: bytes) -> str:
    """Seven characters to read aloud, e.g. ``K7F-3MQX``, from the entropy's last five bytes."""
    number = int.from_bytes(entropy[ID_ENTROPY:ENTROPY], "big")
    letters = []
    for _ in range(7):
        number, digit = divmod(number, len(SPOKEN))
        letters.append(SPOKEN[digit])
    return "".join(letters[:3]) + "-" + "".join(letters[3:])
