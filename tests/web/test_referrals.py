"""A referral over HTTP: appraised by people who are signed in, within the policy's limits."""

from typing import Any

import httpx
import pytest

from tests.quotes.test_referrals import GOOD
from tests.web.people import Shopfront, shopfront
from valuation.domain.people import Role
from valuation.web.life_schemas import LifeOut
from valuation.web.quote_schemas import CustomerQuote, MerchantQuote

LAPTOP = {"category": "laptop", "brand": "Lenovo", "name": "ThinkPad T14", "storage_gb": 512}
APPRAISE = {"step": "appraise", "amount": 120_000, "route": "resell-as-is"}


@pytest.fixture
def front(client: httpx.Client) -> Shopfront:
    found = shopfront(client)
    for role in (Role.CLERK, Role.MANAGER):
        found.sign_in(role)
    return found


def referral(front: Shopfront, **answers: str) -> str:
    body = {"device": LAPTOP, "answers": GOOD | answers}
    quote = front.ask("clerk", "POST", "/v1/quotes", json=body).json()
    CustomerQuote.model_validate(quote)
    assert (quote["outcome"], quote["offer"]) == ("referral", None)
    return f"/v1/quotes/{quote['id']}"


def step(front: Shopfront, who: str, where: str, body: dict[str, Any], **more: Any) -> Any:
    return front.ask(who, "POST", f"{where}/steps", json=body, **more)


def test_a_clerk_and_a_manager_make_an_offer_of_a_referral(front: Shopfront) -> None:
    where = referral(front)
    alone = step(front, "clerk", where, APPRAISE)
    assert (alone.status_code, alone.json()["code"]) == (409, "second_person_needed")
    by_key = step(front, "owner", where, APPRAISE)
    assert (by_key.status_code, by_key.json()["code"]) == (409, "not_this_role")
    both = {**APPRAISE, "confirmed_with": front.keys["manager"]}
    for _ in range(2):
        done = step(front, "clerk", where, both, headers={"Idempotency-Key": "once"})
        assert done.status_code == 200, done.text
    told = LifeOut.model_validate(done.json())
    assert (told.stage, told.next) == ("offered", ["accept", "decline", "override", "withdraw"])
    again = step(front, "manager", where, APPRAISE)
    assert (again.status_code, again.json()["code"]) == (409, "not_referred")
    for who, view in (("clerk", "customer"), ("manager", "merchant")):
        quote = front.ask(who, "GET", f"{where}?view={view}").json()
        (CustomerQuote if view == "customer" else MerchantQuote).model_validate(quote)
        assert quote["standing"]["amount"] == {"amount": 120_000, "currency": "CNY"}
        assert [line["code"] for line in quote["standing"]["lines"]] == ["appraisal"]
        assert quote["disposition"]["route"] == "resell-as-is"
        assert quote["disposition"]["sentence_en"].startswith("Resold as it is.")
    (line,) = front.ask("manager", "GET", "/v1/reports/overrides").json()["overrides"]
    assert (line["direction"], line["amount"]["amount"], line["second_person"]) == (
        "appraised", 120_000, 1,
    )  # fmt: skip
    accepted = step(front, "clerk", where, {"step": "accept", "amount": 120_000})
    assert accepted.json()["stage"] == "accepted"
    assert front.ask("clerk", "GET", f"{where}/receipt?of=acceptance").status_code == 200


def test_a_referral_tells_the_gates_and_how_to_hand_over_to_everybody(front: Shopfront) -> None:
    where = referral(front, battery_safety="swollen", erasure="pending")
    for who, view in (("clerk", "customer"), ("manager", "merchant")):
        quote = front.ask(who, "GET", f"{where}?view={view}").json()
        (CustomerQuote if view == "customer" else MerchantQuote).model_validate(quote)
        way = quote["disposition"]
        assert (way["route"], way["flag"]) == ("dismantle", "dismantle")
        assert way["reasons"][0]["code"] == "battery_hazard_found"
        assert "post" not in way["handling"]["ways"]
        assert "battery_hazard" in [each["code"] for each in way["conditions"]]
    assert way["facility"]["licences"] == ["damaged-battery"]
    sound = front.ask("clerk", "GET", referral(front)).json()["disposition"]
    assert (sound["route"], sound["label_en"]) == (None, "A person must look at it first")
    assert sound["sentence_en"].endswith(".")
    assert "counter" in sound["handling"]["ways"]
    body = {"device": {"name": "Zzzphone 9 of nobody"}, "answers": GOOD}
    assert front.ask("clerk", "POST", "/v1/quotes", json=body).json()["disposition"] is None


def test_what_is_wrong_with_an_appraisal_is_told(front: Shopfront) -> None:
    where = referral(front, activation_lock="on")
    for body, status, code in (
        (APPRAISE, 409, "route_closed"),
        ({"step": "appraise", "amount": 0}, 422, "step_incomplete"),
        ({"step": "appraise", "route": "parts"}, 422, "step_incomplete"),
        ({**APPRAISE, "amount": -1}, 422, None),
    ):
        answer = step(front, "manager", where, body)
        assert answer.status_code == status, answer.text
        assert code in (None, answer.json()["code"])
    assert step(front, "clerk", where, {"step": "accept"}).json()["code"] == "referred"
