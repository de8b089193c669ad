"""A place at a facility for each accepted quote: the nearest with room, never one too many."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.callers import make_clerk, make_merchant
from tests.databases import unprotect
from tests.fakes import FakeClock, FakeEntropy
from tests.quotes.settling import SWOLLEN, agreed, show
from tests.quotes.telling import CLERK, Till
from tests.web.conftest import installation
from valuation.domain.facilities import Unplaced
from valuation.domain.moves import Stage, Step
from valuation.domain.people import Mode
from valuation.domain.records import Actor, Role
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.reservations import Place
from valuation.people.enrolling import Enrolment
from valuation.people.places import region_of
from valuation.settings import Settings
from valuation.shop import Shop, open_shop
from valuation.storage.engine import reading, writing
from valuation.storage.reservations import PlaceMove, ReservationStore
from valuation.use_cases.life_view import life_view
from valuation.use_cases.place_view import facility_list

THIS, NEXT, THEN = "2026-W47", "2026-W48", "2026-W49"  # now, and of the day to receive by
TABLE = """# id: facilities
# version: 1
# valid-from: 2026-11-10
# unit: see the shipped table
# currency: CNY
# source: a test
# date: 2026-11-10
id,routes,categories,licences,cost,cost_per_km,weekly_capacity,km_from,en,zh,source
near,resell-as-is refurbish,phone,,3,0.002,1,east:10 west:900,Near,近处,test
far,resell-as-is refurbish,phone,,3,0.002,2,east:90 west:800,Far,远处,test
scrap,dismantle parts,phone,,1,0.003,9,east:5,Scrap,拆解,test
hazard,dismantle,phone,damaged-battery,6,0.010,1,east:50,Hazard,危险,test
"""

MakeShop = Callable[..., Shop]


@pytest.fixture
def make_shop(
    models: Path, tmp_path: Path, database_url: str, clock: FakeClock
) -> Iterator[MakeShop]:
    """Opens a shop with the table above, in a region unless told otherwise."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "facilities.csv").write_text(TABLE, encoding="utf-8")
    environment = installation(models, tmp_path, database_url)
    opened: list[Shop] = []

    def make(region: str = "east") -> Shop:
        tables = {"TRADEIN_TABLES": str(tmp_path / "tables"), "TRADEIN_REGION": region}
        settings = Settings.from_environment(environment | tables)
        opened.append(open_shop(settings, clock=clock, entropy=FakeEntropy()))
        return opened[-1]

    yield make
    for shop in opened:
        shop.engine.dispose()


@pytest.fixture
def till(make_shop: MakeShop) -> Till:
    return Till(make_shop())


def accepted(till: Till, **answers: Any) -> Place:
    till.quote(**answers)
    return placed(till.step(Step.ACCEPT).place)


def placed(place: Place | None) -> Place:
    assert place is not None
    return place


def taken(till: Till, week: str = THEN) -> dict[str, int]:
    with reading(till.shop.engine) as connection:
        return ReservationStore(connection).taken([week], now=till.shop.clock())[week]


def test_the_nearest_that_may_and_has_room_is_reserved_and_released_on_decline(till: Till) -> None:
    place = accepted(till)
    assert (place.facility, place.km, place.week, place.reason) == ("near", 10, THEN, None)
    assert till.look().place == place
    assert [accepted(till).facility for _ in range(2)] == ["far", "far"]
    none = accepted(till)
    assert (none.facility, none.reason) == (None, Unplaced.FULL)
    assert taken(till) == {"near": 1, "far": 2}
    till.quotes = till.quotes[:1]
    assert till.step(Step.DECLINE).place is None
    assert till.look().place is None
    assert taken(till) == {"far": 2}
    assert accepted(till).facility == "near"


def test_a_place_of_a_lapsed_quote_counts_no_more_and_one_of_a_received_device_does(
    till: Till, clock: FakeClock
) -> None:
    accepted(till)
    till.received()
    clock.move(days=14, minutes=1)
    assert taken(till) == {"near": 1}, "who came in the last instant still writes"
    clock.move(seconds=1)
    assert (taken(till), taken(till, THIS)) == ({}, {"near": 1})
    till.quotes.pop()
    assert "facility" not in life_view(till.look(), now=clock(), customer=False)


@pytest.mark.parametrize("silent", [False, True])
def test_a_device_that_goes_back_gives_its_place_back(
    till: Till, clock: FakeClock, silent: bool
) -> None:
    till.received()
    till.step(Step.INSPECT, answers={"cosmetic_grade": "D"})
    assert taken(till, THIS) == {"near": 1}
    if silent:
        clock.move(days=8)
        assert taken(till, THIS) == {}
    else:
        till.step(Step.DECLINE_RETURN)
    assert till.step(Step.RETURN).place is None
    assert taken(till, THIS) == {}


def test_a_device_that_came_early_goes_this_week_if_there_is_room(till: Till) -> None:
    weeks = []
    for _ in range(4):
        accepted(till)
        place = placed(till.step(Step.RECEIVE).place)
        weeks.append((place.facility, place.week))
    assert weeks == [("near", THIS), ("far", THIS), ("far", THIS), ("near", THEN)]
    assert (taken(till, THIS), taken(till)) == ({"near": 1, "far": 2}, {"near": 1})


def test_a_hazard_that_is_found_moves_to_a_facility_with_the_licence(till: Till) -> None:
    till.received()
    found = till.step(Step.INSPECT, answers=SWOLLEN)
    place = placed(found.place)
    assert (place.facility, place.week, place.until) == ("hazard", THIS, found.life.answer_by)
    assert (taken(till), taken(till, THIS)) == ({}, {"hazard": 1})
    show(till, till.step(Step.ACCEPT))
    assert placed(till.step(Step.SETTLE).place) == replace(place, until=None)


def test_a_hazard_without_a_licensed_place_is_not_settled_until_there_is_one(
    till: Till, clock: FakeClock
) -> None:
    agreed(till, **SWOLLEN)
    assert placed(till.look().place).facility == "hazard"
    till.received()
    none = placed(till.step(Step.INSPECT, answers=SWOLLEN).place)
    assert (none.facility, none.reason) == (None, Unplaced.FULL)
    show(till, till.step(Step.ACCEPT))
    with pytest.raises(IllegalStep, match="no_room") as caught:
        till.step(Step.SETTLE)
    assert caught.value.code is Refusal.NO_LICENSED_PLACE
    assert till.look().life.stage is Stage.COUNTER_ACCEPTED
    clock.move(days=7)
    after = till.step(Step.SETTLE)
    assert (placed(after.place).facility, placed(after.place).week) == ("hazard", NEXT)


def test_a_hazard_that_is_left_for_recycling_needs_a_licensed_place_too(till: Till) -> None:
    for facility in ("hazard", None):
        till.received()
        till.step(Step.INSPECT, answers=SWOLLEN)
        place = placed(till.step(Step.DECLINE_RECYCLING).place)
        assert (place.facility, place.until) == (facility, None)
        if facility:
            till.erase()
            assert till.step(Step.RECYCLE).place == place
    till.erase()
    with pytest.raises(IllegalStep, match="licence"):
        till.step(Step.RECYCLE)


def test_of_many_who_accept_at_once_none_goes_where_there_is_no_room(make_shop: MakeShop) -> None:
    shop = make_shop()
    tills = [Till(shop) for _ in range(8)]
    for each in tills:
        each.quote()
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda each: placed(each.step(Step.ACCEPT).place), tills))
    assert sorted(str(each.facility) for each in places) == ["None"] * 5 + ["far"] * 2 + ["near"]
    assert [each.reason for each in places if not each.facility] == [Unplaced.FULL] * 5
    assert taken(tills[0]) == {"near": 1, "far": 2}


def test_a_step_that_cannot_be_written_reserves_nothing(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.quote()

    def crash(self: ReservationStore, made: PlaceMove) -> None:
        move(self, made)
        raise KeyboardInterrupt

    move = ReservationStore.move
    with monkeypatch.context() as patch:
        patch.setattr(ReservationStore, "move", crash)
        with pytest.raises(KeyboardInterrupt):
            till.step(Step.ACCEPT)
    assert (till.look().life.stage, till.look().place, taken(till)) == (Stage.OFFERED, None, {})
    assert placed(till.step(Step.ACCEPT).place).facility == "near"


def test_a_quote_that_was_accepted_before_there_were_places_gets_one_at_its_next_step(
    till: Till,
) -> None:
    accepted(till)
    with writing(till.shop.engine) as connection:
        unprotect(connection, "reservations", "delete")
        connection.execute(text("DELETE FROM reservations"))
    assert "facility" not in life_view(till.look(), now=till.shop.clock(), customer=False)
    assert placed(till.step(Step.RECEIVE).place).week == THIS


def test_places_are_neither_changed_nor_removed(till: Till) -> None:
    accepted(till)
    for change in ("UPDATE reservations SET facility = 'far'", "DELETE FROM reservations"):
        with (
            pytest.raises(IntegrityError, match="never changed"),
            writing(till.shop.engine) as connection,
        ):
            connection.execute(text(change))


def test_a_test_key_reserves_nothing_and_without_a_region_nobody_does(make_shop: MakeShop) -> None:
    shop = make_shop()
    tried = Till(shop, mode=Mode.TEST)
    tried.quote()
    after = tried.step(Step.ACCEPT)
    assert (after.place, taken(tried)) == (None, {})
    assert "facility" not in life_view(after, now=shop.clock(), customer=False)
    nowhere = Till(make_shop(region=""))
    assert accepted(nowhere).reason is Unplaced.NO_REGION
    told: Any = life_view(nowhere.look(), now=shop.clock(), customer=False)["facility"]
    assert (told["id"], told["reason"]["code"]) == (None, "no_region")
    assert "facility" not in life_view(nowhere.look(), now=shop.clock(), customer=True)
    agreed(nowhere, **SWOLLEN)
    with pytest.raises(IllegalStep) as caught:
        nowhere.step(Step.SETTLE)
    assert caught.value.code is Refusal.NO_LICENSED_PLACE, "a hazard goes to a licensed place alone"


def test_the_region_of_a_store_comes_before_that_of_the_installation(till: Till) -> None:
    _, store = make_merchant(till.shop.engine)
    clerk = make_clerk(till.shop.engine, store)
    somebody = Actor(role=Role.CLERK, id=f"clerk:{clerk.id}")
    for region, expected in (("west", "far"), ("north", None), ("", "near")):
        enter = Enrolment(engine=till.shop.engine, now=till.shop.clock(), entropy=FakeEntropy())
        enter.place(store=store.code, region=region, campus=None)
        assert region_of(
            till.shop.engine, actor="key:1", merchant=store.merchant_id, before=None
        ) == (region or None), "all its stores lie there"
        till.quote()
        place = placed(till.step(Step.ACCEPT, actor=somebody).place)
        assert place.facility == expected, region
        till.step(Step.DECLINE)
    assert till.look().place is None


def test_the_merchant_sees_the_facility_and_the_customer_a_kind_of_place(till: Till) -> None:
    accepted(till)
    held, now = till.look(), till.shop.clock()
    mine: Any = life_view(held, now=now, customer=False)["facility"]
    assert (mine["id"], mine["zh"], mine["km"], mine["week"]) == ("near", "近处", 10, THEN)
    assert "post" in mine["handling"]["ways"]
    theirs = life_view(held, now=now, customer=True)["facility"]
    assert theirs == {
        "kind": "resale_centre", "en": "a centre that resells devices", "zh": "转售中心"
    }  # fmt: skip
    till.step(Step.RECEIVE, actor=CLERK)
    hazard: Any = life_view(
        till.step(Step.INSPECT, answers=SWOLLEN), now=now, customer=False
    )["facility"]  # fmt: skip
    assert "post" not in hazard["handling"]["ways"]
    assert hazard["licences"] == ["damaged-battery"]
    listed = {each["id"]: each["weeks"] for each in facility_list(till.shop)}
    assert listed["hazard"] == [
        {"week": THIS, "places": 1, "taken": 1, "free": 0},
        {"week": NEXT, "places": 1, "taken": 0, "free": 1},
    ]
    accepted(till)
    listed = {each["id"]: each["weeks"] for each in facility_list(till.shop)}
    assert [(each["week"], each["taken"]) for each in listed["near"]] == [
        (THIS, 0), (NEXT, 0), (THEN, 1)
    ]  # fmt: skip
    bare = facility_list(till.shop, count=False)
    assert [each["week"] for each in bare[0]["weeks"]] == [THIS, NEXT]
