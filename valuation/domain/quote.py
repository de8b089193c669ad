"""A quote: a dated answer about one device, immutable once it is made."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from valuation.domain.answers import CompletedAnswers
from valuation.domain.device import Device
from valuation.domain.device_checks import Checked
from valuation.domain.disposition import Gate, RouteValue
from valuation.domain.explanation import Basis, Line
from valuation.domain.extras import Extras
from valuation.domain.market import Market
from valuation.domain.people import Mode
from valuation.domain.terms import Policy

ID_ENTROPY = 10
CODE_ENTROPY = 5
ENTROPY = ID_ENTROPY + CODE_ENTROPY  # bytes that a quote's id and code are made from
# No 0/O, 1/I/L or U: what is left can be read aloud and typed back.
SPOKEN = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LOCKS = (0, 7, 14)  # days for which an offer can be held


class UnknownLock(ValueError):
    """Offers are not held for that many days."""

    def __init__(self, days: int) -> None:
        super().__init__(f"an offer is held for {', '.join(map(str, LOCKS))} days, not {days}")


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

    def at_most(self, later: "Interval") -> "Interval":
        """The later one, none of its figures above the same one here."""
        return Interval(
            p10=min(self.p10, later.p10),
            p50=min(self.p50, later.p50),
            p90=min(self.p90, later.p90),
            mean=min(self.mean, later.mean),
        )


@dataclass(frozen=True, slots=True)
class Residual:
    """The resale value as it is ``days`` after the quote's day, season and price level held.

    ``basis``: whether sales tell how it ages over all of those days, or a table over some.
    """

    days: int
    basis: Basis
    value: Interval


@dataclass(frozen=True, slots=True)
class Disposition:
    """The chosen route among all, with what must happen before settlement."""

    chosen: RouteValue
    routes: Sequence[RouteValue]
    conditions: Sequence[Gate]


@dataclass(frozen=True, slots=True)
class Unit:
    """Which unit was quoted: kind of identifier, its keyed digest and last four characters.

    ``key_id``: the key of the digest; None of the first key that an installation had.
    """

    kind: str
    digest: str
    last4: str
    key_id: str | None = None


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
class Pin:
    """The quote, by its spoken code, under whose day and versions a later one with the same answers
    was made while it was open; and when it was issued, from which its validity runs."""

    quote: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """One device, its answers, and what they are worth today in one market.

    ``stale_since``: the day after which the price model's sales say nothing, where that is past.
    ``lock_days``: the offer is that of a device handed over so many days after ``as_of``.
    ``extras``: what stands beside the offer, where there is anything. ``pin``: the open quote that
    it succeeds, where there is one.
    ``mode``: of the key that asked; what a test key was answered binds nobody. ``checked``: what a
    source said of the unit, beside what was declared; ``answers`` are those that count.
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
    lock_days: int
    mode: Mode = Mode.LIVE
    checked: Checked | None = None
    interval: Interval | None = None
    residuals: Sequence[Residual] = ()
    lines: Sequence[Line] = ()
    disposition: Disposition | None = None
    extras: Extras | None = None
    pin: Pin | None = None


def held_until(*, issued_at: datetime, policy: Policy, lock_days: int) -> datetime:
    """The last instant at which the offer can be accepted: every day of its lock at least."""
    return issued_at + timedelta(days=max(policy.validity_days, lock_days))


def receive_within(*, policy: Policy, lock_days: int) -> timedelta:
    """From acceptance until the device must be here: a lock gives its days on top."""
    return timedelta(days=policy.receive_days + lock_days)


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
