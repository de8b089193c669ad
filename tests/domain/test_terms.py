"""Terms under which a worse answer could pay more are refused, each rule with its own case."""

from collections.abc import Callable

import pytest

from tests.domain.making import make_gate_rows, make_policy, make_terms
from valuation.domain.costs import Handling, PolicyRefused
from valuation.domain.device import Category
from valuation.domain.disposition import LeakyGates, Route, gate_table
from valuation.domain.terms import (
    Deductions,
    Job,
    Part,
    Repairs,
)

Steps = tuple[tuple[int, int], ...]


def deducted(*steps: tuple[int, int], question: str = "battery_health") -> Deductions:
    return Deductions({(question, ""): steps})


def repaired(*steps: tuple[int, int], question: str = "battery_health") -> Repairs:
    return Repairs({(question, "apple"): tuple((upto, Job(price)) for upto, price in steps)})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"quantile": 0.6}, "0.01 to 0.5"),
        ({"quantile": float("nan")}, "0.01 to 0.5"),
        # Below the lowest fitted level: a better answer that raises the median would lower it.
        ({"quantile": 0.005}, "0.01 to 0.5"),
        ({"step": 0}, "step starts at 1"),
        ({"validity_days": 0}, "within a day or more"),
        ({"widest": 9999}, "widest interval at 10000"),
        ({"goodwill": {Route.PARTS: -1}}, "cannot be negative"),
        # A stolen device must not be paid for.
        ({"goodwill": {Route.REFUSE: 1}}, "paid nothing"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(PolicyRefused, match=says):
        make_policy(**change)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: deducted((79, 500), (99, 600)), "a better answer is deducted more"),
        (lambda: deducted((79, 500), (79, 400), (99, 0)), "a better answer is deducted more"),
        (lambda: deducted((99, 10_001)), "0 to 10000"),
        (lambda: deducted((99, -1)), "0 to 10000"),
        # 85% would have no entry and be referred, while 75% gets an offer.
        (lambda: deducted((79, 500)), "its better answers have no row"),
        (lambda: deducted((0, 500), question="cosmetic_grade"), "have no row"),
        (lambda: repaired((79, 100), (99, 200)), "a worse fault is cheaper"),
        (lambda: repaired((99, -1)), "a repair cannot pay"),
        # A battery at 75% would get a new one, one at 85% would not.
        (lambda: repaired((79, 100)), "its better answers have no row"),
        (lambda: repaired((0, 100), question="display_works"), "have no row"),
    ],
)
def test_a_table_that_favours_a_worse_answer_is_refused(
    make: Callable[[], object], says: str
) -> None:
    with pytest.raises(PolicyRefused, match=says):
        make()


def test_handling_cannot_pay_nor_cost_more_than_the_value() -> None:
    with pytest.raises(PolicyRefused, match="cannot be negative"):
        Handling((("work", -1),))
    with pytest.raises(PolicyRefused, match="cannot be negative"):
        Handling((), (("selling", -1),))
    with pytest.raises(PolicyRefused, match="more than the whole value"):
        Handling((), (("selling", 6000), ("waiting", 4001)))


def test_a_part_cannot_be_worth_more_when_it_is_missing() -> None:
    with pytest.raises(PolicyRefused, match="cannot add to the value"):
        Part("display", -1, {"display_works": 2})


def test_the_parts_are_not_worth_more_than_the_device() -> None:
    parts = (Part("display", 6000, {"display_works": 2}), Part("board", 4001, {"mdm": 1}))
    with pytest.raises(PolicyRefused, match="worth more than the whole device"):
        make_terms(parts=parts)


def test_a_factor_to_sold_is_positive() -> None:
    with pytest.raises(PolicyRefused, match="must be positive"):
        make_terms(to_sold=0)


def test_materials_are_there_for_every_category() -> None:
    with pytest.raises(PolicyRefused, match="no materials for a tablet"):
        make_terms(materials={Category.PHONE: (0, 0, 0)})


@pytest.mark.parametrize("gate", make_gate_rows(), ids=lambda gate: f"{gate.question}-{gate.route}")
def test_a_hazard_a_lock_or_a_listing_whose_gate_is_missing_is_refused(gate: object) -> None:
    rows = [row for row in make_gate_rows() if row != gate]
    with pytest.raises(LeakyGates, match=r"no gate closes|at the worse level|no row"):
        make_terms(gates=gate_table(rows))


def test_a_deduction_of_the_category_counts_before_the_general_one() -> None:
    table = Deductions({("sim_lock", ""): ((0, 100),), ("sim_lock", "phone"): ((0, 900),)})
    kinds = (Category.PHONE, Category.TABLET)
    found = [table.share(question="sim_lock", level=0, category=it) for it in kinds]
    assert found == [900, 100]


def test_the_repair_of_the_longest_prefix_counts() -> None:
    prices = {"": 1, "apple": 2, "apple/iphone": 3}
    table = Repairs({("battery_health", slug): ((99, Job(it)),) for slug, it in prices.items()})
    devices = ("apple/iphone/iphone-13/128gb", "apple/ipad/ipad-9/64gb", "apples/x/y/z")
    found = [table.job(question="battery_health", level=1, device=it) for it in devices]
    assert found == [Job(3), Job(2), Job(1)]


def test_a_worse_fault_is_not_repaired_more_often() -> None:
    with pytest.raises(PolicyRefused, match="repaired more often"):
        Repairs({("battery_health", ""): ((50, Job(2, 9000)), (99, Job(1, 8000)))})
