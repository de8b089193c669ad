"""Laptops, watches, appliances: what is asked of them, which gates hold, what nobody knows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

from tests.domain.making import Worth, make_gate, random_answers, state_of
from valuation.domain.answers import complete, missing_at_best, parse, with_answers
from valuation.domain.device import CATALOGUED, Category
from valuation.domain.dispatch import HAZARD, Way
from valuation.domain.disposition import FLAGS, Flag, Route, RouteValue
from valuation.domain.market import Market
from valuation.domain.outside import outside_device
from valuation.domain.pricing import Appraisal
from valuation.domain.questions import UnknownQuestion, questions_for
from valuation.domain.safe_gates import NEVER_OPEN
from valuation.domain.tariff import Tariff, Tariffs
from valuation.domain.unpriced import NEED_PRICE, choose_unpriced, unpriced_routes
from valuation.tables.book import load_book, terms_of
from valuation.tables.dispatch import dispatch
from valuation.tables.table import Row, Table

DOC = Path(__file__).parents[2] / "docs" / "other-devices.md"
DAY = date(2026, 11, 20)
MARKET = Market.from_slug("cn-cny-sold-demo")
BEYOND = sorted(set(Category) - CATALOGUED)


def tables() -> dict[str, Table]:
    return load_book().tables(DAY)


def tariff_of(
    category: Category, of: dict[str, Table] | None = None, kind: str | None = None
) -> Tariff:
    device = outside_device(brand="Apple", model="Thing 1", category=category, kind=kind)
    return Tariffs({}, terms_of(tables=of or tables(), market=MARKET)).of(device)


def with_rows(change: Callable[[Row], Row | None]) -> dict[str, Table]:
    """The shipped tables, each row of handling, repairs and parts changed or left out."""
    found = tables()
    for name in ("handling", "repairs", "parts"):
        rows = (change(row) for row in found[name].rows)
        found[name] = replace(found[name], rows=tuple(row for row in rows if row))
    return found


def one_more(row: Row) -> Row:
    """The same row with one more of what it costs or brings."""
    column = next(each for each in ("price", "share", "value") if each in row.cells)
    return replace(row, cells={**row.cells, column: str(row.decimal(column) + 1)})


def way(tariff: Tariff, **answers: object) -> Route | None:
    given = parse(answers=answers, category=tariff.category)
    completed = missing_at_best(complete(given=given, category=tariff.category))
    chosen = choose_unpriced(unpriced_routes(tariff, tariff.layout.state(completed.levels)))
    return chosen.route if chosen else None


def test_what_holds_data_must_say_that_it_is_unlocked_safe_and_erasable() -> None:
    gated = {"activation_lock", "mdm", "block_list", "battery_safety", "erasure"}
    for category in Category:
        required = {question.id for question in questions_for(category) if question.required}
        wanted = gated if category is not Category.APPLIANCE else {"block_list"}
        assert required & gated == wanted, category
    with pytest.raises(UnknownQuestion, match="block_list"):
        parse(answers={"erasure": "done"}, category=Category.APPLIANCE)


def test_what_may_be_used_again_waits_for_a_person_and_a_lock_or_hazard_is_dismantled() -> None:
    laptop, watch = tariff_of(Category.LAPTOP), tariff_of(Category.WATCH)
    assert way(laptop) is None
    assert way(laptop, activation_lock="on") is Route.DISMANTLE
    assert way(watch, battery_safety="swollen") is Route.DISMANTLE
    assert way(watch, block_list="listed", mdm="enrolled") is Route.REFUSE


def test_a_dead_appliance_can_be_repaired_for_it_holds_no_data() -> None:
    appliance = tariff_of(Category.APPLIANCE)
    assert way(appliance, powers_on="no") is None
    assert way(tariff_of(Category.LAPTOP), powers_on="no") is Route.DISMANTLE


def test_parts_of_unknown_value_wait_for_a_person_where_nothing_else_is_left() -> None:
    def route(which: Route, open_: bool) -> RouteValue:
        by = () if open_ else (make_gate("mdm", 0, which),)
        return RouteValue(which, 5, 5, 5, 0, (), by)

    refuse = route(Route.REFUSE, open_=True)
    parts, metal = route(Route.PARTS, open_=True), route(Route.DISMANTLE, open_=True)
    assert choose_unpriced([parts, metal, refuse]) is metal
    assert choose_unpriced([parts, route(Route.DISMANTLE, open_=False), refuse]) is None


def test_tables_of_before_these_categories_load_and_value_them_at_nothing() -> None:
    now = tables()
    rows = tuple(r for r in now["materials"].rows if r.text("category") in CATALOGUED)
    before = {**now, "materials": replace(now["materials"], rows=rows)}
    for category in BEYOND:
        tariff = tariff_of(category, before)
        routes = unpriced_routes(tariff, tariff.layout.best)
        (dismantled,) = (each for each in routes if each.route is Route.DISMANTLE)
        assert (dismantled.low, dismantled.expected, dismantled.high) == (0, 0, 0)
    with_rows = unpriced_routes(tariff_of(Category.LAPTOP), tariff_of(Category.LAPTOP).layout.best)
    assert next(r for r in with_rows if r.route is Route.DISMANTLE).expected > 0


def test_a_phones_figures_reach_no_other_category_and_no_others_reach_a_phone() -> None:
    def of_phones(row: Row) -> Row:
        return row if row.cells["category"] else one_more(row)

    def of_others(row: Row) -> Row:
        return one_more(row) if row.cells["category"] else row

    for category in Category:
        now, phones, others = (
            (terms.handling, terms.repairs, terms.parts)
            for tables in (with_rows(lambda row: row), with_rows(of_phones), with_rows(of_others))
            for terms in [tariff_of(category, tables).terms]
        )
        assert (phones == now, others == now) == (category in BEYOND, category in CATALOGUED)


def test_what_tables_of_before_said_of_a_laptop_they_say_still() -> None:
    def before(row: Row) -> Row | None:
        cells = {name: cell for name, cell in row.cells.items() if name != "category"}
        return None if row.cells["category"] else replace(row, cells=cells)

    for category in BEYOND:
        terms = tariff_of(category, with_rows(before)).terms
        assert terms.handling[Route.AS_IS] == tariff_of(Category.PHONE).terms.handling[Route.AS_IS]
        assert (terms.repairs.rows, terms.parts) == ({}, ())


def test_a_laptop_is_repaired_at_a_laptops_price_and_has_a_laptops_parts() -> None:
    laptop, watch = tariff_of(Category.LAPTOP), tariff_of(Category.WATCH)
    asked = [("battery_health", 85), ("display_works", 0)]
    prices = {
        tariff.category: [
            job.price
            for question, level in asked
            if (
                job := tariff.terms.repairs.job(question=question, level=level, device="asus/x/y/z")
            )
        ]
        for tariff in (laptop, watch, tariff_of(Category.PHONE))
    }
    assert prices == {
        "laptop": [20_600, 55_000],
        "watch": [11_400, 26_000],
        "phone": [9_400, 32_000],
    }
    assert {part.name for part in laptop.terms.parts} >= {"display", "keyboard and top case"}
    without = with_rows(lambda row: None if row.cells["category"] == "laptop" else row)
    assert not tariff_of(Category.LAPTOP, without).terms.repairs.rows, "a phone's is no stand-in"


def test_an_appliance_is_taken_apart_by_weight_and_a_kind_at_its_own_cost() -> None:
    def dismantled(kind: str | None) -> dict[str, int]:
        return dict(tariff_of(Category.APPLIANCE, kind=kind).terms.handling[Route.DISMANTLE].fixed)

    # 72.54 kg, 45.98 kg at CNY 0.50; a refrigerator's 40.79 kg at CNY 1.
    assert dismantled("washing-machine")["dismantling work"] == 3_627
    assert dismantled("dryer")["dismantling work"] == 2_299
    assert dismantled("refrigerator")["dismantling work"] == 4_079
    appliance, fridge = (
        tariff_of(Category.APPLIANCE, kind=kind).terms.handling
        for kind in ("dryer", "refrigerator")
    )
    assert fridge[Route.AS_IS] == appliance[Route.AS_IS], (
        "what a kind does not say, its category does"
    )


def test_an_appliance_is_fetched_and_a_damaged_battery_travels_as_one_whatever_it_is_in() -> None:
    told = dispatch(tables()["dispatch"])
    assert [each.ways for each in told.of([], Category.APPLIANCE)] == [(Way.PICKUP,)]
    assert told.of([], Category.LAPTOP) == told.of([])
    assert told.of([HAZARD], Category.APPLIANCE) == told.of([HAZARD], Category.PHONE)


def test_of_an_appliance_of_no_known_kind_the_heaviest_is_counted() -> None:
    (whole,) = (
        cost
        for name, cost in terms_of(tables=tables(), market=MARKET)
        .own["appliance"]
        .handling[Route.DISMANTLE]
        .fixed
        if name == "dismantling work"
    )
    assert whole == 3_627


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        (Category.LAPTOP, None), (Category.WATCH, None), (Category.APPLIANCE, "washing-machine"),
        (Category.APPLIANCE, "refrigerator"), (Category.APPLIANCE, "air-conditioner"),
    ],
)  # fmt: skip
def test_what_is_left_of_a_dismantled_device_stands_in_the_document(
    category: Category, kind: str | None
) -> None:
    tariff = tariff_of(category, kind=kind)
    routes = unpriced_routes(tariff, tariff.layout.best)
    found = next(each for each in routes if each.route is Route.DISMANTLE)
    low, metal, high = (round(each / 100) for each in tariff.terms.materials[category])
    spent = round(tariff.handling[Route.DISMANTLE].usual.fixed / 100)
    left, least, most = (round(each / 100) for each in (found.expected, found.low, found.high))
    line = f" | {metal} ({low}, {high}) | {spent} | {left} ({least}, {most}) |".replace("-", "−")
    name = (kind or category.value).replace("-", " ")
    lines = DOC.read_text(encoding="utf-8").splitlines()
    assert any(each.startswith(f"| {name}") and each.endswith(line) for each in lines), line


@pytest.mark.parametrize("category", BEYOND)
def test_no_gate_is_overruled_whatever_is_answered(category: Category) -> None:
    tariff, random = tariff_of(category), Random(5)
    for _ in range(300):
        answers = random_answers(random, category)
        state = tariff.layout.state(answers.levels)
        routes = unpriced_routes(tariff, state)
        chosen = choose_unpriced(routes)
        closed = {each.route for each in routes if not each.open}
        for question, never in NEVER_OPEN.items():
            if answers.levels.get(question) == 0:
                assert never & {each.route for each in routes} <= closed
        assert chosen is None or chosen.route not in closed | NEED_PRICE
        reuse = {r.route for r in routes if r.open and FLAGS[r.route] is Flag.RESALE}
        assert not reuse or chosen is None, "reuse first"


@pytest.mark.parametrize("category", BEYOND)
def test_no_worse_answer_raises_what_a_category_s_own_figures_offer(category: Category) -> None:
    tariff, random = tariff_of(category, kind="dryer"), Random(7)
    appraisal = Appraisal(tariff, Worth(losses={"cosmetic_grade": 9_000}, category=category))
    paid = set()
    for _ in range(150):
        answers = random_answers(random, category)
        paid.add(offered := appraisal.offer(state_of(answers)))
        for question, level in answers.levels.items():
            if level:
                worse = with_answers(answers, {question: level - 1})
                assert appraisal.offer(state_of(worse)) <= offered, (question, answers)
    assert len(paid) > 10


def test_a_phone_or_tablet_that_the_catalogue_lacks_is_what_it_was() -> None:
    terms = terms_of(tables=tables(), market=MARKET)
    for category in CATALOGUED:
        device = outside_device(brand="Maker", model="Thing 1", category=category)
        assert device.variant == "maker/outside/thing-1/any"
        assert Tariffs({}, terms).of(device).terms is terms


def test_a_tablet_that_the_tables_name_has_its_own_costs_and_a_phones_repairs() -> None:
    def named(row: Row) -> Row:
        own = row.cells.get("route") == "donate" and row.cells["category"] == "watch"
        return replace(row, cells={**row.cells, "category": "tablet"}) if own else row

    phone, tablet = (
        tariff_of(each, with_rows(named)).terms for each in (Category.PHONE, Category.TABLET)
    )
    assert dict(tablet.handling[Route.DONATE].fixed) == {
        "test and erase": 2_000,
        "handing over": 800,
    }
    assert tablet.handling[Route.AS_IS] == phone.handling[Route.AS_IS]
    assert (tablet.repairs, tuple(tablet.parts)) == (phone.repairs, tuple(phone.parts))
