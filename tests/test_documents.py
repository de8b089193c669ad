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
from valuation.quotes.disposition_document import merchants_disposition
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
    said = {name: seen["disposition"].pop(name) for name in ("sentence_en", "sentence_zh")}
    assert seen == document
    assert "expected" in said["sentence_en"]
    assert "预期价值" in said["sentence_zh"]
    given_up = {"given_up_for_reuse": {"amount": {"amount": 4320, "currency": "CNY"}}}
    kept: Json = merchants_disposition({**seen["disposition"], **given_up})
    assert "CNY 43.20 of expected value is given up" in kept["sentence_en"]
    assert "放弃预期价值 CNY 43.20" in kept["sentence_zh"]
    assert {"value", "context", "merchant"} <= set(document)


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
