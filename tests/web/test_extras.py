"""Bonus, coupon, subsidy and net to pay over HTTP."""

from typing import Any

import httpx
import pytest

from tests.web.answers import make_body
from tests.web.test_lives import taken
from tests.web.test_post_quotes import amounts
from valuation.web.life_schemas import LifeOut
from valuation.web.quote_schemas import CustomerQuote, MerchantQuote

BUYS = {"price": 599_900, "currency": "CNY", "category": "phone"}
WORDS = ["demo-upgrade", "demo-coupon"]


def ask(client: httpx.Client, view: str = "customer", **besides: Any) -> httpx.Response:
    body = {**make_body(), **besides}
    return client.post("/v1/quotes", params={"view": view}, json=body)


@pytest.mark.parametrize("view", ["customer", "merchant"])
def test_the_net_to_pay_is_the_price_less_every_line_and_the_offer(
    standing: httpx.Client, view: str
) -> None:
    quote = ask(standing, view, purchase=BUYS, codes=WORDS).json()
    (CustomerQuote if view == "customer" else MerchantQuote).model_validate(quote)
    extras = quote["extras"]
    assert [line["kind"] for line in extras["lines"]] == ["coupon", "subsidy", "bonus"]
    lines = sum(line["amount"]["amount"] for line in extras["lines"])
    net = 599_900 - quote["offer"]["amount"] - lines
    assert extras["net_to_pay"]["amount"] == {"amount": net, "currency": "CNY"}
    assert extras["net_to_pay"]["which"] == "to_pay"
    assert all(line["label_zh"] and line["basis"] for line in extras["lines"])
    assert sum(line["amount"]["amount"] for line in quote["lines"]) == quote["offer"]["amount"]


def test_without_a_purchase_offer_and_bonus_are_paid_out(standing: httpx.Client) -> None:
    quote = ask(standing, codes=["demo-loyalty"]).json()
    net = quote["extras"]["net_to_pay"]
    assert net["amount"]["amount"] == -quote["offer"]["amount"] - 5000
    assert (net["which"], net["zh"]) == ("paid_out", "付给顾客")


def test_nothing_beside_the_offer_reveals_a_figure_of_the_merchants(standing: httpx.Client) -> None:
    answer = ask(standing, "merchant", purchase=BUYS, codes=WORDS)
    whole, shown = answer.json(), standing.get(answer.headers["location"]).json()
    hidden = {
        *amounts(whole["value"]),
        *amounts([r["parts"] for r in whole["disposition"]["routes"]]),
    }
    assert not (set(amounts(shown)) - {0}) & hidden


def test_the_life_counts_the_bonus_from_what_was_found(standing: httpx.Client) -> None:
    quote = ask(standing, purchase=BUYS, codes=WORDS).json()
    found = {"answers": {"cosmetic_grade": "D"}}
    life = taken(standing, quote, "accept", "receive", "inspect", **found)
    LifeOut.model_validate(life)
    bonus = life["extras"]["lines"][-1]["amount"]["amount"]
    assert bonus == min(20_000, life["amount"]["amount"] * 500 // 10_000)
    assert life["extras"]["lines"][:2] == quote["extras"]["lines"][:2]
    receipt = standing.get(f"/v1/quotes/{quote['id']}/receipt?of=counter-offer&format=html").text
    assert "Demo campaign" in receipt
    assert "顾客应付" in receipt
    assert standing.get(f"/v1/quotes/{quote['id']}/replay").json()["same"] is True


@pytest.mark.parametrize(
    ("besides", "code", "field"),
    [
        ({"codes": ["demo-coupon", "no-such-word"]}, "unknown_code", "codes.1"),
        ({"purchase": {**BUYS, "currency": "USD"}}, "purchase_refused", "purchase.currency"),
        ({"purchase": {**BUYS, "currency": "yuan"}}, "invalid_request", "purchase.currency"),
        ({"purchase": {**BUYS, "price": -1}}, "invalid_request", "purchase.price"),
        ({"purchase": {**BUYS, "price": 1.5}}, "invalid_request", "purchase.price"),
        ({"purchase": {**BUYS, "category": "car"}}, "invalid_request", "purchase.category"),
        ({"codes": ["x"] * 11}, "invalid_request", "codes"),
        ({"codes": "demo-coupon"}, "invalid_request", "codes"),
    ],
)
def test_what_cannot_be_counted_with_names_its_field(
    standing: httpx.Client, besides: dict[str, Any], code: str, field: str
) -> None:
    answer = ask(standing, **besides)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [error["field"] for error in answer.json()["errors"]] == [field]
