"""By which digests the unit of a quote is known, and which quotes are of a unit."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, Select, exists, insert, select, union

from valuation.domain.happened import Kind
from valuation.domain.people import Mode
from valuation.storage.tables import events, quotes, unit_digests


class UnitDigest(NamedTuple):
    """A digest by which a quote's unit is known from the event at ``position`` on.

    At 0 beside the one of the quote's row; later ones are of a unit that was found instead.
    """

    quote_id: str
    position: int
    digest: str


class Known(NamedTuple):
    """The unit of a quote: its digests, and the event that named it."""

    position: int
    digests: frozenset[str]


@dataclass(frozen=True, slots=True)
class UnitStore:
    """The units of quotes as one transaction sees them; whoever opened it commits."""

    connection: Connection

    def add(self, *digests: UnitDigest) -> None:
        """Keep digests of a quote that is there, or is written in the same transaction."""
        self.connection.execute(insert(unit_digests), [each._asdict() for each in digests])

    def of_quote(self, quote_id: str) -> Known:
        """The unit that the quote is of now; no digests where none is known."""
        table = unit_digests.c
        rows = self.connection.execute(
            select(table.position, table.digest).where(table.quote_id == quote_id)
        ).all()
        last = max((position for position, _ in rows), default=0)
        found = {digest for position, digest in rows if position == last}
        if last == 0:
            row = select(quotes.c.unit_digest).where(quotes.c.id == quote_id)
            found |= {self.connection.execute(row).scalar()} - {None}
        return Known(last, frozenset(found))

    def accepted(self, digests: Collection[str]) -> dict[str, Known]:
        """The live quotes of a unit that were ever accepted, whoever's they are."""
        ever = exists().where(events.c.quote_id == quotes.c.id, events.c.kind == Kind.ACCEPTED)
        return self._of_unit(select(quotes.c.id).where(ever), digests)

    def of_merchant(self, digests: Collection[str], merchant: str) -> dict[str, Known]:
        """The merchant's live quotes of a unit, the latest first."""
        own = select(quotes.c.id).where(quotes.c.merchant == merchant)
        return self._of_unit(own.order_by(quotes.c.issued_at.desc()), digests)

    def _of_unit(self, asked: Select[tuple[str]], digests: Collection[str]) -> dict[str, Known]:
        # Not "or": PostgreSQL would read every quote.
        named = union(
            select(quotes.c.id).where(quotes.c.unit_digest.in_(digests)),
            select(unit_digests.c.quote_id).where(unit_digests.c.digest.in_(digests)),
        )
        chosen = asked.where(quotes.c.id.in_(named), quotes.c.mode == Mode.LIVE)
        rows = self.connection.execute(chosen).all()
        found = {row.id: self.of_quote(row.id) for row in rows}
        # An inspection may have found that the quote is of another unit than it says.
        return {each: known for each, known in found.items() if known.digests & set(digests)}
