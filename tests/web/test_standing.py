"""What holds besides a quote: an amount that people moved, other quotes of the same device."""

from typing import Any

import httpx
import pytest

from tests.web.answers import IMEI, IPHONE, make_body
from tests.web.people import Shopfront, shopfront
from valuation.domain.people import Role
from valuation.web.basket_schemas import CustomerBasket
from valuation.web.life_schemas import LifeOut
from valuation.web.quote_schemas import CustomerQuote

DEVICE = {"id": IPHONE, "identifier": IMEI}


@pytest.fixture
def front(client: httpx.Client) -> Shopfront:
    found = shopfront(client)
    found.sign_in(Role.CLERK)
    return found


def told(front: Shopfront, method: str, address: str, **more: object) -> dict[str, Any]:
    address += "?view=customer"
    answer = front.ask("clerk", method, address, **more).raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def test_an_offer_that_a_person_lowered_is_answered_wherever_it_is_asked_for(
    front: Shopfront,
) -> None:
    body = make_body(device=DEVICE)
    quote = told(front, "POST", "/v1/quotes", json=body)
    assert "standing" not in quote
    steps, lower = f"/v1/quotes/{quote['id']}/steps", quote["offer"]["amount"] - 1_000
    override = {"step": "override", "amount": lower, "reason": "appraisal"}
    told(front, "POST", steps, json=override)
    basket = told(front, "POST", "/v1/baskets", json={"lines": [body]})
    assert basket["standing"]["offered"]["amount"] == lower
    CustomerBasket.model_validate(basket)
    for found in (
        told(front, "POST", "/v1/quotes", json=body),
        told(front, "GET", f"/v1/quotes/{quote['id']}"),
        basket["lines"][0]["quote"],
    ):
        standing = found["standing"]
        assert {**found, "standing": None} == {**quote, "standing": None}
        assert standing["amount"]["amount"] == lower
        assert [(each["code"], each["amount"]["amount"]) for each in standing["lines"]] == [
            ("override", -1_000)
        ]
        CustomerQuote.model_validate(found)
    beside = front.ask("clerk", "POST", "/v1/quotes?view=customer", json={**body, "lock_days": 7})
    assert (beside.status_code, beside.json()["code"]) == (409, "open_overridden")
    assert quote["code"] in beside.json()["detail"]
    assert told(front, "POST", steps, json={"step": "accept", "amount": lower})["stage"] == (
        "accepted"
    )


def test_a_device_that_is_quoted_again_names_the_merchants_own_quotes_of_it(
    front: Shopfront,
) -> None:
    first = told(front, "POST", "/v1/quotes", json=make_body(device=DEVICE))
    worse = make_body(device=DEVICE, cosmetic_grade="D")
    second = told(front, "POST", "/v1/quotes", json=worse)
    same = [{"id": first["id"], "code": first["code"], "stage": "offered"}]
    assert second["standing"]["same_device"] == same
    life = told(front, "GET", f"/v1/quotes/{second['id']}/life")
    assert life["same_device"] == same
    LifeOut.model_validate(life)
    outside = front.ask("outsider", "POST", "/v1/quotes", json=worse).json()
    assert "standing" not in outside
    told(front, "POST", f"/v1/quotes/{first['id']}/steps", json={"step": "accept"})
    steps = f"/v1/quotes/{second['id']}/steps?view=customer"
    refused = front.ask("clerk", "POST", steps, json={"step": "accept"})
    assert (refused.status_code, refused.json()["code"]) == (409, "unit_held")
    assert first["code"] in refused.json()["detail"]
