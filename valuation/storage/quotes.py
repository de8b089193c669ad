"""Quotes in the database: written once, never changed, checked when they are read."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.exc import IntegrityError

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
            if "foreign key" in str(error.orig).lower():
                raise  # an event of no quote is our own mistake
            raise PlaceTaken(f"{happened[0].quote_id} went on meanwhile") from error

    def ids(self, *, merchant: str) -> list[str]:
        """A merchant's quotes, the oldest first."""
        rows = self.connection.execute(
            select(quotes.c.id).where(quotes.c.merchant == merchant).order_by(quotes.c.id)
        )
        return [str(row.id) for row in rows]

    def of_unit(self, unit_digest: str, *, merchant: str, now: datetime) -> Sequence[StoredQuote]:
        """The merchant's quotes of a unit that are valid, the latest first; QuoteDamaged."""
        rows = self.connection.execute(
            select(quotes)
            .where(quotes.c.unit_digest == unit_digest)
            .where(quotes.c.merchant == merchant)
            .where(quotes.c.valid_until >= now)
            .order_by(quotes.c.issued_at.desc())
        )
        return [_stored(row, unit_digest) for row in rows]

    def events(self, quote_id: str) -> Sequence[Event]:
        """What happened to a quote, the first thing first."""
        chosen = (getattr(events.c, name) for name in Event.__dataclass_fields__)
        rows = self.connection.execute(
            select(*chosen).where(events.c.quote_id == quote_id).order_by(events.c.position)
        )
        return [Event(*row) for row in rows]


def _row(entry: StoredQuote | Event) -> dict[str, object]:
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__}


def _stored(row: Row[tuple[object, ...]] | None, wanted: str) -> StoredQuote:
    if row is None:
        raise QuoteNotFound(f"no quote {wanted}")
    cells = dict(row._mapping)
    document = cells.pop("document").encode()
    stored = StoredQuote(**cells, document=document)
    if hashlib.sha256(document).hexdigest() != stored.digest:
        raise QuoteDamaged(f"the stored document of {stored.id} was changed")
    return stored
