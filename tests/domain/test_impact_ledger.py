"""The ledger of impact: a chain that shows every change, and sums that add up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.impact_making import MILLIGRAMS, NOON, chain, head, make_counted, many_counted
from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.impact_ledger import (
    GENESIS,
    OUTCOMES,
    Cause,
    Counted,
    Outcome,
    Span,
    UnreadableEntry,
    countered,
    faults,
    linked,
    read,
    spelled,
    standing,
)
from valuation.domain.impact_totals import NOTHING, Totals, together, total


def test_225_000_devices_of_160_4_grams_are_36_1_tonnes() -> None:
    devices = (make_counted(n, outcome=Outcome.DISMANTLED) for n in range(225_000))
    found = total(devices)
    assert found.count == found.devices[Outcome.DISMANTLED] == 225_000
    assert found.weight_mg == 225_000 * MILLIGRAMS == 36_090_000_000
    assert round(found.weight_mg / 10**9, 1) == 36.1  # tonnes


@given(many_counted())
def test_an_entry_is_read_as_it_was_spelled(entries: list[Counted]) -> None:
    for seq, each in enumerate(entries):
        assert read(spelled(each, seq=seq)) == each


@given(many_counted())
def test_a_chain_as_it_was_written_has_no_fault(entries: list[Counted]) -> None:
    links = chain(entries)
    assert list(faults(links, head=head(links))) == []


@given(many_counted(least=1), st.data())
def test_changing_removing_or_adding_one_is_found(
    entries: list[Counted], data: st.DataObject
) -> None:
    links = chain(entries)
    place = data.draw(st.integers(0, len(links) - 1))
    link, rest = links[place], (links[:place], links[place + 1 :])
    heavier = replace(read(link.body), quote="qt_other")
    forged = (
        link._replace(body=link.body + " "),
        link._replace(body=spelled(heavier, seq=link.seq)),
        link._replace(hash="0" * 64),
        linked(heavier, after=head(links[:place])),  # with a hash that fits what is before it
    )
    for each in forged:
        assert list(faults([*rest[0], each, *rest[1]], head=head(links))) != []
    assert list(faults([*rest[0], *rest[1]], head=head(links))) != []
    assert list(faults([*rest[0], link, link, *rest[1]], head=head(links))) != []


def test_another_order_is_found() -> None:
    links = chain(map(make_counted, range(4)))
    for order in permutations(links):
        if list(order) != links:
            assert list(faults(order, head=head(links))) != []
            renumbered = [link._replace(seq=place) for place, link in enumerate(order, 1)]
            assert list(faults(renumbered, head=head(links))) != []


@pytest.mark.parametrize("left", [0, 1, 2])
def test_an_end_that_was_cut_off_is_found(left: int) -> None:
    links = chain(map(make_counted, range(3)))
    assert "ends" in next(faults(links[:left], head=head(links))).what


def test_a_body_that_is_no_entry_is_told() -> None:
    forged = linked(make_counted(), after=GENESIS)._replace(body="{}")
    assert any("no entry" in fault.what for fault in faults([forged], head=GENESIS))
    with pytest.raises(UnreadableEntry):
        read('{"seq":1,"schema":2}')


@given(many_counted())
def test_the_parts_of_every_view_add_up_to_the_whole(entries: list[Counted]) -> None:
    whole = total(entries)
    keys: list[Callable[[Counted], str]] = [
        lambda each: each.merchant, lambda each: each.store or "", lambda each: each.region,
        lambda each: f"{each.at:%Y-%m}", lambda each: each.campus or "",
    ]  # fmt: skip
    for key in keys:
        names = {key(each) for each in entries}
        parts = [total(each for each in entries if key(each) == name) for name in names]
        assert together(parts) == whole
        assert sum(each.count for each in parts) == whole.count
        assert sum(each.weight_mg for each in parts) == whole.weight_mg
        for place in range(3):
            assert sum(each.co2e_g[place] for each in parts) == whole.co2e_g[place]
            for metal, span in whole.metals_ug.items():
                found = [each.metals_ug.get(metal, NOTHING)[place] for each in parts]
                assert sum(found) == span[place]


@given(many_counted())
def test_what_is_taken_back_leaves_nothing(entries: list[Counted]) -> None:
    credited = [each for each in entries if not each.counter]
    back = [countered(each, cause=Cause.RETURNED, actor="m", at=NOON) for each in credited]
    left = total([*credited, *back])
    assert left == Totals(
        devices=dict.fromkeys(Outcome, 0),
        metals_ug=dict.fromkeys(left.metals_ug, NOTHING),
        reversed=len(credited),
    )
    assert left.reuse_rate is None


def test_a_counter_entry_names_the_day_and_reason_of_its_own() -> None:
    later = NOON + timedelta(days=3)
    cause = Cause.RETURNED_BY_BUYER
    back = countered(make_counted(), cause=cause, actor="manager-1", at=later)
    assert back == make_counted(cause=cause, actor="manager-1", at=later, counter=True)


def test_of_a_device_that_went_several_ways_the_last_one_counts() -> None:
    credit, later = make_counted(), make_counted(outcome=Outcome.DISMANTLED, cause=Cause.REROUTED)
    back = countered(credit, cause=Cause.RESALE_FAILED, actor="m", at=NOON)
    for entries, counts in (
        ([], None), ([credit], credit), ([credit, back], None), ([credit, back, later], later),
    ):  # fmt: skip
        assert standing(entries) == counts


def test_entries_of_before_there_were_campuses_are_spelled_as_they_were() -> None:
    body = (
        '{"actor":"clerk-1","at":"2026-11-20T04:00:00Z","category":"phone","cause":"settled",'
        '"co2e_g":[4600,12300,20000],"counter":false,"data":"demo","factors":{"impact-factors":"'
        + "f" * 64 + '"},"merchant":"shop-1","metals_ug":{},"outcome":"reused","quote":"qt_'
        '00000000000000000000000001","region":"CN","schema":1,"seq":1,"store":null,'
        '"weighed":false,"weight_mg":160400}'
    )  # fmt: skip
    assert read(body) == make_counted()
    assert linked(read(body), after=GENESIS).body == body
    campus = make_counted(campus="North Campus")
    assert read(linked(campus, after=GENESIS).body) == campus


def test_the_reuse_rate_and_what_is_not_known_are_counted() -> None:
    found = total([
        make_counted(1), make_counted(2, co2e_g=None, weighed=True),
        make_counted(3, outcome=Outcome.REFURBISHED, weight_mg=None),
        make_counted(4, outcome=Outcome.DISMANTLED, co2e_g=None,
                     metals_ug={"gold": Span(9_700, 10_000, 34_000)}),
    ])  # fmt: skip
    assert found.reuse_rate == 7_500
    assert (found.unweighed, found.table_weights, found.without_co2e) == (1, 2, 1)
    assert found.weight_mg == 3 * MILLIGRAMS
    assert found.co2e_g == Span(9_200, 24_600, 40_000)
    assert found.metals_ug == {"gold": Span(9_700, 10_000, 34_000)}


def test_every_route_on_which_a_device_goes_somewhere_has_an_outcome() -> None:
    assert set(OUTCOMES) == {route for route in Route if FLAGS[route] is not Flag.NONE}
