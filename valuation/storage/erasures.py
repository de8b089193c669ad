"""Records of erasures in the database: signed, written once, never changed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from valuation.domain.people import Mode
from valuation.storage.quotes import PlaceTaken
from valuation.storage.tables import erasures, quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredErasure:
    """A record's row. ``id``: the SHA-256 of its facts, so that the same ones are there once.

    ``document``: canonical JSON, which ``signature`` (base 64) is over. ``verified``: it counts.
    """

    id: str
    quote_id: str
    unit_digest: str | None
    method: str
    technique: str
    erased_by: str
    verified_by: str
    started_at: datetime
    finished_at: datetime
    verified_at: datetime
    recorded_at: datetime
    passed: bool
    verified: bool
    document: str
    key_id: str
    signature: str


@dataclass(frozen=True, slots=True)
class ErasureStore:
    """The records as one transaction sees them; whoever opened it commits."""

    connection: Connection

    def add(self, record: StoredErasure) -> None:
        """Write a record; PlaceTaken where the same one was written meanwhile."""
        try:
            self.connection.execute(insert(erasures), asdict(record))
        except IntegrityError as error:
            if "unique" not in str(error.orig).lower():
                raise
            raise PlaceTaken(f"this erasure of {record.quote_id} was recorded meanwhile") from error

    def of_quote(self, quote_id: str) -> Sequence[StoredErasure]:
        """A quote's records, the first one first."""
        rows = self.connection.execute(
            select(erasures)
            .where(erasures.c.quote_id == quote_id)
            .order_by(erasures.c.recorded_at, erasures.c.id)
        )
        return [StoredErasure(**row._mapping) for row in rows]

    def quotes_of_unit(self, digests: Sequence[str], *, merchant: str) -> Sequence[str]:
        """The ids of a merchant's live quotes of a unit, the latest first."""
        rows = self.connection.execute(
            select(quotes.c.id)
            .where(quotes.c.unit_digest.in_(digests))
            .where(quotes.c.merchant == merchant)
            .where(quotes.c.mode == Mode.LIVE)
            .order_by(quotes.c.issued_at.desc(), quotes.c.id)
        )
        return [str(row.id) for row in rows]
