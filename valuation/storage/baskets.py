"""Baskets in the database: written once with their quotes, checked when they are read."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert, or_, select
from sqlalchemy.exc import IntegrityError

from valuation.domain.people import Mode
from valuation.storage.quotes import CodeTaken, QuoteDamaged
from valuation.storage.tables import basket_quotes, baskets


class BasketNotFound(LookupError):
    """No basket has this id or code."""


@dataclass(frozen=True, slots=True)
class StoredBasket:
    """A basket's row: its document as canonical JSON, and what is looked up by."""

    id: str
    code: str
    merchant: str
    mode: Mode
    issued_at: datetime
    document: bytes
    digest: str

    @property
    def lines(self) -> Sequence[Mapping[str, Any]]:
        """Of the document: {"quote": …} or {"problem": …} with what is told beside."""
        told: Sequence[Mapping[str, Any]] = orjson.loads(self.document)["lines"]
        return told


@dataclass(frozen=True, slots=True)
class BasketStore:
    """The baskets as one transaction sees them; whoever opened it commits."""

    connection: Connection

    def add(self, stored: StoredBasket) -> None:
        """Write a basket; CodeTaken where its id or code is another's, or one of its quotes is in
        another basket."""
        row = {name: getattr(stored, name) for name in stored.__dataclass_fields__}
        told = [line["quote"] for line in stored.lines if "quote" in line]
        inside = [{"quote_id": each, "basket_id": stored.id} for each in told]
        try:
            self.connection.execute(insert(baskets), {**row, "document": stored.document.decode()})
            self.connection.execute(insert(basket_quotes), inside)
        except IntegrityError as error:
            raise CodeTaken(f"{stored.id}, {stored.code} or one of its quotes is taken") from error

    def of_quotes(self, quotes: Collection[str]) -> dict[str, str]:
        """By its id the code of the basket that a quote is in, of those that are in one."""
        asked = select(basket_quotes.c.quote_id, baskets.c.code).join(
            baskets, baskets.c.id == basket_quotes.c.basket_id
        )
        rows = self.connection.execute(asked.where(basket_quotes.c.quote_id.in_(quotes)))
        return {row.quote_id: row.code for row in rows}

    def get(self, reference: str, *, merchant: str | None, mode: Mode | None) -> StoredBasket:
        """A basket by id or code, a merchant's and of a mode where they are named; BasketNotFound
        or QuoteDamaged."""
        asked = select(baskets).where(or_(baskets.c.id == reference, baskets.c.code == reference))
        if merchant is not None:
            asked = asked.where(baskets.c.merchant == merchant)
        if mode is not None:
            asked = asked.where(baskets.c.mode == mode)
        row = self.connection.execute(asked).first()
        if row is None:
            raise BasketNotFound("no basket has this id or code")
        cells = dict(row._mapping)
        document = cells["document"].encode()
        if hashlib.sha256(document).hexdigest() != cells["digest"]:
            raise QuoteDamaged(f"the stored document of {cells['id']} was changed")
        return StoredBasket(**cells | {"document": document, "mode": Mode(cells["mode"])})

    def ids(self) -> list[str]:
        """Everybody's baskets, the oldest first."""
        return [str(row.id) for row in self.connection.execute(select(baskets.c.id).order_by("id"))]
