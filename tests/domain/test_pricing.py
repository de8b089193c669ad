"""Each route worked by hand, with the sums in the test; amounts in fen (CNY 1 is 100)."""

from dataclasses import replace

from tests.domain.making import Worth, make_appraisal, make_policy, make_state, make_terms
from valuation.domain.costs import Depreciation, Fading, Handling, Kept, Total
from valuation.domain.device import Category
from valuation.domain.disposition import Route, RouteValue, choose
from valuation.domain.pricing import BEFORE_RANGES, Appraisal, Statistic
from valuation.domain.questions import Known
from valuation.domain.states import State, layout_of
from valuation.domain.terms import (
    Deductions,
    Job,
    Part,
    Repairs,
)

PERFECT = make_state()
GRADES = [make_state(cosmetic_grade=grade) for grade in "EDCBA"]
CRACKED = make_state(display_works="cracked")


def route(appraisal: Appraisal, name: Route, state: State = PERFECT) -> RouteValue:
    return next(r for r in appraisal.routes(state) if r.route is name)


def test_resale_as_it_is() -> None:
    # Worth 2,000.00; cautious 80% = 1,600.00. Test 20.00, selling 5.35% and waiting 1.5% = 6.85%.
    handling = Handling((("test", 2000),), (("selling", 535), ("waiting", 150)))
    dear = Handling((("work", 10_000),), handling.shares)
    costs = {Route.AS_IS: handling, Route.REFURBISH: dear}
    appraisal = make_appraisal(make_terms(handling=costs))
    # 160000 - 2000 - 10960 = 147040 for the cautious net; 200000 - 2000 - 13700 = 184300 expected.
    found = route(appraisal, Route.AS_IS)
    assert found.expected == 184_300
    assert found.low == 147_040
    # High is 130%: 260000 - 2000 - 17810 = 240190. The offer leaves 10%: 147040 * 0.9 = 132336.
    assert found.high == 240_190
    assert found.offer == appraisal.offer(PERFECT) == 132_336
    assert appraisal.rounded(PERFECT) == 132_300


def test_the_parts_of_a_routes_value_add_up_to_it() -> None:
    handling = Handling((("test", 2001),), (("selling", 333), ("waiting", 333), ("warranty", 1)))
    found = route(make_appraisal(make_terms(handling={Route.AS_IS: handling})), Route.AS_IS)
    assert sum(amount for _, amount in found.parts) == found.expected
    # 6.67% of 200000 is 13340: by largest remainder 6660 + 6660 + 20.
    assert dict(found.parts)["selling"] == -6660


def test_refurbishing_a_cracked_display() -> None:
    # Whole 2,000.00, cracked 700.00 less; the display costs 300.00 and the work 30.00.
    terms = make_terms(
        repairs=Repairs({("display_works", ""): ((0, Job(40_000)), (1, Job(30_000)))}),
        handling={Route.REFURBISH: Handling((("work", 3000),))},
    )
    appraisal = make_appraisal(terms, Worth(losses={"display_works": 70_000}))
    # Expected: 200000 - 3000 - 30000 = 167000 against 130000 as it is: refurbish.
    assert route(appraisal, Route.REFURBISH, CRACKED).expected == 167_000
    assert choose(appraisal.routes(CRACKED)).route is Route.REFURBISH
    # Offer: 160000 - 3000 - 30000 = 127000 less 10% = 114300, above 104000 less 10% as it is.
    assert appraisal.offer(CRACKED) == 114_300


def test_one_repair_in_ten_fails_and_leaves_the_parts() -> None:
    terms = make_terms(
        repairs=Repairs({("display_works", ""): ((1, Job(30_000, 9000)),)}),
        parts=(Part("cameras", 500, {"cameras_work": 1}),),
        handling={},
    )
    appraisal = make_appraisal(terms, Worth(losses={"display_works": 70_000}))
    # Nine in ten are worth 200000, one its cameras' 5%, 10000: 181000, less the repair's 30000.
    found = route(appraisal, Route.REFURBISH, CRACKED)
    assert found.expected == 151_000
    assert dict(found.parts)["repairs that fail"] == -19_000
    assert sum(amount for _, amount in found.parts) == found.expected


def test_on_the_shelf_a_device_loses_what_its_like_loses() -> None:
    terms = make_terms(
        handling={Route.AS_IS: Handling(shelf=(("waiting on the shelf", 73),))},
        depreciation=Depreciation({"": Kept(6000, 6500, 8000)}),
    )
    # 35% a year for a fifth of one: 7% of 200000.
    assert dict(route(make_appraisal(terms), Route.AS_IS).parts)["waiting on the shelf"] == -14_000


def test_where_sales_tell_how_it_ages_the_shelf_is_theirs_and_the_offer_stays_the_tables() -> None:
    shelf = Handling(shelf=(("waiting on the shelf", 18),), cheapest=Total(days=9))
    terms = make_terms(handling={Route.AS_IS: shelf})
    by_table = make_appraisal(terms)
    sold = by_table.tariff.handling_at(Fading(10, 10, 10, 100, 90))
    by_sales = replace(by_table, handling=sold)
    # A tenth in 90 days: 2% of 200000 in 18 days, 1% of 260000 in 9.
    found = route(by_sales, Route.AS_IS)
    assert dict(found.parts)["waiting on the shelf"] == -4000
    assert (found.expected, found.high) == (196_000, 257_400)
    # 40% a year by the table: 1.98% of 160000, rounded up, and 90% of what is left.
    assert found.offer == route(by_table, Route.AS_IS).offer == 141_148


def test_waiting_takes_at_most_what_other_shares_leave() -> None:
    shelf = Handling(shares=(("selling", 1000),), shelf=(("waiting", 100),))
    total = shelf.of_device(Fading(100, 100, 100, 100, 90))
    assert (total.usual.share, dict(total.shares)["waiting"]) == (10_000, 9000)
    assert total.usual.of(200) == 200
    assert total.dearest is not None
    assert total.dearest.of(200) == 200


def test_the_ends_of_a_route_are_those_of_its_price_and_of_its_costs() -> None:
    job = Job(30_000, low=20_000, high=50_000)
    work = Handling(
        (("work", 3000),), (("warranty", 200),), (("waiting", 73),),
        cheapest=Total(2000, 100, 0), dearest=Total(5000, 400, 146),
    )  # fmt: skip
    terms = make_terms(
        repairs=Repairs({("display_works", ""): ((1, job),)}),
        handling={Route.REFURBISH: work, Route.DONATE: Handling((("giving", 800),), (), (),
                                                                Total(300), Total(2000))},
        depreciation=Depreciation({"": Kept(6000, 6500, 8000)}),
    )  # fmt: skip
    appraisal = make_appraisal(terms, Worth(losses={"display_works": 70_000}))
    found = route(appraisal, Route.REFURBISH, CRACKED)
    # 200000 less 2% + 7% (35% a year, a fifth of one): 182000 - 3000 - 30000.
    assert found.expected == 149_000
    # 160000 less 4% + 16% (40% a year, two fifths): 128000 - 5000 - 50000, and 104000 as it is
    # would leave 83200 - 5000.
    assert found.low == 78_200
    # 260000 less 1%: 257400 - 2000 - 20000.
    assert found.high == 235_400
    given = route(appraisal, Route.DONATE)
    assert (given.low, given.expected, given.high) == (-2000, -800, -300)
    before = replace(appraisal, rules=BEFORE_RANGES)
    assert [
        (each.low, each.expected, each.high)
        for each in (route(before, Route.REFURBISH, CRACKED), route(before, Route.DONATE))
    ] == [(112_600, 149_000, 203_600), (-800, -800, -800)]
    assert before.offer(CRACKED) == appraisal.offer(CRACKED)


def test_a_donation_brings_nothing_costs_its_handling_and_is_a_route_only_where_that_is_known() -> (
    None
):
    terms = make_terms(handling={Route.DONATE: Handling((("handing over", 800),))})
    donated = route(make_appraisal(terms), Route.DONATE)
    assert (donated.expected, donated.offer) == (-800, 0)
    plain = make_appraisal(make_terms(handling={}))
    assert Route.DONATE not in [each.route for each in plain.routes(PERFECT)]


def test_a_cracked_display_that_nobody_repairs_is_sold_as_it_is() -> None:
    terms = make_terms(handling={Route.REFURBISH: Handling((("work", 3000),))})
    appraisal = make_appraisal(terms, Worth(losses={"display_works": 70_000}))
    # To refurbish without a repair is resale less the work: 130000 - 3000 = 127000.
    assert route(appraisal, Route.REFURBISH, CRACKED).expected == 127_000
    assert choose(appraisal.routes(CRACKED)).route is Route.AS_IS


def test_a_battery_is_replaced_alone_where_the_rest_costs_more_than_it_brings() -> None:
    worn = make_state(battery_health=70, display_works="no")
    repairs = Repairs(
        {("battery_health", ""): ((99, Job(9000)),), ("display_works", ""): ((1, Job(90_000)),)}
    )
    worth = Worth(losses={"battery_health": 1000, "display_works": 5000})
    appraisal = make_appraisal(make_terms(repairs=repairs), worth)
    # As it is 200000 - 30 * 1000 - 2 * 5000 = 160000; a new battery: 190000 - 9000 = 181000.
    assert route(appraisal, Route.REFURBISH, worn).expected == 181_000


def test_what_the_parts_bring() -> None:
    parts = (Part("display", 1000, {"display_works": 2}), Part("cameras", 500, {"cameras_work": 1}))
    handling = {Route.PARTS: Handling((("harvest", 3500),), (("selling", 1000),))}
    appraisal = make_appraisal(make_terms(parts=parts, handling=handling))
    # 15% of 200000 = 30000, less 10% selling 3000 and 3500 of work = 23500.
    assert route(appraisal, Route.PARTS).expected == 23_500
    # A cracked display is no part to sell: 5% = 10000 - 1000 - 3500 = 5500.
    assert route(appraisal, Route.PARTS, CRACKED).expected == 5500


def test_a_part_that_needs_a_question_not_asked_of_tablets_is_there() -> None:
    tablet = make_state(Category.TABLET)
    terms = make_terms(parts=(Part("board", 1000, {"sim_lock": 1}),))
    assert route(make_appraisal(terms, category=Category.TABLET), Route.PARTS, tablet).expected == (
        20_000
    )


def test_dismantling_for_the_metal() -> None:
    terms = make_terms(
        materials=dict.fromkeys(Category, (1690, 1880, 6000)),
        handling={Route.DISMANTLE: Handling((("work", 1240),))},
    )
    found = route(make_appraisal(terms), Route.DISMANTLE)
    # 18.80 - 12.40 = 6.40 typically, 4.50 at the least, of which 90% is paid: 4.05.
    assert (found.low, found.expected, found.high, found.offer) == (450, 640, 4760, 405)


def test_another_metal_price_moves_the_route_of_metals_and_no_other() -> None:
    before, after = (
        make_appraisal(make_terms(materials=dict.fromkeys(Category, figures)))
        for figures in ((1690, 1880, 6000), (16_900, 18_800, 60_000))
    )
    for state in (PERFECT, CRACKED, make_state(battery_safety="wet")):
        pairs = zip(before.routes(state), after.routes(state), strict=True)
        assert [one.route for one, other in pairs if one != other] == [Route.DISMANTLE]


def test_a_route_that_costs_more_than_it_brings_pays_nothing() -> None:
    terms = make_terms(handling={route: Handling((("work", 500_000),)) for route in Route})
    appraisal = make_appraisal(terms)
    assert appraisal.offer(PERFECT) == 0
    assert all(found.offer == 0 for found in appraisal.routes(PERFECT))


def test_goodwill_is_paid_where_the_route_brings_less_and_only_while_it_is_open() -> None:
    policy = make_policy(goodwill={Route.AS_IS: 5000})
    broken = make_appraisal(make_terms(policy=policy), Worth(whole=0))
    assert broken.offer(PERFECT) == 5000
    assert broken.offer(make_state(mdm="enrolled")) == 0


def test_a_closed_route_pays_nothing_and_keeps_its_value_for_the_merchant() -> None:
    locked = make_state(activation_lock="on")
    found = route(make_appraisal(), Route.AS_IS, locked)
    assert (found.open, found.offer, found.expected) == (False, 0, 200_000)


def test_an_answer_that_no_sale_taught_is_deducted_from_the_table() -> None:
    table = Deductions({("sim_lock", ""): ((0, 1000),), ("battery_health", ""): ((99, 500),)})
    taught = {"cosmetic_grade": Known(0, 4)}
    appraisal = make_appraisal(make_terms(deductions=table), taught=taught)
    locked = make_state(sim_lock="locked", battery_health=90)
    # 200000 * 0.90 * 0.95 = 171000, in one division.
    assert appraisal.resale_value(locked, Statistic.EXPECTED) == 171_000
    assert appraisal.assessed(locked).undeducted == ()


def test_an_answer_better_than_any_sale_knew_is_worth_more_by_the_table() -> None:
    table = Deductions({("cosmetic_grade", ""): ((0, 6200), (1, 4200), (2, 2500), (3, 1000))})
    taught = {"cosmetic_grade": Known(2, 3)}  # sales knew C and B, the model prices A as B
    appraisal = make_appraisal(make_terms(deductions=table), taught=taught)
    # A is 200000 / 0.90; B is what sales said; D is 0.58 / 0.75 of C, the share rounded up.
    found = [appraisal.resale_value(state, Statistic.EXPECTED) for state in GRADES]
    assert found == [101_320, 154_660, 200_000, 200_000, 222_222]


def test_an_answer_without_an_entry_is_named_and_never_a_silent_zero() -> None:
    appraisal = make_appraisal(taught={})
    assert appraisal.assessed(make_state(sim_lock="locked")).undeducted == ("sim_lock",)
    assert appraisal.assessed(PERFECT).undeducted == ()


def test_an_asking_price_is_brought_to_a_sold_one_first() -> None:
    appraisal = make_appraisal(make_terms(to_sold=9000))
    assert appraisal.resale_value(PERFECT, Statistic.EXPECTED) == 180_000


def test_everything_that_an_offer_looks_at_is_planned() -> None:
    layout = layout_of(Category.PHONE)
    planned = {layout.counted(state) for state in layout.looked_at(CRACKED)}
    seen: set[State] = set()

    def spy(state: State, _: Statistic) -> int:
        seen.add(state)
        return 1

    make_appraisal(worth=spy, taught={}).routes(CRACKED)
    assert seen <= planned
