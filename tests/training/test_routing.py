"""A stock goes to its facilities."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.facilities import BATTERY, HERE, make_consignment, make_facility
from training.choices import REUSE, Open, open_route
from training.routing import HELD, Figures, Routed, Waiting, route_stock
from valuation.domain.costs import Kept
from valuation.domain.dispatch import HAZARD, Dispatch, Instruction, Way
from valuation.domain.disposition import Effect, Gate, Route, RouteValue
from valuation.domain.facilities import Facility, Licence
from valuation.use_cases.stock import Outcome, Valuation

AS_IS, DONATE, PARTS, SCRAP = Route.AS_IS, Route.DONATE, Route.PARTS, Route.DISMANTLE
LICENCES = st.sampled_from([frozenset(), BATTERY])
OPEN = st.lists(
    st.tuples(st.sampled_from([AS_IS, PARTS, SCRAP]), st.integers(-900, 9000), st.integers(1, 90)),
    max_size=3,
    unique_by=lambda each: each[0],
).map(
    lambda drawn: [Open(way, worth, 0, lost if way in REUSE else 0) for way, worth, lost in drawn]
)


def device(line: int, *routes: Open, licences: frozenset[Licence] = frozenset()) -> Waiting:
    valuation = Valuation(line, str(line), Outcome.OFFER, "CNY")
    return Waiting(valuation, make_consignment(licences=licences), routes)


def routed(
    stock: list[Waiting], facilities: list[Facility], *, region: str = HERE, weeks: int = 1,
    dispatch: Dispatch | None = None,
) -> tuple[list[Routed], Figures]:  # fmt: skip
    return route_stock(
        stock, facilities, region=region, weeks=weeks, currency="CNY", dispatch=dispatch
    )


def test_four_devices_worked_by_hand() -> None:
    # Shop: resale, one place, 3.00 a device. Bench: parts, one place, 2.00. Works: dismantling and
    # licensed, two places, 6.00. In fen, what each brings there less the cost:
    #   1: as it is 1000.00 → 997.00; parts 400.00 → 398.00; metal 8.00 → 2.00
    #   2: as it is  900.00 → 897.00; parts 100.00 →  98.00; metal 8.00 → 2.00
    #   3: swollen: metal 8.00 → 2.00 and no other
    #   4: parts 50.00 → 48.00; metal 8.00 → 2.00
    # Best for each: 997 + 897 + 2 + 48 = 1,944. The shop has one place: 2 has it (897) and 1 the
    # bench (398), together 1,295, against 997 + 98 = 1,095. Then 4 goes to metal: 2.
    # 398 + 897 + 2 + 2 = 1,299; the capacities cost 645.
    shop = make_facility("shop", AS_IS, km=5, cost=300)
    bench = make_facility("bench", PARTS, km=9, cost=200)
    works = make_facility("works", SCRAP, km=80, cost=600, weekly=2, licences=BATTERY)
    metal = Open(SCRAP, 800)
    rows, figures = routed(
        [
            device(1, Open(AS_IS, 100_000), Open(PARTS, 40_000), metal),
            device(2, Open(AS_IS, 90_000), Open(PARTS, 10_000), metal),
            device(3, metal, licences=BATTERY),
            device(4, Open(PARTS, 5_000), metal),
        ],
        [works, bench, shop],
    )
    assert [(row.facility, row.expected) for row in rows] == [
        ("bench", 39_800), ("shop", 89_700), ("works", 200), ("works", 200),
    ]  # fmt: skip
    assert [row.flag for row in rows] == ["dismantle", "resale", "dismantle", "dismantle"]
    assert (figures.expected, figures.unlimited, figures.cost_of_capacity) == (
        129_900, 194_400, 64_500,
    )  # fmt: skip
    assert figures.taken == Counter(works=2, bench=1, shop=1)
    # First come, first served by the best route: 1 to the shop (997), 2 finds it full (nothing), 3
    # to the works (2), 4 to the bench (48): 1,047.
    assert figures.nearest_first == 104_700


def test_two_weeks_have_twice_the_places() -> None:
    shop = make_facility("shop", AS_IS)
    stock = [device(line, Open(AS_IS, 100)) for line in (1, 2, 3)]
    one, two = routed(stock, [shop])[1], routed(stock, [shop], weeks=2)[1]
    assert (one.taken["shop"], two.taken["shop"]) == (1, 2)
    assert (one.cost_of_capacity, two.cost_of_capacity) == (200, 100)


def test_without_a_facility_there_is_a_reason() -> None:
    waits = Waiting(Valuation(9, None, Outcome.REFERRAL, "CNY"), why_not="refused: listed")
    hazard = device(1, Open(SCRAP, 100), licences=BATTERY)
    plain = make_facility("plain", SCRAP)
    rows, figures = routed(
        [hazard, waits, device(2, Open(AS_IS, 5)), device(3, Open(SCRAP, 7)),
         device(4, Open(SCRAP, 6))],
        [plain],
    )  # fmt: skip
    assert [row.reason for row in rows] == [
        "no_licensed_facility", "refused: listed", "no_facility_may_take_it", None, "no_room",
    ]  # fmt: skip
    assert figures.reasons["refused"] == 1
    rows, figures = routed([hazard], [plain], region="elsewhere")
    assert [row.reason for row in rows] == ["no_facilities_known"]
    assert (figures.expected, figures.unlimited, figures.capacity) == (0, 0, {})


def test_a_device_is_held_exactly_where_waiting_costs_less_than_the_worse_route() -> None:
    # One place for resale. Each of three brings 900.00 there and loses 5.00 by waiting a week:
    # the first goes, the second brings 890.00 as parts and waits (895.00), the third 896.00: goes.
    shop, bench = make_facility("shop", AS_IS, weekly=1), make_facility("bench", PARTS, weekly=9)
    good = Open(AS_IS, 90_000, waits=500)
    stock = [device(1, good), device(2, good, Open(PARTS, 89_000)),
             device(3, good, Open(PARTS, 89_600))]  # fmt: skip
    rows, figures = routed(stock, [shop, bench])
    assert [row.facility or row.reason for row in rows] == ["shop", HELD, "bench"]
    assert (rows[1].route, rows[1].expected, rows[1].held_expected) == (None, None, 89_500)
    assert (figures.held, figures.held_expected, figures.cost_of_waiting) == (1, 89_500, 500)
    # 900 + 896 now; 3 * 900 without capacities: 4.00 by the worse route, 5.00 by waiting.
    assert (figures.expected, figures.unlimited) == (179_600, 270_000)
    assert figures.cost_of_capacity == 900
    # First come: 1 has the place; 2 and 3 find their best route full and wait.
    assert figures.nearest_first == 90_000 + 2 * 89_500
    assert figures.reuse_places == 1


def test_no_hazard_is_left_for_the_sake_of_money() -> None:
    licensed = make_facility("licensed", SCRAP, weekly=1, licences=BATTERY)
    works = make_facility("works", SCRAP, weekly=1)
    stock = [
        device(1, Open(SCRAP, 90_000)), device(2, Open(SCRAP, 80_000)),
        device(3, Open(SCRAP, -500), licences=BATTERY),
    ]  # fmt: skip
    rows, figures = routed(stock, [works, licensed])
    assert [row.facility for row in rows] == ["works", None, "licensed"]
    assert rows[1].reason == "no_room"
    assert figures.expected == 90_000 - 500


def test_no_place_for_reuse_is_left_empty_for_the_sake_of_waiting() -> None:
    shop = make_facility("shop", AS_IS, weekly=2, cost=300)
    stock = [
        device(line, Open(AS_IS, worth, waits=1)) for line, worth in enumerate((400, 350, 900))
    ]
    rows, figures = routed(stock, [shop])
    assert figures.taken["shop"] == 2
    assert sorted(row.reason or "" for row in rows) == ["", "", HELD]
    assert routed(stock[:2], [shop])[1].held == 0


def test_what_needs_a_licence_goes_to_parts_or_waits_for_no_room_is_not_held() -> None:
    works = make_facility("works", AS_IS, PARTS, SCRAP, weekly=0, licences=BATTERY)
    reuse = Open(AS_IS, 900, waits=1)
    rows, figures = routed(
        [device(1, reuse, licences=BATTERY), device(2, Open(PARTS, 900)), device(3, reuse)], [works]
    )
    # Nor is 3: that facility has no place in any week.
    assert [row.reason for row in rows] == ["no_room"] * 3
    assert (figures.held, figures.held_expected) == (0, 0)


def test_the_worst_place_of_what_costs_to_reuse_is_no_reason_to_hold_it() -> None:
    # Given away it costs 8.00, later a little more: a full place for that holds nothing.
    given = make_facility("given", DONATE, weekly=1)
    costs = [device(line, Open(DONATE, -800, waits=1)) for line in (1, 2)]
    rows, figures = routed(costs, [given])
    assert [row.facility or row.reason for row in rows] == ["given", "no_room"]
    wanted = [device(line, Open(DONATE, -800, give_up=900, waits=1)) for line in (1, 2)]
    rows, figures = routed(wanted, [given])
    assert [row.facility or row.reason for row in rows] == ["given", HELD]
    assert (figures.expected, figures.held_expected) == (-800, -801)


def test_waiting_costs_what_the_days_take_of_what_it_sells_for() -> None:
    # It keeps 76.10% of its value in a year: in 7 days it loses 23.90% * 7 / 365 = 0.4584% of the
    # 1,000.00 it sells for, 4.59 rounded up, whatever its costs leave of them.
    kept = Kept(7_220, 7_610, 8_620)
    as_is, parts = (
        RouteValue(route, 10, 5, 15, 0, (("sold", 100_000), ("costs", -99_990)))
        for route in (AS_IS, PARTS)
    )
    assert open_route(as_is, reuse=3, kept=kept, days=7) == Open(AS_IS, 10, 3, 459)
    assert open_route(as_is, reuse=3, kept=kept, days=0) == Open(AS_IS, 10, 3, 0)
    assert open_route(parts, reuse=3, kept=kept, days=7) == Open(PARTS, 10)
    given = RouteValue(DONATE, -800, -800, -800, 0, (("nothing", 0), ("costs", -800)))
    assert open_route(given, reuse=0, kept=kept, days=364).waits == 1


def test_a_row_tells_how_its_own_route_is_packed_and_carried() -> None:
    plain = Instruction((Way.COUNTER,), ("Box.", "盒"), ("Road.", "路"))
    hazard = Instruction((Way.COUNTER,), ("Drum.", "桶"), ("Van.", "车"))
    gate = Gate("battery_safety", 0, SCRAP, Effect.CONDITION, HAZARD, "", "")
    swollen = replace(device(1, Open(PARTS, 9), Open(SCRAP, 8)), conditions=(gate,))
    rows, _ = routed(
        [swollen, swollen, swollen],
        [make_facility("bench", PARTS), make_facility("works", SCRAP)],
        dispatch=Dispatch({"": plain, HAZARD: hazard}),
    )
    assert [(row.facility, row.packing_en, row.transport_zh) for row in rows] == [
        ("bench", "Box.", "路"), ("works", "Drum.", "车"), (None, None, None),
    ]  # fmt: skip


def test_of_two_routes_worth_the_same_reuse_has_the_device() -> None:
    both = make_facility("both", AS_IS, PARTS)
    rows, _ = routed([device(1, Open(AS_IS, 500), Open(PARTS, 500))], [both])
    assert rows[0].route == "resell-as-is"


def test_what_the_shop_gives_up_for_reuse_moves_devices_and_no_figure() -> None:
    both = make_facility("both", AS_IS, SCRAP, weekly=2, cost=10)
    routes = [Open(AS_IS, 500, give_up=300), Open(SCRAP, 800)]
    rows, figures = routed([device(1, *routes), device(2, *routes), device(3, *routes)], [both])
    assert [(row.route, row.expected) for row in rows[:2]] == [("resell-as-is", 490)] * 2
    assert (figures.expected, figures.unlimited, figures.nearest_first) == (980, 1470, 980)
    beyond = [Open(AS_IS, 499, give_up=300), Open(SCRAP, 800)]
    assert routed([device(1, *beyond)], [both])[0][0].route == "dismantle"
    apart = [make_facility("works", SCRAP), make_facility("shop", AS_IS)]
    within = [Open(AS_IS, 501, give_up=300), Open(SCRAP, 800)]
    assert routed([device(1, *within)], apart)[0][0].facility == "shop"


@settings(max_examples=60, deadline=None)
@given(
    stock=st.lists(st.tuples(OPEN, LICENCES), max_size=12),
    terms=st.lists(
        st.tuples(st.sampled_from([AS_IS, PARTS, SCRAP]), st.integers(0, 3), LICENCES,
                  st.integers(0, 500)),
        max_size=4,
    ),
)  # fmt: skip
def test_one_facility_or_a_reason_and_no_hazard_without_the_licence(
    stock: list[tuple[list[Open], frozenset[Licence]]],
    terms: list[tuple[Route, int, frozenset[Licence], int]],
) -> None:
    facilities = {
        str(number): make_facility(str(number), route, weekly=weekly, licences=licences, cost=cost)
        for number, (route, weekly, licences, cost) in enumerate(terms)
    }
    waiting = [
        device(line, *sorted(routes, key=lambda each: list(Route).index(each.route)), licences=need)
        for line, (routes, need) in enumerate(stock)
    ]
    rows, figures = routed(waiting, list(facilities.values()))
    assert [row.line for row in rows] == list(range(len(stock)))
    for row, (routes, need) in zip(rows, stock, strict=True):
        assert (row.facility is None) == (row.reason is not None) == (row.route is None)
        if row.facility is not None:
            assert need <= facilities[row.facility].licences
            assert row.route in {each.route for each in routes}
            assert row.route in facilities[row.facility].routes
    taken = Counter(row.facility for row in rows if row.facility)
    assert all(taken[name] <= facility.weekly for name, facility in facilities.items())
    assert figures.taken == taken
    held = [row for row in rows if row.reason == HELD]
    assert figures.held == len(held)
    assert figures.held_expected == sum(row.held_expected or 0 for row in held)
    assert all(not stock[row.line][1] for row in held), "a hazard is never held"
    free = [each for name, each in facilities.items() if taken[name] < each.weekly]
    for row in held:  # whatever place is left would bring it less
        there = [
            route.expected - each.hauls[HERE].cost
            for route in stock[row.line][0]
            for each in free
            if route.route in each.routes
        ]
        assert row.held_expected is not None
        assert row.held_expected >= max(there, default=row.held_expected)
    assert figures.cost_of_capacity >= 0
    if not any(need for _, need in stock):
        # To be left counts a minor unit less than its worst place, so each may give up one.
        assert figures.expected + figures.held_expected + len(rows) >= figures.nearest_first
