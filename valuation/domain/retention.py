"""How long a customer's data are kept: by purpose, and longer where the law holds them.

A purpose's period runs from the last time that the customer was here. A hold runs from the last
settled purchase and keeps the name alone: who sold a device, not how to reach them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from valuation.domain.customers import ConsentGiven, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Periods by purpose; ``holds``: by the reason why a settled purchase must be kept."""

    purposes: Mapping[Purpose, timedelta]
    holds: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What is known about a customer without looking at personal data."""

    consents: tuple[ConsentGiven, ...]
    seen_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hold:
    """Until when the name must be kept, and why."""

    reason: str
    until: datetime


def hold_on(*, traces: Traces, retention: Retention, now: datetime) -> Hold | None:
    """The longest hold that is not over; its last instant still holds."""
    if traces.settled_at is None:
        return None
    holds = [Hold(why, traces.settled_at + days) for why, days in sorted(retention.holds.items())]
    standing = [hold for hold in holds if now <= hold.until]
    return max(standing, key=lambda hold: hold.until, default=None)


def is_due(*, traces: Traces, retention: Retention, now: datetime) -> bool:
    """Whether no purpose is left for which anything may be kept."""
    return all(_over(each, traces, retention, now) for each in traces.consents)


def _over(consent: ConsentGiven, traces: Traces, retention: Retention, now: datetime) -> bool:
    if consent.withdrawn_at is not None:
        return True
    return now > traces.seen_at + retention.purposes[consent.purpose]
