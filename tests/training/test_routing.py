"""A stock goes to its facilities."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.facilities import BATTERY, HERE, make_consignment, make_facility
from training.routing import Figures, Open, Routed, Waiting, route_stock
from valuation.domain.disposition import Route
from valuation.domain.facilities import Facility, Licence
from valuation.use_cases.stock import Outcome, Valuation

AS_IS, PARTS, SCRAP = Route.AS_IS, Route.PARTS, Route.DISMANTLE
LICENCES = st.sampled_from([frozenset(), BATTERY])
OPEN = st.lists(st.builds(Open, st.sampled_from([AS_IS, PARTS, SCRAP]), st.integers(-900, 9000),
                          st.just(0)),
                max_size=3, unique_by=lambda each: each.route)  # fmt: skip


def device(line: int, *routes: Open, licences: frozenset[Licence] = frozenset()) -> Waiting:
    valuation = Valuation(line, str(line), Outcome.OFFER, "CNY")
    return Waiting(valuation, make_consignment(licences=licences), routes)


def routed(
    stock: list[Waiting], facilities: list[Facility], *, region: str = HERE, weeks: int = 1
) -> tuple[list[Routed], Figures]:
    return route_stock(stock, facilities, region=region, weeks=weeks, currency="CNY")


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
    assert figures.cost_of_capacity >= 0
    # To be left counts a minor unit less than its worst place, so each may give up one.
    assert figures.expected + len(rows) >= figures.nearest_first
