"""A place at a facility for the device of an accepted quote, in the transaction of the step."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from valuation.domain.disposition import Route
from valuation.domain.facilities import Consignment, Facility, licences_needed
from valuation.domain.happened import Kind
from valuation.domain.life import Life
from valuation.domain.moves import Stage
from valuation.domain.people import Mode
from valuation.domain.reservations import (
    GOES,
    KEEPING,
    LEFT,
    Place,
    check_licensed,
    sought,
    stays,
    week_of,
)
from valuation.people.places import region_of
from valuation.quotes.replaying import asked_of
from valuation.shop import Shop
from valuation.storage.engine import reading
from valuation.storage.ledger import Guard
from valuation.storage.quotes import StoredQuote
from valuation.storage.reservations import PlaceMove, ReservationStore, RoomTaken
from valuation.tables.book import NoTable
from valuation.tables.facilities import FACILITIES, unconverted
from valuation.tables.table import Table

_READ: dict[str, tuple[Facility, ...]] = {}  # of the latest table, by its digest


class Reserved(NamedTuple):
    """What a quote has after a step, what is written of it, and the look before that."""

    place: Place | None
    move: PlaceMove | None = None
    guard: Guard | None = None


def reserved(
    shop: Shop,
    stored: StoredQuote,
    settling: Mapping[str, object],
    life: Life,
    *,
    route: Route,
    before: Place | None,
) -> Reserved:
    """The place after the life's last event; IllegalStep where a device that needs a licence would
    leave without one. A test key reserves nothing.

    ``settling``: the quote of the device as it was found; ``route``: where that goes; ``before``:
    what was reserved until then.
    """
    event = life.events[-1]
    if stored.mode is Mode.TEST or event.kind in (Kind.REVERSED, Kind.DELIVERED):
        return Reserved(before)
    if event.kind is Kind.COMPLETED and before and before.facility:
        return Reserved(before)  # that is where it went
    move = PlaceMove(stored.id, len(life.events) - 1, event.at, None)
    if life.stage not in KEEPING or route is Route.REFUSE:
        return Reserved(None, move if before else None)
    facilities = known_facilities(shop, event.at)
    found = _found(shop, stored, settling, life, route, before, facilities)
    if life.stage in GOES:
        check_licensed(found)
    if found == before:
        return Reserved(found)
    same = before is not None and (found.facility, found.week) == (before.facility, before.week)
    guard = None if same else _guard(stored.id, found, event.at, facilities)
    return Reserved(found, replace(move, place=found), guard)


def known_facilities(shop: Shop, now: datetime) -> tuple[Facility, ...]:
    """The facilities of the day, costs in their table's own currency; none where there is none."""
    try:
        return _read(shop.book.table(FACILITIES, shop.today(now)))
    except NoTable:
        return ()


def _read(table: Table) -> tuple[Facility, ...]:
    """What the table says, kept ready: who looks at a quote waits for it, and it says the same."""
    found = _READ.get(table.digest)
    if found is None:
        _READ.clear()
        found = _READ[table.digest] = unconverted(table)
    return found


def _found(
    shop: Shop,
    stored: StoredQuote,
    settling: Mapping[str, object],
    life: Life,
    route: Route,
    before: Place | None,
    facilities: tuple[Facility, ...],
) -> Place:
    """The place that stays, or the one that is found now."""
    event, asked = life.events[-1], asked_of(settling)
    goes = Route.DISMANTLE if life.stage in LEFT else route
    known = before.region if before else None
    region = (
        region_of(shop.engine, actor=event.actor.id, merchant=stored.merchant, before=known)
        or shop.settings.region
    )
    answers = asked.answers
    assert answers is not None  # noqa: S101 -- an offer has answers
    licences = licences_needed(answers.levels)
    consignment = region and Consignment(answers.category, region, licences)
    until = life.deadline
    awaited = life.receive_by if life.stage is Stage.ACCEPTED else None
    week = week_of(shop.today(awaited or event.at))
    kept = before if before and consignment and stays(
        before, facilities=facilities, consignment=consignment, route=goes
    ) else None  # fmt: skip
    came_early = kept and event.kind is Kind.RECEIVED and kept.week != week
    if kept and not came_early:
        return replace(kept, until=until)
    with reading(shop.engine) as connection:
        store = ReservationStore(connection)
        taken = store.taken([week], now=event.at, besides=stored.id)[week]
    found = sought(
        facilities=facilities, consignment=consignment or None, route=goes, licences=licences,
        week=week, taken=taken,
    )  # fmt: skip
    return replace(found if found.facility or kept is None else kept, until=until)


def _guard(
    quote: str, place: Place, now: datetime, facilities: tuple[Facility, ...]
) -> Guard | None:
    """Makes sure that there is room when the place is written; None where there is no place."""
    weekly = next((each.weekly for each in facilities if each.id == place.facility), None)
    if weekly is None or place.facility is None:
        return None
    facility, week = place.facility, place.week

    def look(connection: Connection) -> None:
        taken = ReservationStore(connection).taken([week], now=now, besides=quote)[week]
        if taken.get(facility, 0) >= weekly:
            raise RoomTaken(f"{facility} is full in {week}")

    return Guard((f"facility/{facility}/{week}",), look)
