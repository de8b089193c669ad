"""Who would take a device this week, as the merchant is told before anything is reserved."""

from dataclasses import replace
from typing import Any

import pytest

from tests.callers import make_clerk, make_merchant
from tests.fakes import FakeEntropy
from tests.quotes.telling import MERCHANT, Till
from valuation.domain.moves import Step
from valuation.people.enrolling import Enrolment
from valuation.quotes.documents import Document, merchant_view
from valuation.shop import Shop
from valuation.tables.table import BrokenTable
from valuation.use_cases import place_view
from valuation.use_cases.place_view import Room, room_now, whole_view

EAST, NORTH = {"demo-east-resale": 1200}, {"demo-north-resale": 600}


def room(shop: Shop, **looked: str) -> Room:
    return room_now(shop, merchant=MERCHANT, **looked)


def seen(shop: Shop, document: Document, room: Room) -> dict[str, Any]:
    view: Any = whole_view(shop, room, merchant_view(document), document)
    way: dict[str, Any] = view["disposition"]
    return way


def test_the_nearest_with_room_is_told_or_why_none(shop: Shop) -> None:
    document, now = Till(shop).quote(), room(shop)
    for taken, facility, why in (
        ({}, "demo-east-resale", None),
        (EAST, "demo-north-resale", None),
        (EAST | NORTH, None, "no_room"),
    ):
        place = seen(shop, document, replace(now, taken=taken))["facility"]
        told = (place["id"], place["reason"] and place["reason"]["code"], place["week"])
        assert told == (facility, why, "2026-W47")
    for region, why in ((None, "no_region"), ("elsewhere", "no_facilities_known")):
        place = seen(shop, document, replace(now, region=region))["facility"]
        assert (place["id"], place["reason"]["code"]) == (None, why)


def test_what_is_taken_this_week_counts_and_nothing_is_reserved_by_looking(shop: Shop) -> None:
    till = Till(shop)
    document = till.quote(battery_safety="swollen")
    assert seen(shop, document, room(shop))["facility"]["id"] == "demo-east-hazard"
    assert room(shop).taken == {}
    till.step(Step.ACCEPT)
    till.step(Step.RECEIVE)
    mine = room(shop, quote=till.quotes[-1])
    assert mine.reserved is not None
    assert seen(shop, document, mine)["facility"]["week"] == mine.reserved.week


def test_the_region_is_that_of_the_store_that_looks(shop: Shop) -> None:
    _, store = make_merchant(shop.engine)
    clerk = make_clerk(shop.engine, store)
    enter = Enrolment(engine=shop.engine, now=shop.clock(), entropy=FakeEntropy())
    enter.place(store=store.code, region="demo-north", campus=None)
    assert room(shop, actor=f"clerk:{clerk.id}").region == "demo-north"
    assert room(shop).region == "demo-east", "the installation's, of a merchant without a store"


def test_a_quote_is_shown_where_its_archived_tables_are_gone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(*_: object) -> None:
        raise BrokenTable("it is gone")

    document = Till(shop).quote()
    monkeypatch.setattr(place_view, "_archived_metals", gone)
    told = seen(shop, document, room(shop))
    assert told["facility"]["id"] == "demo-east-resale"
    assert not any("materials" in route for route in told["routes"])
    assert "it is gone" in caplog.text
