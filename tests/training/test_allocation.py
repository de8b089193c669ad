"""Allocation under capacities: optimal, whole, never over a capacity."""

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training import allocation
from training.allocation import NOWHERE, Real, Whole, allocate, left_worth

NEVER = -np.inf
WORTH = st.one_of(st.just(NEVER), st.integers(-50, 300).map(float))


@st.composite
def stocks(draw: st.DrawFn, most: int) -> tuple[Real, Whole, Real]:
    """Worths of a few devices at a few facilities, the places there, and worths of being left."""
    facilities = draw(st.integers(1, 3))
    row = st.lists(WORTH, min_size=facilities, max_size=facilities)
    devices = draw(st.lists(row, min_size=1, max_size=most))
    places = draw(st.lists(st.integers(0, most), min_size=facilities, max_size=facilities))
    worth = np.array(devices)
    held = draw(st.lists(WORTH, min_size=len(worth), max_size=len(worth)))
    return worth, np.array(places, dtype=np.int64), np.maximum(left_worth(worth), held)


def worth_of(worth: Real, chosen: Whole, left: Real | None = None) -> float:
    """What a choice brings together."""
    left = left_worth(worth) if left is None else left
    here = [left[i] if j == NOWHERE else worth[i, j] for i, j in enumerate(chosen)]
    return float(np.sum(here))


def fits(capacity: Whole, chosen: Whole) -> bool:
    return all(np.sum(chosen == place) <= room for place, room in enumerate(capacity))


def greedy(worth: Real, capacity: Whole) -> Whole:
    """First come, first served: each device takes the best place that is left."""
    room, chosen = capacity.copy(), []
    for row in worth:
        open_ = np.where(room > 0, row, NEVER)
        best = int(open_.argmax())
        chosen.append(best if np.isfinite(open_[best]) else NOWHERE)
        if chosen[-1] != NOWHERE:
            room[best] -= 1
    return np.array(chosen, dtype=np.int64)


def test_worked_by_hand() -> None:
    # Facility 0 has one place, 1 has two. First come, first served: device 0 takes 100 at facility
    # 0, device 1 is left with 20 at facility 1, device 2 takes 15 there: 135. Better: device 1 to
    # facility 0 (95), device 0 to facility 1 (90), device 2 there too (15): 200.
    # Without capacities: 100 + 95 + 15 = 210, so they cost 10.
    worth = np.array([[100.0, 90.0], [95.0, 20.0], [NEVER, 15.0]])
    found = allocate(worth=worth, capacity=np.array([1, 2]))
    assert found.chosen.tolist() == [1, 0, 1]
    assert found.total == 200
    assert worth_of(worth, greedy(worth, np.array([1, 2]))) == 135
    assert worth.max(axis=1).sum() == 210


def test_a_device_that_costs_takes_a_free_place_and_no_place_of_another() -> None:
    # Both cost something to dismantle. What is left counts as its worst place and one minor unit
    # less: -5 and -10. With one place: -4 - 10 = -9 - 5 = -14. A third that brings 30 has the
    # place then: 30 - 5 - 10 = 15.
    costly = np.array([[-4.0], [-9.0]])
    assert allocate(worth=costly, capacity=np.array([2])).chosen.tolist() == [0, 0]
    assert allocate(worth=costly, capacity=np.array([1])).total == -14
    with_better = np.array([[-4.0], [-9.0], [30.0]])
    found = allocate(worth=with_better, capacity=np.array([1]))
    assert found.chosen.tolist() == [NOWHERE, NOWHERE, 0]
    assert found.total == 15


def test_equal_devices_are_dealt_in_their_order() -> None:
    worth = np.array([[7.0, 5.0]] * 5)
    found = allocate(worth=worth, capacity=np.array([2, 2]))
    assert found.chosen.tolist() == [0, 0, 1, 1, NOWHERE]
    assert found.total == 7 + 7 + 5 + 5 - 1


@settings(max_examples=60, deadline=None)
@given(stocks(most=5))
def test_equals_the_best_of_every_way_there_is(stock: tuple[Real, Whole, Real]) -> None:
    worth, capacity, left = stock
    ways = (np.array(way) for way in product(range(-1, len(capacity)), repeat=len(worth)))
    possible = [way for way in ways if fits(capacity, way)]
    for told in (None, left):
        found = allocate(worth=worth, capacity=capacity, left=told)
        best = max(worth_of(worth, way, told) for way in possible)
        assert found.total == worth_of(worth, found.chosen, told) == best


@settings(max_examples=40, deadline=None)
@given(stocks(most=40))
def test_never_over_a_capacity_never_where_it_may_not_go_never_under_greedy(
    stock: tuple[Real, Whole, Real],
) -> None:
    worth, capacity, _ = stock
    found = allocate(worth=worth, capacity=capacity)
    assert len(found.chosen) == len(worth)
    assert fits(capacity, found.chosen)
    assert np.isfinite(worth_of(worth, found.chosen))
    assert found.total >= worth_of(worth, greedy(worth, capacity))


@pytest.mark.parametrize("seed", range(4))
def test_a_large_stock_by_near_prices_first_is_as_good_as_all_at_once(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    worth = np.rint(rng.lognormal(8, 1, 600))[:, None] * np.array([1.0, 0.75, 0.0625])
    worth = np.rint(worth * rng.uniform(0.9, 1.1, worth.shape)) - 300
    worth[rng.random(worth.shape) < 0.2] = NEVER
    capacity = np.array([150, 200, 100])
    held = np.maximum(left_worth(worth), np.floor(worth[:, 0] * 0.995))  # as if for a week
    lefts = (left_worth(worth), held)
    whole = [allocate(worth=worth, capacity=capacity, left=left) for left in lefts]
    monkeypatch.setattr(allocation, "AT_ONCE", 40)
    for left, at_once in zip(lefts, whole, strict=True):
        guessed = allocate(worth=worth, capacity=capacity, left=left)
        assert guessed.total == at_once.total == worth_of(worth, guessed.chosen, left)
        assert fits(capacity, guessed.chosen)


def test_facilities_equal_but_for_their_haul_leave_few_devices_to_the_solver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Every device is tied between the two at the right prices: given whole to the solver, tens of
    # thousands of such devices take it minutes.
    rng = np.random.default_rng(2)
    near = np.rint(rng.lognormal(11, 1, 20_000))
    parts = np.rint(near * rng.uniform(0.1, 0.4, len(near)))
    worth = np.column_stack([near, near - 177, parts])
    capacity = np.array([6_000, 3_000, 2_000])
    given, solved = [], allocation._optimum

    def counted(kinds: allocation._Kinds, room: Real) -> tuple[Real, Real]:
        given.append(len(kinds.supply))
        return solved(kinds, room)

    monkeypatch.setattr(allocation, "_optimum", counted)
    found = allocate(worth=worth, capacity=capacity)
    assert found.total == worth_of(worth, found.chosen)
    assert fits(capacity, found.chosen)
    assert max(given) < 8_000, given


def test_a_hundred_thousand_different_devices_take_less_than_a_minute() -> None:
    # Of one core's time, so that a machine that does other things besides does not fail it.
    rng = np.random.default_rng(1)
    worth = np.rint(rng.lognormal(10, 1, 100_000))[:, None] * np.array(
        [1, 0.9, 0.6, 0.5, 0.05, 0.04]
    )
    worth = np.rint(worth * rng.uniform(0.9, 1.1, (len(worth), 1)) - rng.uniform(500, 5000, 6))
    worth[rng.random(worth.shape) < 0.3] = NEVER
    capacity = rng.multinomial(80_000, np.full(6, 1 / 6))
    held = np.maximum(left_worth(worth), np.floor(worth[:, 0] * 0.995))
    for left, places in ((left_worth(worth), capacity), (held, capacity // 20)):
        started = time.process_time()
        found = allocate(worth=worth, capacity=places, left=left)
        took = time.process_time() - started
        assert fits(places, found.chosen)
        assert found.total == worth_of(worth, found.chosen, left)
        assert found.total > worth_of(worth, greedy(worth, places), left)
        assert took < 60, took


def test_no_device_and_no_place_are_no_error() -> None:
    assert allocate(worth=np.empty((0, 2)), capacity=np.array([1, 1])).total == 0
    assert allocate(worth=np.array([[5.0]]), capacity=np.array([0])).chosen.tolist() == [NOWHERE]
