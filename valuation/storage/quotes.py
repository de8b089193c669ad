"""Quotes in the database: written once, never changed, checked when they are read."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from valuation.domain.people import Mode
from valuation.storage.tables import events, quotes


class Taken(ValueError):
    """Another row came first; the transaction is lost."""


class CodeTaken(Taken):
    """Another quote has this id or code already: make new ones."""


class PlaceTaken(Taken):
    """Somebody else took the quote's next step: look again."""


class QuoteNotFound(LookupError):
    """No quote has this id or code."""


class QuoteDamaged(RuntimeError):
    """A stored document is not the one whose digest stands beside it."""


ADD_QUOTE, ADD_EVENT = insert(quotes), insert(events)


@dataclass(frozen=True, slots=True)
class StoredQuote:
    """A quote's row: its document as canonical JSON, and what is looked up by."""

    id: str
    code: str
    merchant: str
    market: str
    bundle: str
    outcome: str
    issued_at: datetime
    valid_until: datetime
    unit_digest: str | None
    document: bytes
    digest: str
    mode: Mode = Mode.LIVE


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a quote, ``position`` counting from 0; ``payload`` is JSON."""

    quote_id: str
    position: int
    kind: str
    actor: str
    at: datetime
    payload: str


@dataclass(frozen=True, slots=True)
class QuoteStore:
    """The quotes as one transaction sees them; whoever opened it commits."""

    connection: Connection

    def add(self, *stored: StoredQuote) -> None:
        """Write quotes; CodeTaken where the id or code of one is another's."""
        rows = [{**_row(quote), "document": quote.document.decode()} for quote in stored]
        try:
            # The rows beside the statement: inside it every value is coerced and hashed each time.
            self.connection.execute(ADD_QUOTE, rows)
        except IntegrityError as error:
            codes = ", ".join(f"{quote.id} or {quote.code}" for quote in stored)
            raise CodeTaken(f"{codes} is taken") from error

    def get(self, quote_id: str) -> StoredQuote:
        """A quote by id; QuoteNotFound or QuoteDamaged."""
        row = self.connection.execute(select(quotes).where(quotes.c.id == quote_id)).first()
        return _stored(row, quote_id)

    def get_by_code(self, code: str) -> StoredQuote:
        """A quote by the code that people say; QuoteNotFound or QuoteDamaged."""
        row = self.connection.execute(select(quotes).where(quotes.c.code == code)).first()
        return _stored(row, code)

    def record(self, *happened: Event) -> None:
        """Add events to those of their quotes; PlaceTaken where another event came before."""
        try:
            self.connection.execute(ADD_EVENT, [_row(event) for event in happened])
        except IntegrityError as error:
            said = str(error.orig).lower()
            if "foreign key" in said or "nothing is resold" in said:
                raise  # an event of no quote or before its time is our own mistake
            raise PlaceTaken(f"{happened[0].quote_id} went on meanwhile") from error

    def ids(self, *, merchant: str | None) -> list[str]:
        """A merchant's quotes or everybody's, the oldest first."""
        asked = select(quotes.c.id).order_by(quotes.c.id)
        if merchant is not None:
            asked = asked.where(quotes.c.merchant == merchant)
        return [str(row.id) for row in self.connection.execute(asked)]

    def of_unit(
        self, digests: Sequence[str], *, merchant: str, now: datetime
    ) -> Sequence[StoredQuote]:
        """The merchant's live quotes of a unit that are valid, the latest first; QuoteDamaged.

        ``digests``: the unit's under every key that there is.
        """
        rows = self.connection.execute(
            select(quotes)
            .where(quotes.c.unit_digest.in_(digests))
            .where(quotes.c.merchant == merchant)
            .where(quotes.c.mode == Mode.LIVE)
            .where(quotes.c.valid_until >= now)
            .order_by(quotes.c.issued_at.desc())
        )
        return [_stored(row, "of this unit") for row in rows]

    def events(self, quote_id: str) -> Sequence[Event]:
        """What happened to a quote, the first thing first."""
        chosen = (getattr(events.c, name) for name in Event.__dataclass_fields__)
        rows = self.connection.execute(
            select(*chosen).where(events.c.quote_id == quote_id).order_by(events.c.position)
        )
        return [Event(*row) for row in rows]

    def events_of_kind(
        self, kind: str, *, merchant: str, mode: Mode, begin: datetime | None, end: datetime | None
    ) -> Sequence[tuple[Event, str]]:
        """What happened to a merchant's quotes, each with its market, until before ``end``."""
        chosen = (getattr(events.c, name) for name in Event.__dataclass_fields__)
        asked = (
            select(*chosen, quotes.c.market)
            .join(quotes, quotes.c.id == events.c.quote_id)
            .where(events.c.kind == kind, quotes.c.merchant == merchant, quotes.c.mode == mode)
        )
        if begin is not None:
            asked = asked.where(events.c.at >= begin)
        if end is not None:
            asked = asked.where(events.c.at < end)
        rows = self.connection.execute(asked.order_by(events.c.seq))
        return [(Event(*cells), market) for *cells, market in rows]


def take_turns(connection: Connection, names: Sequence[str]) -> None:
    """Nobody else writes under one of the names until this transaction is over.

    In SQLite nobody else writes at all; on a server each name is a lock, taken in one order.
    """
    if connection.dialect.name == "postgresql":
        for number in sorted({_number(name) for name in names}):
            connection.execute(select(func.pg_advisory_xact_lock(number)))


def _number(name: str) -> int:
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _row(entry: StoredQuote | Event) -> dict[str, object]:
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__}


def _stored(row: Row[tuple[object, ...]] | None, wanted: str) -> StoredQuote:
    if row is None:
        raise QuoteNotFound(f"no quote {wanted}")
    cells = dict(row._mapping)
    document = cells["document"].encode()
    stored = StoredQuote(**cells | {"document": document, "mode": Mode(cells["mode"])})
    if hashlib.sha256(document).hexdigest() != stored.digest:
        raise QuoteDamaged(f"the stored document of {stored.id} was changed")
    return stored
