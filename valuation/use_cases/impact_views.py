"""The ledger of impact looked at: sums by place and time, its check, counter-entries."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import cast
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Engine

from valuation.domain.impact_ledger import (
    Cause,
    Counted,
    Fault,
    Head,
    Link,
    faults,
    read,
    reversed_by,
)
from valuation.domain.impact_totals import Totals, grouped, total
from valuation.domain.market import Provenance
from valuation.domain.people import Mode
from valuation.quotes.life_log import happened_of, told_of
from valuation.shop import Shop
from valuation.storage.engine import reading, writing
from valuation.storage.impact_entries import AlreadyCounted, ImpactStore
from valuation.storage.people import PeopleStore
from valuation.storage.quotes import QuoteStore
from valuation.use_cases.crediting import earned
from valuation.use_cases.issuing import stored_quote

NO_STORE = "none"  # what a merchant's own system settled


class By(StrEnum):
    """What entries are summed by; days and months are the shop's."""

    STORE = "store"
    MERCHANT = "merchant"
    REGION = "region"
    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose entries of which days, both ends counted; None: all of them."""

    merchant: str | None
    first: date | None
    last: date | None
    zone: ZoneInfo

    def moments(self) -> tuple[datetime | None, datetime | None]:
        """From the first moment to before the last."""
        after = None if self.last is None else self.last + timedelta(days=1)
        begin, end = (
            None if day is None else datetime.combine(day, time(), self.zone).astimezone(UTC)
            for day in (self.first, after)
        )
        return begin, end


@dataclass(frozen=True, slots=True)
class View:
    """Sums by group, those of demo and of real data apart, and the whole of each."""

    groups: Mapping[Provenance, Mapping[str, Totals]]
    whole: Mapping[Provenance, Totals]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the whole ledger found; ``uncounted``: quotes that were settled and are not
    in it."""

    head: Head
    faults: tuple[Fault, ...]
    uncounted: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and not self.uncounted


def links_of(engine: Engine, asked: Asked) -> list[Link]:
    """The entries as they are stored, in order."""
    begin, end = asked.moments()
    with reading(engine) as connection:
        return list(ImpactStore(connection).entries(merchant=asked.merchant, begin=begin, end=end))


def entries_of(engine: Engine, asked: Asked) -> list[Counted]:
    """The entries, in order; UnreadableEntry where one was changed."""
    return [read(link.body) for link in links_of(engine, asked)]


def view(engine: Engine, asked: Asked, *, by: By) -> View:
    """The entries summed, as they stand now; UnreadableEntry."""
    entries, zone = entries_of(engine, asked), asked.zone
    kinds = [data for data in Provenance if any(each.data is data for each in entries)]
    parts = {data: [each for each in entries if each.data is data] for data in kinds}
    return View(
        {data: grouped(parts[data], lambda each: key(each, by, zone)) for data in kinds},
        {data: total(parts[data]) for data in kinds},
        _labels(engine, by),
    )


def key(entry: Counted, by: By, zone: ZoneInfo) -> str:
    """The group of an entry."""
    match by:
        case By.STORE:
            return entry.store or NO_STORE
        case By.MERCHANT:
            return entry.merchant
        case By.REGION:
            return entry.region
        case By.MONTH | By.DAY:
            there = entry.at.astimezone(zone)
            return f"{there:%Y-%m}" if by is By.MONTH else f"{there:%Y-%m-%d}"


def verify(shop: Shop, *, known: tuple[int, str] | None = None) -> Checked:
    """The whole ledger against its hashes, its end and the log of the quotes.

    ``known``: an entry's place and the hash that it had when somebody noted it.
    """
    with reading(shop.engine) as connection:
        store = ImpactStore(connection)
        head = store.head()
        found = (*faults(store.entries(), head=head), *store.misplaced(), *store.unearned())
        if known and Head(*known) not in {Head(link.seq, link.hash) for link in store.entries()}:
            found = (*found, Fault(known[0], "has not the hash that was noted of it"))
    return Checked(head, found, tuple(each.quote for each in _uncounted(shop)))


def catch_up(shop: Shop) -> int:
    """Count what was settled before there was a ledger; how many entries that made.

    Errors of ``crediting.earned`` and the database.
    """
    made = 0
    for counted in _uncounted(shop):
        with suppress(AlreadyCounted), writing(shop.engine) as connection:
            ImpactStore(connection).add(counted)
            made += 1
    return made


def reverse(shop: Shop, reference: str, *, cause: Cause, actor: str, merchant: str) -> Counted:
    """Take back what a quote's device was counted for; the counter-entry.

    QuoteNotFound; NothingToReverse where nothing of it counts, a second time for instance.
    """
    with writing(shop.engine) as connection:
        store = ImpactStore(connection)
        store.head(locked=True)  # of two who take the same back one sees what the other did
        quote = stored_quote(connection, reference, merchant=merchant, mode=Mode.LIVE)
        back = reversed_by(store.of_quote(quote.id), cause=cause, actor=actor, at=shop.clock())
        store.add(back)
    return back


def _uncounted(shop: Shop) -> Iterator[Counted]:
    with reading(shop.engine) as connection:
        waiting = ImpactStore(connection).uncounted()
    for quote_id, position in waiting:
        with reading(shop.engine) as connection:
            quotes = QuoteStore(connection)
            stored, events = quotes.get(quote_id), quotes.events(quote_id)[: position + 1]
        document = orjson.loads(stored.document)
        told = next((t for event in reversed(events) if (t := told_of(event))), None)
        found = cast(dict[str, object], told["quote"] if told else document)
        if counted := earned(shop, stored, found, happened_of(events[-1], document)):
            yield counted


def _labels(engine: Engine, by: By) -> dict[str, str]:
    with reading(engine) as connection:
        people = PeopleStore(connection)
        match by:
            case By.STORE:
                return {each.id: each.name for each in people.stores()}
            case By.MERCHANT:
                return {each.id: each.name for each in people.merchants()}
    return {}
