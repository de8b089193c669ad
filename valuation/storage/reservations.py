"""Places at facilities: a row for each time that a quote's place changes, the last one counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select

from valuation.domain.disposition import Route
from valuation.domain.facilities import Licence, Unplaced
from valuation.domain.reservations import Place
from valuation.storage.quotes import PlaceTaken
from valuation.storage.tables import reservations

LATER = reservations.alias("later")
# A place counts so much longer than it holds: whoever came at its last instant may still write.
GRACE = timedelta(minutes=1)


class RoomTaken(PlaceTaken):
    """Another quote took the facility's last place meanwhile: look again."""


@dataclass(frozen=True, slots=True)
class PlaceMove:
    """What an event of a quote does with its place, ``position`` being the event's; ``place`` None:
    it is given back."""

    quote: str
    position: int
    at: datetime
    place: Place | None


@dataclass(frozen=True, slots=True)
class ReservationStore:
    """The places as one transaction sees them; whoever opened it commits."""

    connection: Connection

    def move(self, move: PlaceMove) -> None:
        """Write what became of a quote's place."""
        self.connection.execute(insert(reservations), _row(move))

    def place(self, quote_id: str) -> Place | None:
        """What a quote has now, an explicit none too; None before acceptance, or given back."""
        asked = select(reservations).where(reservations.c.quote_id == quote_id)
        row = self.connection.execute(asked.order_by(reservations.c.position.desc())).first()
        return None if row is None or row.route is None else _place(row)

    def taken(
        self, weeks: Sequence[str], *, now: datetime, besides: str = ""
    ) -> dict[str, dict[str, int]]:
        """How many places are taken at ``now``, by week and facility, but for one quote's own."""
        table = reservations.c
        rows = self.connection.execute(
            select(table.week, table.facility, func.count())
            .where(table.week.in_(weeks), table.quote_id != besides, *_counts(now))
            .group_by(table.week, table.facility)
        )
        found: dict[str, dict[str, int]] = {week: {} for week in weeks}
        for week, facility, count in rows:
            found[week][facility] = count
        return found

    def last_week(self, *, now: datetime) -> str | None:
        """The last week in which a place is taken at ``now``, whichever that is."""
        asked = select(func.max(reservations.c.week)).where(*_counts(now))
        return self.connection.execute(asked).scalar()


def _counts(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """A row is a place that is taken at ``now``, and not changed since."""
    table = reservations.c
    later = and_(LATER.c.quote_id == table.quote_id, LATER.c.position > table.position)
    return (
        table.facility.is_not(None),
        or_(table.until.is_(None), table.until >= now - GRACE),
        ~select(LATER.c.position).where(later).exists(),
    )


def _row(move: PlaceMove) -> dict[str, object]:
    place = move.place
    row: dict[str, object] = {"quote_id": move.quote, "position": move.position, "at": move.at}
    if place is None:
        return row
    plain = {name: getattr(place, name) for name in Place.__dataclass_fields__}
    return row | plain | {"licences": " ".join(sorted(place.licences))}


def _place(row: Row[tuple[object, ...]]) -> Place:
    cells = {name: getattr(row, name) for name in Place.__dataclass_fields__}
    return Place(**cells | {
        "route": Route(row.route),
        "licences": frozenset(map(Licence, row.licences.split())),
        "reason": row.reason and Unplaced(row.reason),
    })  # fmt: skip
