"""A reserved place as it is shown: to the merchant by name, to the customer as a kind of place."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from valuation.domain.facilities import Unplaced
from valuation.domain.reservations import Kind, Place, kind_of, week_of
from valuation.quotes.documents import Document
from valuation.shop import Shop
from valuation.storage.engine import reading
from valuation.storage.reservations import ReservationStore
from valuation.use_cases.reserving import known_facilities

WEEK = timedelta(days=7)


class Words(NamedTuple):
    """A sentence in both languages."""

    en: str
    zh: str


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
    if place is None or (place.until is not None and now > place.until):
        return {}
    if customer:
        if place.facility is None:
            return {}
        kind = kind_of(place)
        return {"facility": {"kind": kind.value, **KINDS[kind]._asdict()}}
    why = place.reason and {"code": place.reason.value, **REASONS[place.reason]._asdict()}
    handling = (settling["disposition"] or {}).get("handling")
    return {
        "facility": {
            "id": place.facility,
            "en": place.en,
            "zh": place.zh,
            "region": place.region,
            "km": place.km,
            "week": place.week,
            "route": place.route.value,
            "licences": sorted(place.licences),
            "handling": handling,
            "reason": why,
        }
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
