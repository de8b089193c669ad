"""A place as it is shown, reserved or not yet, and what a device's metals bring there.

The merchant is told it by name, the customer as a kind of place. Before acceptance nothing is
reserved: the merchant's view says who would take the device now, beside the stored document.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from valuation.domain.answers import CompletedAnswers, missing_at_best
from valuation.domain.disposition import Route
from valuation.domain.facilities import Consignment, Facility, Unplaced, licences_needed
from valuation.domain.outside import kind_of as appliance_of
from valuation.domain.reservations import Kind, Place, kind_of, sought, week_of
from valuation.domain.way_words import Words
from valuation.people.places import region_of
from valuation.quotes.documents import Document
from valuation.quotes.replaying import asked_of
from valuation.shop import Shop
from valuation.storage.engine import reading
from valuation.storage.reservations import ReservationStore
from valuation.tables.book import TableArchive
from valuation.tables.metals import NAMES, Metal, metals_of
from valuation.tables.table import BrokenTable, Table
from valuation.use_cases.reserving import known_facilities

logger = logging.getLogger(__name__)

WEEK = timedelta(days=7)


KINDS: Mapping[Kind, Words] = {
    Kind.RESALE: Words("a centre that resells devices", "转售中心"),
    Kind.REFURBISHER: Words("a refurbisher", "翻新厂"),
    Kind.CAUSE: Words("a partner who passes devices on", "捐赠合作方"),
    Kind.PARTS: Words("a workshop that takes parts", "拆件厂"),
    Kind.DISMANTLER: Words("a dismantler", "拆解厂"),
    Kind.LICENSED: Words(
        "a dismantler with a licence for damaged batteries", "持有危险电池资质的拆解厂"
    ),
}
REASONS: Mapping[Unplaced, Words] = {
    Unplaced.NO_REGION: Words(
        "No region is known for the store, so no facility is reserved: set TRADEIN_REGION, or the "
        "store's own with `tradein merchants place`.",
        "门店未设置区域，未预留处理机构。",
    ),
    Unplaced.NONE_KNOWN: Words(
        "No facility takes devices from the region.", "该区域没有可接收设备的处理机构。"
    ),
    Unplaced.NO_LICENCE: Words(
        "No facility that takes devices from the region has the licence.",
        "该区域没有具备相应资质的处理机构。",
    ),
    Unplaced.NONE_ALLOWED: Words(
        "No facility may take such a device on this route.", "没有处理机构可按此去向接收该类设备。"
    ),
    Unplaced.FULL: Words(
        "Every facility that may take it is full in this week.", "本周可接收的处理机构均已满额。"
    ),
}


def place_document(
    place: Place | None, settling: Mapping[str, Any], *, now: datetime, customer: bool
) -> Document:
    """The member ``facility`` of a life; none before acceptance or where the place counts no more,
    and none for the customer where there is no facility. ``settling``: the quote of the device as
    it was found, whose handling is told."""
    if place is None or _over(place, now):
        return {}
    if customer:
        if place.facility is None:
            return {}
        kind = kind_of(place)
        return {"facility": {"kind": kind.value, **KINDS[kind]._asdict()}}
    handling = (settling["disposition"] or {}).get("handling")
    return {"facility": {**_named(place), "handling": handling}}


@dataclass(frozen=True, slots=True)
class Room:
    """The facilities and what of their places is taken this week, for whoever looks from a region.

    ``reserved``: the place that the quote which is looked at has.
    """

    facilities: Sequence[Facility]
    region: str | None
    week: str
    taken: Mapping[str, int]
    reserved: Place | None = None


def room_now(shop: Shop, *, merchant: str, actor: str = "", quote: str = "") -> Room:
    """The room of this week, from where ``actor`` of the merchant would take the device."""
    now = shop.clock()
    region = region_of(shop.engine, actor=actor, merchant=merchant, before=None)
    week = week_of(shop.today(now))
    with reading(shop.engine) as connection:
        reservations = ReservationStore(connection)
        place = reservations.place(quote) if quote else None
        taken = reservations.taken([week], now=now)[week]
    held = None if place is None or _over(place, now) else place
    return Room(known_facilities(shop, now), region or shop.settings.region, week, taken, held)


def whole_view(shop: Shop, room: Room, view: Document, document: Mapping[str, Any]) -> Document:
    """The merchant's view of a quote's document with the facility and the metals behind it."""
    way = cast(dict[str, Any] | None, view["disposition"])
    if way is None:
        return view
    device, answers = document["device"], asked_of(document).answers
    assert answers is not None  # noqa: S101 -- what has a way has answers
    told = with_place(way, room, answers)
    try:
        metals = _archived_metals(
            shop.archive, *(document["versions"]["tables"][each] for each in NAMES),
            device["id"], device["category"], document["policy"]["step"]["currency"],
        )  # fmt: skip
    except BrokenTable as error:
        # The quote holds without it; whoever replays it is told the same, as an error.
        logger.warning("what the metals of %s bring cannot be told: %s", document["id"], error)
        return {**view, "disposition": told}
    return {**view, "disposition": with_metals(told, metals)}


def with_place(way: Mapping[str, Any], room: Room, answers: CompletedAnswers) -> Document:
    """A disposition with its ``facility``: the one that is reserved, else the nearest that would
    take the device this week, or why none; None of what goes nowhere, or not yet.

    Answers that are missing count as good, as they do for the route.
    """
    if room.reserved is not None:
        return {**way, "facility": {**_named(room.reserved), "reserved": True}}
    route = way["route"]
    if route in (None, Route.REFUSE):
        return {**way, "facility": None}
    licences = licences_needed(missing_at_best(answers).levels)
    place = sought(
        facilities=room.facilities,
        consignment=Consignment(answers.category, room.region, licences) if room.region else None,
        route=Route(route), licences=licences, week=room.week, taken=room.taken,
    )  # fmt: skip
    return {**way, "facility": {**_named(place), "reserved": False}}


def with_metals(way: Mapping[str, Any], metals: Sequence[Metal]) -> Document:
    """A disposition in which the materials of a route are told metal by metal."""
    return {**way, "routes": [_of_metals(each, metals) for each in way["routes"]]}


def metals_under(
    tables: Mapping[str, Table], variant: str, category: str, currency: str
) -> tuple[Metal, ...]:
    """What the metals of a device bring under the tables of a quote; BrokenTable."""
    kind = appliance_of(variant, category)
    return metals_of(tables, category=category, kind=kind, currency=currency)


@lru_cache(maxsize=256)
def _archived_metals(
    archive: TableArchive, materials: str, prices: str, rates: str, variant: str, category: str,
    currency: str,
) -> tuple[Metal, ...]:  # fmt: skip
    """The same of archived tables, by their digests: what a digest names never changes."""
    digests = dict(zip(NAMES, (materials, prices, rates), strict=True))
    tables = {name: archive.table(digest) for name, digest in digests.items()}
    return metals_under(tables, variant, category, currency)


def _of_metals(route: Mapping[str, Any], metals: Sequence[Metal]) -> Document:
    of_it = next((each for each in route["parts"] if each["name"] == "materials"), None)
    if of_it is None or not metals:
        return dict(route)
    currency = of_it["amount"]["currency"]
    told = [
        {**each._asdict(), "amount": {"amount": each.amount, "currency": currency}}
        for each in metals
    ]
    return {**route, "materials": told}


def _over(place: Place, now: datetime) -> bool:
    return place.until is not None and now > place.until


def _named(place: Place) -> Document:
    """A place as the merchant is told it."""
    why = place.reason and {"code": place.reason.value, **REASONS[place.reason]._asdict()}
    return {
        "id": place.facility,
        "en": place.en,
        "zh": place.zh,
        "region": place.region,
        "km": place.km,
        "week": place.week,
        "route": place.route.value,
        "licences": sorted(place.licences),
        "reason": why,
    }


def facility_list(shop: Shop, *, count: bool = True) -> list[dict[str, Any]]:
    """Every facility with its places from this week to the last in which one is taken, and of the
    next at least; ``count`` False: as if none were taken."""
    now = shop.clock()
    weeks = [week_of(shop.today(now)), week_of(shop.today(now + WEEK))]
    with reading(shop.engine) as connection:
        store = ReservationStore(connection)
        last = store.last_week(now=now) if count else None
        while last and weeks[-1] < last:
            weeks.append(week_of(shop.today(now + len(weeks) * WEEK)))
        taken = store.taken(weeks if count else (), now=now)
    return [
        {
            "id": each.id,
            "en": each.en,
            "zh": each.zh,
            "routes": sorted(each.routes),
            "categories": sorted(each.categories),
            "licences": sorted(each.licences),
            "regions": {region: haul.km for region, haul in sorted(each.hauls.items())},
            "weeks": [
                {"week": week, "places": each.weekly, "taken": there, "free": each.weekly - there}
                for week in weeks
                for there in (taken.get(week, {}).get(each.id, 0),)
            ],
        }
        for each in known_facilities(shop, now)
    ]
