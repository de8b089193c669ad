"""Which facility may take a device, and which of them is nearest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.making import make_answers
from tests.facilities import BATTERY, HERE, make_consignment, make_facility
from valuation.domain.answers import complete
from valuation.domain.device import Category
from valuation.domain.disposition import Route
from valuation.domain.facilities import Facility, Licence, Unplaced, licences_needed, nearest

RESALE, SCRAP = Route.AS_IS, Route.DISMANTLE
FACILITIES = st.builds(
    make_facility,
    st.sampled_from("abcdef"), st.sampled_from(Route), weekly=st.integers(0, 2),
    km=st.integers(0, 5), licences=st.sampled_from([frozenset(), BATTERY]),
    categories=st.sampled_from([frozenset({Category.PHONE}), frozenset({Category.TABLET})]),
)  # fmt: skip


def test_the_nearest_that_is_allowed_and_has_room() -> None:
    facilities = [
        make_facility("far", RESALE, km=900), make_facility("full", RESALE, km=10),
        make_facility("scrap", SCRAP, km=1), make_facility("near", RESALE, km=20),
    ]  # fmt: skip
    found = nearest(
        facilities=facilities, consignment=make_consignment(), route=RESALE, taken={"full": 1}
    )
    assert isinstance(found, Facility)
    assert found.id == "near"


@pytest.mark.parametrize(
    ("facilities", "why"),
    [
        ([], Unplaced.NONE_KNOWN),
        ([make_facility("plain", SCRAP)], Unplaced.NO_LICENCE),
        ([make_facility("licensed", RESALE, licences=BATTERY)], Unplaced.NONE_ALLOWED),
        ([make_facility("full", SCRAP, weekly=0, licences=BATTERY)], Unplaced.FULL),
    ],
)
def test_without_a_facility_there_is_a_reason(facilities: list[Facility], why: Unplaced) -> None:
    hazard = make_consignment(licences=BATTERY)
    assert nearest(facilities=facilities, consignment=hazard, route=SCRAP, taken={}) is why


def test_a_region_that_nobody_serves_knows_no_facilities() -> None:
    elsewhere = make_consignment(region="elsewhere")
    facilities = [make_facility("plain", SCRAP)]
    found = nearest(facilities=facilities, consignment=elsewhere, route=SCRAP, taken={})
    assert found is Unplaced.NONE_KNOWN


@given(
    facilities=st.lists(FACILITIES, max_size=6, unique_by=lambda each: each.id),
    route=st.sampled_from(Route), licences=st.sampled_from([frozenset(), BATTERY]),
    taken=st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3)),
)  # fmt: skip
def test_what_is_found_is_licensed_open_to_it_and_has_room_and_nothing_nearer_or_plainer_is(
    facilities: list[Facility], route: Route, licences: frozenset[Licence], taken: dict[str, int]
) -> None:
    consignment = make_consignment(licences=licences)
    found = nearest(facilities=facilities, consignment=consignment, route=route, taken=taken)
    could = [
        (not each.licences <= licences, each.hauls[HERE].km)
        for each in facilities
        if route in each.routes and Category.PHONE in each.categories
        and (not licences or each.licences == BATTERY) and taken.get(each.id, 0) < each.weekly
    ]  # fmt: skip
    assert isinstance(found, Facility) == bool(could)
    if isinstance(found, Facility):
        assert (not found.licences <= licences, found.hauls[HERE].km) == min(could)
        assert licences <= found.licences


def test_any_answer_but_the_best_to_the_battery_needs_the_licence_and_so_does_none() -> None:
    assert licences_needed(make_answers().levels) == frozenset()
    assert licences_needed(make_answers(battery_safety="swollen").levels) == BATTERY
    assert licences_needed(complete(given={}, category=Category.PHONE).levels) == BATTERY
