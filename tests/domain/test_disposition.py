"""Where a device may go: gates worked by hand over the shipped table, and the choice of a route."""

from datetime import date

import pytest

from tests.domain.making import make_answers, make_gate
from valuation.domain.disposition import (
    FLAGS,
    Effect,
    Flag,
    Gates,
    LeakyGates,
    Route,
    RouteValue,
    choose,
    gate_table,
)
from valuation.tables import readings
from valuation.tables.book import load_book

DAY = date(2026, 11, 20)
REUSE = {Route.AS_IS, Route.REFURBISH, Route.DONATE}


@pytest.fixture(scope="module")
def gates() -> Gates:
    return readings.gates(load_book().table("gates", DAY))


def closed(gates: Gates, **answers: object) -> set[Route]:
    return set(gates.closed(make_answers(**answers).levels))


def value(route: Route, expected: int, *, open_: bool = True) -> RouteValue:
    by = () if open_ else (make_gate("mdm", 0, route),)
    return RouteValue(route, expected, expected, expected, 0, (), by)


REFUSE = value(Route.REFUSE, 0)


def test_a_device_without_a_fault_may_go_anywhere(gates: Gates) -> None:
    assert closed(gates) == set()


def test_a_stolen_device_goes_nowhere(gates: Gates) -> None:
    assert closed(gates, block_list="listed") == set(Route) - {Route.REFUSE}


@pytest.mark.parametrize("lock", [{"activation_lock": "on"}, {"mdm": "enrolled"}])
def test_a_lock_leaves_parts_and_dismantling(gates: Gates, lock: dict[str, object]) -> None:
    assert closed(gates, **lock) == REUSE


def test_a_swollen_battery_leaves_dismantling_with_the_hazard_named(gates: Gates) -> None:
    levels = make_answers(battery_safety="swollen").levels
    assert set(gates.closed(levels)) == REUSE | {Route.PARTS}
    (condition,) = gates.conditions(levels, Route.DISMANTLE)
    assert condition.code == "battery_hazard"
    assert "no post" in condition.en


def test_a_wet_device_is_dismantled_too_even_by_a_table_that_does_not_name_it(gates: Gates) -> None:
    assert closed(gates, battery_safety="wet") == REUSE | {Route.PARTS}
    older = gate_table([each for rows in gates.rows.values() for each in rows if each.level == 0])
    assert closed(older, battery_safety="wet") == closed(older, battery_safety="swollen") != set()


def test_what_the_shop_gives_up_for_reuse_changes_the_route_and_has_a_limit() -> None:
    routes = [value(Route.AS_IS, 700), value(Route.DONATE, 690), value(Route.PARTS, 1000), REFUSE]
    assert choose(routes).route is Route.PARTS
    assert choose(routes, give_up=299).route is Route.PARTS
    assert choose(routes, give_up=300).route is Route.AS_IS
    closed_ = [value(Route.AS_IS, 1000, open_=False), value(Route.PARTS, 0), REFUSE]
    assert choose(closed_, give_up=10**9).route is Route.PARTS


def test_data_that_is_not_yet_erased_is_a_condition_and_closes_nothing(gates: Gates) -> None:
    levels = make_answers(erasure="pending").levels
    assert gates.closed(levels) == {}
    (condition,) = gates.conditions(levels, Route.AS_IS)
    assert condition.code == "erase_before_settlement"


def test_data_that_cannot_be_erased_closes_resale(gates: Gates) -> None:
    levels = make_answers(erasure="impossible").levels
    assert set(gates.closed(levels)) == REUSE
    assert [g.code for g in gates.conditions(levels, Route.PARTS)] == ["destroy_storage"]


def test_a_device_without_power_cannot_be_erased_and_is_not_resold(gates: Gates) -> None:
    assert closed(gates, powers_on="no") == REUSE


def test_several_gates_each_say_why(gates: Gates) -> None:
    met = gates.closed(make_answers(mdm="enrolled", activation_lock="on").levels)
    codes = [gate.code for gate in met[Route.AS_IS]]
    assert codes == ["activation_lock_found", "mdm_found"]


def test_a_gate_that_a_worse_answer_opens_is_leaky() -> None:
    with pytest.raises(LeakyGates, match="erasure closes parts at level 1 but not at the worse"):
        gate_table([make_gate("erasure", 1, Route.PARTS)])


def test_a_worse_answer_that_only_sets_a_condition_does_not_keep_a_gate_closed() -> None:
    rows = [
        make_gate("erasure", 1, Route.PARTS),
        make_gate("erasure", 0, Route.PARTS, Effect.CONDITION),
    ]
    with pytest.raises(LeakyGates):
        gate_table(rows)


def test_a_gate_may_close_at_every_worse_level() -> None:
    table = gate_table([make_gate("erasure", level, Route.PARTS) for level in (1, 0)])
    assert set(table.closed({"erasure": 0})) == {Route.PARTS}
    assert table.closed({"erasure": 2}) == {}


def test_to_refuse_cannot_be_closed() -> None:
    with pytest.raises(LeakyGates, match="cannot be closed"):
        gate_table([make_gate("mdm", 0, Route.REFUSE)])


def test_a_battery_gate_must_name_every_worse_percentage() -> None:
    with pytest.raises(LeakyGates, match="battery_health closes"):
        gate_table([make_gate("battery_health", 50, Route.AS_IS)])


def test_the_best_open_route_is_chosen() -> None:
    routes = [value(Route.AS_IS, 900, open_=False), value(Route.PARTS, 300), REFUSE]
    assert choose([*routes[:1], value(Route.REFURBISH, 500), *routes[1:]]).expected == 500
    assert choose(routes).route is Route.PARTS


def test_a_tie_goes_to_reuse() -> None:
    routes = [value(route, 500) for route in list(Route)[:4]]
    assert choose([*routes, REFUSE]).route is Route.AS_IS


def test_a_route_that_loses_money_is_still_better_than_to_refuse() -> None:
    assert choose([value(Route.DISMANTLE, -5), REFUSE]).route is Route.DISMANTLE


def test_refused_where_every_other_route_is_closed() -> None:
    shut = [value(route, 500, open_=False) for route in list(Route)[:4]]
    assert choose([*shut, REFUSE]).route is Route.REFUSE


def test_the_flag_follows_the_route() -> None:
    assert [FLAGS[route] for route in Route] == [
        Flag.RESALE, Flag.RESALE, Flag.RESALE, Flag.DISMANTLE, Flag.DISMANTLE, Flag.NONE,
    ]  # fmt: skip
