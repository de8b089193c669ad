"""The quote as a document: canonical to the byte, and a customer's view that hides the margin."""

from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, cast

import orjson
import pytest

from tests.desks import documented, make_desk, quoted
from tests.domain.making import make_answers, random_answers
from tests.factories import VARIANTS
from tests.price_model.making import champion_of
from tests.tables.making import copy_shipped
from tests.tables.margins import FIXED, TIERED, own_margin_table
from valuation.domain.answers import complete
from valuation.domain.device import Category
from valuation.domain.money import Money
from valuation.domain.questions import QUESTIONS
from valuation.domain.way_words import IF_GOOD, if_good
from valuation.quotes.documents import (
    CUSTOMER_FIELDS,
    canonical,
    customer_view,
    digest,
    merchant_view,
)
from valuation.quotes.quoting import Desk
from valuation.tables.book import SHIPPED

Json = dict[str, Any]
PHONE = VARIANTS[1]
HIDDEN = {
    "value",
    "routes",
    "merchant",
    "context",
    "expected",
    "policy",
    "margin",
    "tiers",
    "parts",
    "p10",
    "p50",
    "mean",
}


@pytest.fixture(scope="module")
def desk(models: Path) -> Desk:
    return make_desk(models, champion_of(models))


@pytest.fixture(scope="module", params=["share", "tiers", "fixed"])
def margins(
    request: pytest.FixtureRequest, models: Path, tmp_path_factory: pytest.TempPathFactory
) -> Desk:
    """Desks of merchants with each kind of margin."""
    rows = {"tiers": TIERED, "fixed": FIXED}.get(request.param)
    if rows is None:
        return make_desk(models, champion_of(models))
    folder = tmp_path_factory.mktemp(request.param)
    own_margin_table(folder, "shop", *rows)
    return make_desk(models, champion_of(models), SHIPPED, folder)


def random_documents(desk: Desk, number: int) -> Iterator[Json]:
    random = Random(16)
    for i in range(number):
        answers = random_answers(random, Category.PHONE)
        yield documented(desk, quoted(desk, VARIANTS[i % len(VARIANTS)], answers))


def numbers(tree: object) -> Iterator[float]:
    """Every number of a JSON tree."""
    match tree:
        case bool() | None | str():
            return
        case int() | float():
            yield abs(tree)
        case Mapping():
            for value in tree.values():
                yield from numbers(value)
        case list() | tuple():
            for value in tree:
                yield from numbers(value)


def names(tree: object) -> Iterator[str]:
    """Every key of a JSON tree."""
    match tree:
        case Mapping():
            for key, value in tree.items():
                yield key
                yield from names(value)
        case list() | tuple():
            for value in tree:
                yield from names(value)


def merchant_only(document: Json) -> set[float]:
    """The interval, the margin's own, and of every route its expected value, its span and what it
    brings in."""
    figures = {money["amount"] for money in (document["value"] or {}).values() if money != "sold"}
    policy = document["policy"]
    figures |= {*numbers(policy.get("margin", policy.get("margin_basis_points")))}
    for route in (document["disposition"] or {"routes": []})["routes"]:
        figures |= {route[name]["amount"] for name in ("expected", "low", "high")}
        figures |= {part["amount"]["amount"] for part in route["parts"][:1]}
    return {abs(figure) for figure in figures} - {0}


def test_no_number_of_the_customers_view_is_one_of_the_merchants_figures(margins: Desk) -> None:
    for document in random_documents(margins, 200):
        view = customer_view(document)
        if view["disposition"]:  # grams and kilograms of public tables, no money
            del cast(Json, view["disposition"])["saves"]
        amounts = [line["amount"]["amount"] for line in document["lines"]]
        shown = {*numbers(view), *(abs(total) for total in accumulate(amounts))}
        assert not shown & merchant_only(document)


def test_the_test_above_would_find_a_figure_that_slipped_in(desk: Desk) -> None:
    document = documented(desk, quoted(desk, PHONE, make_answers()))
    leaky = {**customer_view(document), "hint": document["value"]["p50"]}
    assert set(numbers(leaky)) & merchant_only(document)


def test_the_customers_view_names_nothing_of_the_merchants(margins: Desk) -> None:
    for document in random_documents(margins, 30):
        view = customer_view(document)
        assert set(view) <= {*CUSTOMER_FIELDS, "disposition", "value"}
        assert not HIDDEN & set(
            names({k: v for k, v in view.items() if k not in ("versions", "value")})
        )


def test_another_margin_changes_nothing_in_the_view_but_what_is_paid(
    models: Path, tmp_path: Path, desk: Desk
) -> None:
    copy_shipped(tmp_path, "policy", lambda text: text.replace("margin,,800", "margin,,805"))
    other = make_desk(models, champion_of(models), SHIPPED, tmp_path)
    views = [customer_view(documented(d, quoted(d, PHONE, make_answers()))) for d in (desk, other)]
    changed = {name for name in views[0] if views[0][name] != views[1][name]}
    assert changed <= {"offer", "lines", "versions"}


@pytest.mark.parametrize("rows", [TIERED, FIXED])
def test_a_margin_of_ones_own_changes_nothing_in_the_view_but_what_is_paid(
    models: Path, tmp_path: Path, desk: Desk, rows: tuple[str, ...]
) -> None:
    own_margin_table(tmp_path, "shop", *rows)
    other = make_desk(models, champion_of(models), SHIPPED, tmp_path)
    for answers in (make_answers(), make_answers(display_works="cracked", cosmetic_grade="C")):
        plain, own = (
            orjson.loads(canonical(customer_view(documented(d, quoted(d, PHONE, answers)))))
            for d in (desk, other)
        )
        assert {name for name in plain if plain[name] != own[name]} == {"offer", "lines"}
        lines = [[{**line, "amount": 0} for line in view["lines"]] for view in (plain, own)]
        assert lines[0] == lines[1]


def test_the_merchants_view_is_the_whole_document(desk: Desk) -> None:
    document = documented(desk, quoted(desk, PHONE, make_answers()))
    seen: Json = merchant_view(document)
    way = seen["disposition"]
    assert all(way.pop(name) for name in ("sentence_en", "sentence_zh"))
    assert [each["code"] for each in way.pop("conditions")] == ["erasure_record"]
    assert {**seen, "disposition": {**way, "conditions": []}} == document
    assert {"value", "context", "merchant"} <= set(document)


def worth(document: Json, route: str) -> str:
    """What the merchant expects of a route, as it is said."""
    routes = {each["route"]: each["expected"] for each in document["disposition"]["routes"]}
    return str(Money(**routes[route]))


def test_what_is_given_up_for_reuse_is_said_against_what_would_bring_more(desk: Desk) -> None:
    document = documented(desk, quoted(desk, PHONE, make_answers()))
    given_up = {"given_up_for_reuse": {"amount": {"amount": 4320, "currency": "CNY"}}}
    told = merchant_view({**document, "disposition": {**document["disposition"], **given_up}})
    said, other = cast(Json, told["disposition"]), worth(document, "refurbish")
    assert said["sentence_en"].endswith(
        "CNY 43.20 of expected value is given up so that it is used again instead of "
        f"refurbishing it ({other})."
    )
    assert said["sentence_zh"].endswith(
        f"为再使用放弃预期价值 CNY 43.20，不选择翻新后转售（{other}）。"
    )


def test_the_same_quote_has_the_same_bytes_every_time(models: Path, desk: Desk) -> None:
    again = make_desk(models, champion_of(models))
    for one, other in zip(random_documents(desk, 20), random_documents(again, 20), strict=True):
        assert canonical(one) == canonical(other)
        assert digest(canonical(one)) == digest(canonical(orjson.loads(canonical(one))))


def test_the_order_of_the_answers_does_not_change_a_byte(desk: Desk) -> None:
    given = dict(make_answers(display_works="cracked", erasure="pending").given)
    backwards = dict(reversed(given.items()))
    documents = [
        canonical(
            documented(desk, quoted(desk, PHONE, complete(given=it, category=Category.PHONE)))
        )
        for it in (given, backwards)
    ]
    assert documents[0] == documents[1]


def test_money_is_whole_minor_units_everywhere(desk: Desk) -> None:
    for document in random_documents(desk, 30):
        found = orjson.loads(canonical(document))
        for line in found["lines"]:
            assert type(line["amount"]["amount"]) is int
            assert line["amount"]["currency"] == "CNY"


def test_a_demo_quote_says_so_in_both_views(desk: Desk) -> None:
    document = documented(desk, quoted(desk, PHONE, make_answers()))
    for view in (customer_view(document), merchant_view(document)):
        assert view["data"] == "demo"
        assert "simulator" in str(view["notice"])


def test_a_stolen_phone_is_refused_for_nothing_with_the_reason(desk: Desk) -> None:
    document = documented(desk, quoted(desk, PHONE, make_answers(block_list="listed")))
    view = customer_view(document)
    disposition = view["disposition"]
    assert isinstance(disposition, dict)
    assert (disposition["route"], disposition["flag"]) == ("refuse", "none")
    assert view["offer"] == {"amount": 0, "currency": "CNY"}
    assert [reason["code"] for reason in disposition["reasons"]] == ["block_list_found"]


def test_a_swollen_battery_is_dismantled_with_the_hazard_as_a_condition(desk: Desk) -> None:
    document = documented(desk, quoted(desk, PHONE, make_answers(battery_safety="swollen")))
    disposition = document["disposition"]
    assert (disposition["route"], disposition["flag"]) == ("dismantle", "dismantle")
    assert [condition["code"] for condition in disposition["conditions"]] == ["battery_hazard"]
    assert disposition["handling"]["ways"] == ["counter", "pickup"]
    assert "never by air" in disposition["handling"]["transport_en"]
    assert disposition["saves"]["co2e_avoided_kg"] is None
    assert disposition["saves"]["metals_g"]["gold"]["typical"] == pytest.approx(0.01)
    view = cast(Json, customer_view(document)["disposition"])
    assert "routes" not in view
    assert "swollen, punctured or hot" in view["sentence_en"]


def test_the_customer_is_told_what_the_route_saves(desk: Desk) -> None:
    told = customer_view(documented(desk, quoted(desk, PHONE, make_answers())))
    view = cast(Json, told["disposition"])
    # 23 to 25 kg a year of use, of which reuse spares 20 to 80%.
    assert view["saves"]["co2e_avoided_kg"] == {"low": 4.6, "typical": 12.3, "high": 20.0}
    assert view["handling"]["ways"] == ["counter", "station", "pickup", "post"]
    assert "4.6–20 kg" in view["sentence_en"]


def test_a_phone_that_is_not_yet_erased_is_resold_on_that_condition(desk: Desk) -> None:
    erased, pending = (
        documented(desk, quoted(desk, PHONE, make_answers(erasure=it)))
        for it in ("done", "pending")
    )
    assert pending["offer"] == erased["offer"]
    assert pending["disposition"]["flag"] == "resale"
    codes = [condition["code"] for condition in pending["disposition"]["conditions"]]
    assert codes == ["erase_before_settlement"]


SWOLLEN = "The battery is swollen, punctured or hot: a fire hazard, never posted."
LOCKED = "The activation lock is still on; nobody else could use it."
STOLEN = "It is reported stolen or on a block list."
DEAD = "It does not power on, so its data cannot be erased and verified."
WET = "It is wet or has been in water: it corrodes, and its battery may fail."
MANAGED = "It is managed by a company or school that has not released it."


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"activation_lock": "on", "battery_safety": "swollen"}, (SWOLLEN, LOCKED)),
        ({"powers_on": "no", "battery_safety": "swollen"}, (SWOLLEN, DEAD)),
        ({"mdm": "enrolled", "battery_safety": "wet"}, (WET, MANAGED)),
        ({"mdm": "enrolled", "activation_lock": "on", "block_list": "listed",
          "battery_safety": "swollen"}, (SWOLLEN, STOLEN, LOCKED)),
        ({"activation_lock": "on"}, (LOCKED,)),
    ],
)  # fmt: skip
def test_the_gates_are_named_to_both_and_what_is_dangerous_first(
    desk: Desk, answers: dict[str, str], said: tuple[str, ...]
) -> None:
    document = documented(desk, quoted(desk, PHONE, make_answers(**answers)))
    zh = {each["en"]: each["zh"] for each in document["disposition"]["reasons"]}
    for view in (customer_view(document), merchant_view(document)):
        way = cast(Json, view["disposition"])
        assert [each["en"] for each in way["reasons"][: len(said)]] == list(said)
        assert " ".join(said) in way["sentence_en"]
        assert "".join(zh[each] for each in said) in way["sentence_zh"]
        assert way["sentence_en"].endswith(".")


def test_the_merchant_is_told_what_is_next_best_or_that_nothing_is(desk: Desk) -> None:
    locked, swollen = (
        documented(desk, quoted(desk, PHONE, answers))
        for answers in (make_answers(activation_lock="on"), make_answers(battery_safety="swollen"))
    )
    one, none = (cast(Json, merchant_view(each)["disposition"]) for each in (locked, swollen))
    other = worth(locked, "dismantle")
    assert f"expected; next best: dismantled for its materials, {other}. The" in one["sentence_en"]
    assert f"；其次：拆解回收材料，{other}。激活锁" in one["sentence_zh"]
    assert "expected; every other route is closed. The battery" in none["sentence_en"]
    assert "；其余去向均已关闭。电池" in none["sentence_zh"]


def test_a_customer_whose_phone_is_dismantled_without_a_gate_is_told_why_and_what_for(
    desk: Desk,
) -> None:
    """No phone of the tiny bundle is worth so little: one that a gate closed nothing of."""
    document = documented(desk, quoted(desk, PHONE, make_answers(battery_safety="swollen")))
    routes = [{**each, "open": True} for each in document["disposition"]["routes"]]
    way = {**document["disposition"], "reasons": [], "routes": routes}
    told = cast(Json, customer_view({**document, "disposition": way})["disposition"])
    assert told["sentence_en"] == (
        "Dismantled for its materials. It is worth more as materials than whole, even if it were "
        "repaired. That keeps about 0.17 kg out of waste and recovers about 17 g of copper, "
        "aluminium, cobalt, silver, palladium and gold."
    )
    assert told["sentence_zh"] == (
        "拆解回收材料。其材料价值高于整机或维修后的价值。"
        "可减少约 0.17 kg 废弃物，并回收铜、铝、钴、银、钯、金共约 17 g。"
    )


@pytest.mark.parametrize(
    ("answers", "before"),
    [
        ({}, "before settlement"),
        ({"activation_lock": "on"}, "before it is taken apart"),
        ({"battery_safety": "swollen"}, "before it is taken apart"),
        ({"block_list": "listed"}, None),
    ],
)
def test_the_record_of_the_erasure_is_asked_for_on_every_way_on(
    desk: Desk, answers: dict[str, str], before: str | None
) -> None:
    document = documented(desk, quoted(desk, PHONE, make_answers(**answers)))
    for view in (customer_view(document), merchant_view(document)):
        asked = {each["code"]: each for each in cast(Json, view["disposition"])["conditions"]}
        assert ("erasure_record" in asked) == (before is not None)
        if before:
            assert before in asked["erasure_record"]["en"]
            assert "记录" in asked["erasure_record"]["zh"]


@pytest.mark.parametrize(
    ("missing", "en", "zh"),
    [
        (["block_list"], "If it is not reported stolen: resold as it is",
         "若未被报失或列入黑名单：直接转售"),
        (["activation_lock", "block_list", "battery_safety"],
         "If its activation lock is off, it is not reported stolen and its battery is safe: ",
         "若激活锁已退出、未被报失或列入黑名单且电池无隐患："),
        (["activation_lock", "mdm", "block_list", "battery_safety"],
         "If all that is not answered yet is good: ", "若其余未回答的情况均良好："),
    ],
)  # fmt: skip
def test_a_route_that_rests_on_missing_answers_is_told_with_an_if(
    desk: Desk, missing: list[str], en: str, zh: str
) -> None:
    given = {q: level for q, level in make_answers().given.items() if q not in missing}
    answers = complete(given=given, category=Category.PHONE)
    document = documented(desk, quoted(desk, PHONE, answers))
    assert document["missing"] == missing
    for view in (customer_view(document), merchant_view(document)):
        way = cast(Json, view["disposition"])
        assert way["sentence_en"].startswith(en)
        assert way["sentence_zh"].startswith(zh)
        unsafe = "battery_safety" in missing
        assert (way["handling"]["ways"] == ["counter", "pickup"]) == unsafe
        assert ("no post" in way["handling"]["transport_en"]) == unsafe


def test_every_required_question_can_stand_behind_an_if() -> None:
    assert {q.id for q in QUESTIONS if q.required} == IF_GOOD.keys()
    assert if_good(()) is None
