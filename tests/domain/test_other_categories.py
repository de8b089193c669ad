"""Laptops, watches, appliances: what is asked of them, which gates hold, what nobody knows."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from tests.domain.making import make_gate, random_answers
from valuation.domain.answers import complete, missing_at_best, parse
from valuation.domain.device import CATALOGUED, Category
from valuation.domain.disposition import FLAGS, Flag, Route, RouteValue
from valuation.domain.market import Market
from valuation.domain.outside import outside_device
from valuation.domain.questions import UnknownQuestion, questions_for
from valuation.domain.safe_gates import NEVER_OPEN
from valuation.domain.tariff import Tariff, Tariffs
from valuation.domain.unpriced import NEED_PRICE, choose_unpriced, unpriced_routes
from valuation.tables.book import load_book, terms_of
from valuation.tables.table import Table

DAY = date(2026, 11, 20)
MARKET = Market.from_slug("cn-cny-sold-demo")
BEYOND = sorted(set(Category) - CATALOGUED)


def tables() -> dict[str, Table]:
    return load_book().tables(DAY)


def tariff_of(category: Category, of: dict[str, Table] | None = None) -> Tariff:
    device = outside_device(brand="Maker", model="Thing 1", category=category)
    return Tariffs({}, terms_of(tables=of or tables(), market=MARKET)).of(device)


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


def test_a_phone_or_tablet_that_the_catalogue_lacks_is_what_it_was() -> None:
    terms = terms_of(tables=tables(), market=MARKET)
    for category in CATALOGUED:
        device = outside_device(brand="Maker", model="Thing 1", category=category)
        assert device.variant == "maker/outside/thing-1/any"
        assert Tariffs({}, terms).of(device).terms is terms
