"""The ledger of impact in the database: appended to, never changed, each device counted once."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from valuation.domain.impact_ledger import (
    GENESIS,
    Cause,
    Counted,
    Fault,
    Head,
    Link,
    UnreadableEntry,
    linked,
    read,
)
from valuation.domain.people import Mode
from valuation.storage.quotes import Taken
from valuation.storage.tables import events, impact_entries, impact_head, quotes

# The events that may earn an entry, and those that did before a device was counted at its end.
EARNING = (Cause.COMPLETED.value, Cause.DELIVERED.value, Cause.RECYCLED.value)
EARNED = (*EARNING, Cause.SETTLED.value, Cause.REROUTED.value)
SAME_QUOTE = events.c.quote_id == impact_entries.c.quote_id
SAME_TIME = events.c.at == impact_entries.c.at
AT_ONCE = 1_000
PAGE, BETWEEN = 5_000, "\x1e"  # a character that stands in no JSON
LINK = tuple(impact_entries.c[name] for name in Link._fields)


class AlreadyCounted(Taken):
    """The ledger counts this of the quote already."""


class ImpactStore:
    """The ledger as one transaction sees it; whoever opened it commits."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def head(self, *, locked: bool = False) -> Head:
        """Where it ends; ``locked``: nobody else appends until the commit."""
        asked = select(impact_head.c.seq, impact_head.c.hash)
        return Head(*self.connection.execute(asked.with_for_update() if locked else asked).one())

    def hash_at(self, seq: int) -> str | None:
        """The hash of the entry at a place, 0 being before the first; None where there is none."""
        asked = select(impact_entries.c.hash).where(impact_entries.c.seq == seq)
        return self.connection.execute(asked).scalar() if seq else GENESIS.hash

    def add(self, *counted: Counted) -> None:
        """Append entries; AlreadyCounted."""
        head = self.head(locked=True)
        for each in counted:
            link = linked(each, after=head)
            try:
                self.connection.execute(insert(impact_entries), row_of(link, each))
            except IntegrityError as error:
                if "foreign key" in str(error.orig).lower():
                    raise  # an entry of no quote is our own mistake
                raise AlreadyCounted(
                    f"{each.quote}: its {each.outcome} is counted, or taken back, already"
                ) from error
            head = Head(link.seq, link.hash)
        self.connection.execute(update(impact_head).values(seq=head.seq, hash=head.hash))

    def entries(
        self,
        *,
        merchant: str | None = None,
        begin: datetime | None = None,
        end: datetime | None = None,
        after: int = 0,
    ) -> Iterator[Link]:
        """One merchant's or all behind place ``after``, in order, until before ``end``."""
        asked = select(*LINK).where(impact_entries.c.seq > after).order_by(impact_entries.c.seq)
        asked = asked.where(*_of(merchant, begin, end))
        return (Link(*row) for row in self.connection.execute(asked).yield_per(AT_ONCE))

    def bodies(
        self,
        *,
        merchant: str | None = None,
        begin: datetime | None = None,
        end: datetime | None = None,
        after: int = 0,
        until: int,
    ) -> Iterator[str]:
        """The bodies alone, behind place ``after`` up to ``until``, in no order; UnreadableEntry.

        A page of them comes as one text: many times as fast as a row each.
        """
        seq, body = impact_entries.c.seq, impact_entries.c.body
        asked = select(func.count(), func.aggregate_strings(body, BETWEEN))
        asked = asked.where(*_of(merchant, begin, end))
        for first in range(after, until, PAGE):
            page = asked.where(seq > first, seq <= min(first + PAGE, until))
            count, text = self.connection.execute(page).one()
            bodies = text.split(BETWEEN) if count else []
            if len(bodies) != count:
                raise UnreadableEntry(f"no entry of the ledger: {BETWEEN!r} is in one of them")
            yield from bodies

    def of_quote(self, quote_id: str) -> list[Counted]:
        """What counts or counted of a quote, in order."""
        asked = select(impact_entries.c.body).where(impact_entries.c.quote_id == quote_id)
        rows = self.connection.execute(asked.order_by(impact_entries.c.seq))
        return [read(row.body) for row in rows]

    def misplaced(self) -> Iterator[Fault]:
        """Entries whose columns, which are looked up by, differ from their body."""
        rows = self.connection.execute(select(impact_entries).order_by(impact_entries.c.seq))
        for row in rows.yield_per(AT_ONCE):
            with suppress(UnreadableEntry):  # the chain's check tells of it
                link = Link(row.seq, row.body, row.hash)
                if dict(row._mapping) != row_of(link, read(row.body)):
                    yield Fault(row.seq, "has columns that differ from its body")

    def uncounted(self) -> list[tuple[str, int]]:
        """Live quotes and their events that may earn an entry, where the ledger has none of it."""
        asked = (
            select(events.c.quote_id, events.c.position)
            .join(quotes, quotes.c.id == events.c.quote_id)
            .outerjoin(impact_entries, and_(SAME_QUOTE, SAME_TIME, ~impact_entries.c.counter))
            .where(events.c.kind.in_(EARNING), quotes.c.mode == Mode.LIVE)
            .where(impact_entries.c.seq.is_(None))
            .order_by(events.c.seq)
        )
        return [(row.quote_id, row.position) for row in self.connection.execute(asked)]

    def unearned(self) -> list[Fault]:
        """Entries that no event in the log earned."""
        earning = and_(
            SAME_QUOTE, events.c.kind.in_(EARNED), or_(impact_entries.c.counter, SAME_TIME)
        )
        asked = select(impact_entries.c.seq).outerjoin(events, earning)
        rows = self.connection.execute(asked.where(events.c.seq.is_(None)))
        return [Fault(row.seq, "counts what no event of its quote earned") for row in rows]


def _of(
    merchant: str | None, begin: datetime | None, end: datetime | None
) -> Iterator[ColumnElement[bool]]:
    """What picks one merchant's entries from ``begin`` until before ``end``."""
    if merchant is not None:
        yield impact_entries.c.merchant == merchant
    if begin is not None:
        yield impact_entries.c.at >= begin
    if end is not None:
        yield impact_entries.c.at < end


def row_of(link: Link, counted: Counted) -> dict[str, object]:
    """The columns of an entry, which repeat of its body what entries are looked up by."""
    return {
        "seq": link.seq,
        "quote_id": counted.quote,
        "outcome": counted.outcome.value,
        "counter": counted.counter,
        "merchant": counted.merchant,
        "at": counted.at,
        "body": link.body,
        "hash": link.hash,
    }
