"""Baskets in the database: written once with their quotes, checked when they are read."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select
from sqlalchemy.exc import IntegrityError

from valuation.domain.people import Mode
from valuation.storage.quotes import CodeTaken, QuoteDamaged
from valuation.storage.tables import baskets


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


@dataclass(frozen=True, slots=True)
class BasketStore:
    """The baskets as one transaction sees them; whoever opened it commits."""

    connection: Connection

    def add(self, stored: StoredBasket) -> None:
        """Write a basket; CodeTaken where its id or code is another's."""
        row = {name: getattr(stored, name) for name in stored.__dataclass_fields__}
        try:
            self.connection.execute(insert(baskets), {**row, "document": stored.document.decode()})
        except IntegrityError as error:
            raise CodeTaken(f"{stored.id} or {stored.code} is taken") from error

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
