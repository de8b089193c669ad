"""The ledger of impact: what became of devices, counted once each, in a chain of hashes.

An entry's hash is the SHA-256 of the hash before it and of its body as canonical JSON, so whoever
changes, removes, adds or moves one breaks the chain. Nothing is edited: what was counted and did
not last is taken back by a counter-entry of the same quantities. Whole units throughout:
milligrams of device, micrograms of metal, grams of CO2e.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from valuation.domain.disposition import Route
from valuation.domain.market import Provenance
from valuation.domain.records import check_moment

SCHEMA = 1


class Outcome(StrEnum):
    """What became of a device."""

    REUSED = "reused"
    REFURBISHED = "refurbished"
    HARVESTED = "harvested"
    DISMANTLED = "dismantled"


class Cause(StrEnum):
    """The step that earned an entry, or why it is taken back."""

    COMPLETED = "completed"
    DELIVERED = "delivered"
    RECYCLED = "recycled"
    SETTLED = "settled"  # of before a device was counted once it went its way
    REROUTED = "rerouted"  # of then
    RETURNED = "returned"  # of before a reversal was a step
    RESALE_FAILED = "resale_failed"
    RETURNED_BY_BUYER = "returned_by_buyer"
    ROUTED_ELSEWHERE = "routed_elsewhere"
    COUNTED_BY_MISTAKE = "counted_by_mistake"


# A route without an outcome is one that nothing comes of.
OUTCOMES: Mapping[Route, Outcome] = {
    Route.AS_IS: Outcome.REUSED,
    Route.REFURBISH: Outcome.REFURBISHED,
    Route.DONATE: Outcome.REUSED,
    Route.PARTS: Outcome.HARVESTED,
    Route.DISMANTLE: Outcome.DISMANTLED,
}
REUSE = frozenset({Outcome.REUSED, Outcome.REFURBISHED})


class UnreadableEntry(ValueError):
    """A stored body that no entry has."""


class Span(NamedTuple):
    """A figure with both ends of what it may be, in whole units."""

    low: int
    typical: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One device, once. ``weight_mg``, ``co2e_g``: None where nobody knows.

    ``weighed``: whether the weight is the device's own; else it is the table's. ``metals_ug`` by
    metal: what dismantling recovers. ``factors``: the tables behind the figures, by id, as digests.
    ``counter``: the entry is taken back; its quantities count against. ``actor``: a reference.
    ``campus``: of the store, where it belongs to one.
    """

    quote: str
    outcome: Outcome
    cause: Cause
    merchant: str
    store: str | None
    region: str
    data: Provenance
    category: str
    actor: str
    at: datetime
    weight_mg: int | None
    weighed: bool
    co2e_g: Span | None
    metals_ug: Mapping[str, Span] = field(default_factory=dict)
    factors: Mapping[str, str] = field(default_factory=dict)
    counter: bool = False
    campus: str | None = None

    def __post_init__(self) -> None:
        check_moment(self.at)

    @property
    def sign(self) -> int:
        """1, or -1 where it is taken back."""
        return -1 if self.counter else 1


class Head(NamedTuple):
    """The end of a chain: how many entries it has, and the hash of the last."""

    seq: int
    hash: str


GENESIS = Head(0, "0" * 64)


class Link(NamedTuple):
    """An entry as it is stored: its place from 1, its body, its hash."""

    seq: int
    body: str
    hash: str


class Fault(NamedTuple):
    """What is wrong with the chain, and where."""

    seq: int
    what: str


def linked(counted: Counted, *, after: Head) -> Link:
    """The entry behind the end of a chain."""
    body = spelled(counted, seq=after.seq + 1)
    return Link(after.seq + 1, body, _hash(after.hash, body))


def spelled(counted: Counted, *, seq: int) -> str:
    """The body's one spelling: JSON, sorted keys, no spaces."""
    at = counted.at.isoformat().replace("+00:00", "Z")
    names = (name for name in Counted.__dataclass_fields__ if name != "at")
    body = {name: getattr(counted, name) for name in names}
    told = {**body, "schema": SCHEMA, "seq": seq, "at": at}
    if counted.campus is None:
        del told["campus"]  # as entries were spelled before there were any
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read(body: str) -> Counted:
    """The entry of a stored body; UnreadableEntry."""
    try:
        told: dict[str, Any] = json.loads(body)
        del told["seq"]
        if (schema := told.pop("schema")) != SCHEMA:
            raise ValueError(f"schema {schema} is not known here")  # noqa: TRY301 -- told alike
        return Counted(**told | {
            "outcome": Outcome(told["outcome"]),
            "cause": Cause(told["cause"]),
            "data": Provenance(told["data"]),
            "at": datetime.fromisoformat(told["at"]),
            "co2e_g": told["co2e_g"] and Span(*told["co2e_g"]),
            "metals_ug": {name: Span(*span) for name, span in told["metals_ug"].items()},
        })  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableEntry(f"no entry of the ledger: {error}") from error


def standing(entries: Iterable[Counted]) -> Counted | None:
    """What of a quote's entries, in order, still counts."""
    counts: dict[Outcome, Counted] = {}
    for entry in entries:
        if entry.counter:
            counts.pop(entry.outcome, None)
        else:
            counts[entry.outcome] = entry
    return next(reversed(counts.values()), None)


def countered(entry: Counted, *, cause: Cause, actor: str, at: datetime) -> Counted:
    """The counter-entry: the same quantities, with a day and a reason of its own."""
    return replace(entry, cause=cause, actor=actor, at=at, counter=True)


def faults(links: Iterable[Link], *, head: Head) -> Iterator[Fault]:
    """Everything wrong with a chain as it is stored, against where it is said to end."""
    last = GENESIS
    for link in links:
        if link.seq != last.seq + 1:
            yield Fault(link.seq, f"follows {last.seq}: entries between are missing")
        elif link.hash != _hash(last.hash, link.body):
            yield Fault(link.seq, "was changed, or does not follow the entry before it")
        yield from _misread(link)
        last = Head(link.seq, link.hash)
    if last != head:
        yield Fault(head.seq, f"is where the ledger ends, but entries end at {last.seq}")


def _misread(link: Link) -> Iterator[Fault]:
    try:
        if link.body != spelled(read(link.body), seq=link.seq):
            yield Fault(link.seq, "has a body of another spelling or place")
    except UnreadableEntry as error:
        yield Fault(link.seq, str(error))


def _hash(previous: str, body: str) -> str:
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()
