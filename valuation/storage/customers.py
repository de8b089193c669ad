"""Customers, consents and whose quote is whose: the one place of personal data.

Erasing empties the cells. ``scrub`` takes them out of what the database keeps besides its tables.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    case,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from valuation.domain.customers import Because, ConsentGiven, Customer, Details, Purpose
from valuation.domain.happened import Kind
from valuation.domain.people import Mode
from valuation.domain.retention import Traces
from valuation.storage.tables import consents, customer_quotes, customers, events


class NoSuchCustomer(LookupError):
    """The merchant has no customer of this reference."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose customers: of a merchant, and of its live keys or its test keys."""

    merchant: str
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A customer who is not erased, without the personal data: whether there are any."""

    id: str
    named: bool
    reachable: bool
    traces: Traces


@dataclass(frozen=True, slots=True)
class CustomerStore:
    """The customers as one transaction sees them; whoever opened it commits."""

    connection: Connection

    def add(self, customer: Customer, *, owner: Owner) -> None:
        """Write a customer with details and consents."""
        assert customer.details is not None  # noqa: S101 -- nobody is entered without
        details = customer.details
        row = {
            "id": customer.id, "merchant": owner.merchant, "mode": owner.mode.value,
            "name": details.name, "phone": details.phone, "email": details.email,
            "created_at": customer.created_at,
        }  # fmt: skip
        self.connection.execute(insert(customers), row)
        given = [
            {"customer_id": customer.id, "purpose": each.purpose.value, "wording": each.wording,
             "given_at": each.given_at}
            for each in customer.consents
        ]  # fmt: skip
        self.connection.execute(insert(consents), given)

    def get(self, reference: str, *, owner: Owner, locked: bool = False) -> Customer:
        """An owner's customer, erased ones too; NoSuchCustomer for everybody else's.

        ``locked``: nobody erases or links it until the commit.
        """
        asked = (
            select(customers)
            .where(customers.c.id == reference)
            .where(customers.c.merchant == owner.merchant)
            .where(customers.c.mode == owner.mode.value)
        )
        row = self.connection.execute(asked.with_for_update() if locked else asked).first()
        if row is None:
            raise NoSuchCustomer("no customer has this reference")
        return _customer(row, self._consents(reference), self._quotes(reference))

    def of_quote(self, quote_id: str) -> str | None:
        """The reference of the customer whose quote it is."""
        whose = select(customer_quotes.c.customer_id).where(customer_quotes.c.quote_id == quote_id)
        return self.connection.execute(whose).scalar()

    def link(self, quote_id: str, reference: str, *, at: datetime) -> None:
        """Make a quote the customer's, whosever it was before."""
        this = customer_quotes.c.quote_id == quote_id
        values = {"customer_id": reference, "linked_at": at}
        if not self.connection.execute(update(customer_quotes).where(this).values(values)).rowcount:
            self.connection.execute(insert(customer_quotes), {"quote_id": quote_id, **values})

    def is_settled(self, quote_id: str) -> bool:
        """Whether the quote's device was bought."""
        asked = select(events.c.seq).where(events.c.quote_id == quote_id)
        settled = asked.where(events.c.kind == Kind.SETTLED.value)
        return self.connection.execute(settled).first() is not None

    def withdraw(self, reference: str, *, at: datetime, purpose: Purpose | None = None) -> None:
        """End the consent to a purpose, or to every one; what ended before keeps its moment."""
        these = (consents.c.customer_id == reference) & consents.c.withdrawn_at.is_(None)
        if purpose is not None:
            these &= consents.c.purpose == purpose.value
        self.connection.execute(update(consents).where(these).values(withdrawn_at=at))

    def erase(self, reference: str, *, at: datetime, because: Because, keep_name: bool) -> None:
        """Empty the cells, but for a name that must be kept; the first reason given stays."""
        emptied: dict[str, object] = {
            "phone": None,
            "email": None,
            "erased_because": func.coalesce(customers.c.erased_because, because.value),
        }
        if not keep_name:
            emptied |= {"name": None, "erased_at": at}
        this = customers.c.id == reference
        self.connection.execute(update(customers).where(this).values(emptied))

    def kept(self, reference: str | None = None) -> Sequence[Kept]:
        """Everybody who is not erased, or the one named, in the order of the references."""
        given = self._all_consents(reference)
        traces = self._traces(reference)
        asked = select(
            customers.c.id,
            customers.c.name.is_not(None).label("named"),
            (customers.c.phone.is_not(None) | customers.c.email.is_not(None)).label("reachable"),
            customers.c.created_at,
        ).where(customers.c.erased_at.is_(None))
        found = self.connection.execute(
            _only(customers.c.id, reference, asked).order_by(customers.c.id)
        )
        return [
            Kept(
                id=row.id, named=bool(row.named), reachable=bool(row.reachable),
                traces=_traces(given[row.id], row.created_at, traces.get(row.id)),
            )
            for row in found
        ]  # fmt: skip

    def _traces(self, reference: str | None) -> dict[str, Row[Any]]:
        """When customers' quotes were linked, last went on and were last settled."""
        settled = case((events.c.kind == Kind.SETTLED.value, events.c.at))
        asked = (
            select(
                customer_quotes.c.customer_id.label("id"),
                func.max(customer_quotes.c.linked_at).label("linked_at"),
                func.max(events.c.at).label("went_on_at"),
                func.max(settled).label("settled_at"),
            )
            .join(events, events.c.quote_id == customer_quotes.c.quote_id)
            .group_by(customer_quotes.c.customer_id)
        )
        found = self.connection.execute(_only(customer_quotes.c.customer_id, reference, asked))
        return {row.id: row for row in found}

    def _consents(self, reference: str) -> tuple[ConsentGiven, ...]:
        return tuple(self._all_consents(reference)[reference])

    def _all_consents(self, reference: str | None) -> defaultdict[str, list[ConsentGiven]]:
        found: defaultdict[str, list[ConsentGiven]] = defaultdict(list)
        asked = _only(consents.c.customer_id, reference, select(consents))
        for row in self.connection.execute(asked.order_by(consents.c.purpose)):
            cells = dict(row._mapping)
            whose = cells.pop("customer_id")
            found[whose].append(ConsentGiven(**{**cells, "purpose": Purpose(cells["purpose"])}))
        return found

    def _quotes(self, reference: str) -> tuple[str, ...]:
        asked = select(customer_quotes.c.quote_id).where(customer_quotes.c.customer_id == reference)
        rows = self.connection.execute(asked.order_by(customer_quotes.c.quote_id))
        return tuple(str(row.quote_id) for row in rows)


def scrub(engine: Engine) -> bool:
    """Take erased cells out of the database's own copies; False where others keep it busy.

    SQLite zeroes freed cells (``secure_delete``) and keeps older pages in its journal, which is
    emptied here. PostgreSQL keeps old rows in the table's file, which is written anew; its own
    journal and backups end with their own retention.
    """
    try:
        if engine.dialect.name == "sqlite":
            return _empty_journal(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (FULL) customers"))
    except (SQLAlchemyError, sqlite3.Error):
        return False  # erased it is; whoever erases next tries again
    return True


def _empty_journal(engine: Engine) -> bool:
    opened = engine.raw_connection()  # SQLAlchemy's own would begin a transaction
    try:
        busy, *_ = opened.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    finally:
        opened.close()


def _only(column: ColumnElement[str], reference: str | None, asked: Select[Any]) -> Select[Any]:
    return asked if reference is None else asked.where(column == reference)


def _customer(row: Row[Any], given: tuple[ConsentGiven, ...], quotes: tuple[str, ...]) -> Customer:
    known = {name: getattr(row, name) for name in Details.__dataclass_fields__}
    return Customer(
        id=row.id,
        details=Details(**known) if any(known.values()) else None,
        consents=given,
        quotes=quotes,
        created_at=row.created_at,
        erased_at=row.erased_at,
        erased_because=None if row.erased_because is None else Because(row.erased_because),
    )


def _traces(given: Sequence[ConsentGiven], created_at: datetime, row: Row[Any] | None) -> Traces:
    seen = [created_at] if row is None else [created_at, row.linked_at, row.went_on_at]
    settled_at = None if row is None else row.settled_at
    return Traces(consents=tuple(given), seen_at=max(seen), settled_at=settled_at)
