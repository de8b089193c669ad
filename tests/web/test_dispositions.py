"""POST /v1/dispositions: where a device goes, without a quote."""

from typing import Any, get_args

import httpx
import pytest
from sqlalchemy import func, select

from tests.web.answers import GOOD, IMEI, IPHONE, make_body
from tests.web.people import shopfront
from valuation.domain.device import Category
from valuation.domain.people import Role
from valuation.shop import Shop
from valuation.storage.tables import quotes
from valuation.web.disposition_schemas import DispositionOut
from valuation.web.quote_schemas import MerchantQuote
from valuation.web.requests import DeviceIn

WASHER = {"category": "appliance", "kind": "washing-machine", "brand": "Bosch", "name": "Serie 6"}
LAPTOP = {"category": "laptop", "brand": "Lenovo", "name": "ThinkPad T14", "storage_gb": 512}
RUNS = {"powers_on": "yes", "functions_work": "yes", "cosmetic_grade": "B", "block_list": "clear"}
LOCKED = {**{q: a for q, a in GOOD.items() if q != "sim_lock"}, "activation_lock": "on"}


def asked(client: httpx.Client, device: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/dispositions", json={"device": device, "answers": answers})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    DispositionOut.model_validate(told)
    return told


def test_a_device_with_a_price_goes_where_its_quote_would_send_it(standing: httpx.Client) -> None:
    way = asked(standing, {"id": IPHONE}, GOOD)
    quote = standing.post("/v1/quotes?view=merchant", json=make_body()).json()
    assert way["priced"] is True
    assert way["disposition"] == quote["disposition"]
    assert way["customer"] == standing.post("/v1/quotes", json=make_body()).json()["disposition"]
    assert (way["weight"], way["route_if"]) == ({"g": 174.0, "own": True}, "answered")


def test_who_would_take_it_this_week_is_told_and_the_reserved_place_once_accepted(
    standing: httpx.Client,
) -> None:
    quote = standing.post("/v1/quotes?view=merchant", json=make_body()).json()
    MerchantQuote.model_validate(quote)
    nearest = quote["disposition"]["facility"]
    assert (nearest["id"], nearest["region"], nearest["km"], nearest["route"]) == (
        "demo-east-resale", "demo-east", 15, "resell-as-is",
    )  # fmt: skip
    assert (nearest["reserved"], nearest["reason"]) == (False, None)
    where = f"/v1/quotes/{quote['id']}"
    assert standing.get(f"{where}?view=merchant").json()["disposition"]["facility"] == nearest
    assert "facility" not in standing.get(where).json()["disposition"]
    accepted = {"step": "accept"}
    standing.post(f"{where}/steps", json=accepted).raise_for_status()
    reserved = standing.get(f"{where}?view=merchant").json()["disposition"]["facility"]
    life = standing.get(f"{where}/life?view=merchant").json()["facility"]
    assert reserved.pop("reserved") is True
    assert life.pop("handling")["ways"]
    assert reserved == life


def test_a_hazard_goes_to_a_licence_and_what_is_refused_nowhere(standing: httpx.Client) -> None:
    swollen = asked(standing, {"id": IPHONE}, {**GOOD, "battery_safety": "swollen"})
    place = swollen["disposition"]["facility"]
    assert (place["id"], place["licences"]) == ("demo-east-hazard", ["damaged-battery"])
    stolen = asked(standing, {"id": IPHONE}, {**GOOD, "block_list": "listed"})
    assert (stolen["disposition"]["route"], stolen["disposition"]["facility"]) == ("refuse", None)
    assert "facility" not in swollen["customer"]


def test_materials_are_told_metal_by_metal(standing: httpx.Client) -> None:
    quote = standing.post("/v1/quotes?view=merchant", json=make_body()).json()
    for device, told in (
        ({"id": IPHONE}, quote),
        (WASHER, asked(standing, WASHER, RUNS)),
        (LAPTOP, asked(standing, LAPTOP, LOCKED)),
    ):
        routes = {each["route"]: each for each in told["disposition"]["routes"]}
        metals, parts = routes["dismantle"]["materials"], routes["dismantle"]["parts"]
        whole = next(each["amount"] for each in parts if each["name"] == "materials")
        assert sum(each["amount"]["amount"] for each in metals) == whole["amount"] > 0, device
        assert {each["dated"] for each in metals} == {"2026-01-31"}
        assert "materials" not in routes["resell-as-is"]
    gold = next(each for each in quote["disposition"]["routes"][-2]["materials"]
                if each["metal"] == "gold")  # fmt: skip
    # 0.01 g at USD 143.87 a gram, at the table's yuan for a dollar.
    assert (gold["grams"], gold["price"], gold["currency"]) == (0.01, 143.87, "USD")
    assert gold["amount"]["currency"] == "CNY"
    assert 900 < gold["amount"]["amount"] < 1_200


def test_a_way_that_rests_on_missing_answers_says_if(standing: httpx.Client) -> None:
    given = {q: a for q, a in GOOD.items() if q not in ("block_list", "battery_safety")}
    way = asked(standing, {"id": IPHONE}, given)
    assert (way["missing"], way["route_if"]) == (["block_list", "battery_safety"], "missing-good")
    for told in (way["disposition"], way["customer"]):
        assert told["sentence_en"].startswith(
            "If it is not reported stolen and its battery is safe: resold as it is"
        )
        assert told["sentence_zh"].startswith("若未被报失或列入黑名单且电池无隐患：直接转售")
        assert told["handling"]["ways"] == ["counter", "pickup"]
    stolen = asked(standing, {"id": IPHONE}, {**given, "block_list": "listed"})
    assert (stolen["route_if"], stolen["missing"]) == ("answered", ["battery_safety"])
    assert stolen["customer"]["sentence_en"].startswith("Not accepted. It is reported stolen")


def test_a_person_who_must_look_is_told_in_a_whole_sentence(standing: httpx.Client) -> None:
    told = asked(standing, WASHER, RUNS)["customer"]
    assert told["sentence_en"] == "A person must look at it first."
    assert told["sentence_zh"] == "须先人工评估。"
    assert told["conditions"] == [], "a washing machine holds nobody's data"


def test_a_device_without_a_price_that_may_be_used_again_waits_for_a_person(
    standing: httpx.Client,
) -> None:
    way = asked(standing, WASHER, RUNS)
    assert (way["priced"], way["disposition"]["route"], way["value"]) == (False, None, None)
    assert way["referral"]["code"] == "no_price_model"
    assert [note["code"] for note in way["notes"]] == ["reuse_first"]
    assert way["weight"] == {"g": 72_540.0, "own": False}
    routes = {each["route"]: each for each in way["disposition"]["routes"]}
    assert routes["resell-as-is"]["expected"] is routes["parts"]["expected"] is None
    # 72.54 kg at CNY 0.50 a kg, after two people fetched it.
    dismantling = {part["name"]: part["amount"]["amount"] for part in routes["dismantle"]["parts"]}
    assert dismantling.pop("materials") > 20_000
    assert dismantling == {"fetching by two people": -6_000, "dismantling work": -3_627}
    assert routes["dismantle"]["impact"]["kept_g"] == 72_540.0
    assert routes["dismantle"]["impact"]["metals_g"]["steel"]["typical"] == 29_740.0
    assert {"routes", "saves"}.isdisjoint(way["customer"])


def test_an_appliance_of_no_known_kind_has_materials_that_nobody_knows(
    standing: httpx.Client,
) -> None:
    way = asked(standing, {each: WASHER[each] for each in WASHER if each != "kind"}, RUNS)
    assert [note["code"] for note in way["notes"]] == ["reuse_first", "materials_unknown"]
    figures = {each["route"]: each["expected"] for each in way["disposition"]["routes"]}
    assert figures["dismantle"] == {"amount": 0, "currency": "CNY"}


def test_a_locked_laptop_is_dismantled_and_its_storage_destroyed(standing: httpx.Client) -> None:
    way = asked(standing, {**LAPTOP, "weight_g": 1_500}, {**LOCKED, "erasure": "pending"})
    assert (way["disposition"]["route"], way["disposition"]["flag"]) == ("dismantle", "dismantle")
    assert [gate["code"] for gate in way["customer"]["reasons"]] == ["activation_lock_found"]
    assert [gate["code"] for gate in way["customer"]["conditions"]] == [
        "destroy_storage", "erasure_record",
    ]  # fmt: skip
    assert way["weight"] == {"g": 1500.0, "own": True}
    assert all(each["offer"] is None for each in way["disposition"]["routes"])


def test_a_device_that_nobody_recognises_has_no_way_and_the_reason(standing: httpx.Client) -> None:
    way = asked(standing, {"name": "Zorgphone 9", "brand": "Zorg"}, GOOD)
    assert (way["disposition"], way["customer"], way["weight"]) == (None, None, None)
    assert way["referral"]["code"].startswith("unknown_")


@pytest.mark.parametrize(
    ("device", "answers", "code", "field"),
    [
        ({**WASHER, "kind": "toaster"}, RUNS, "unknown_kind", "device.kind"),
        (WASHER, {**RUNS, "erasure": "done"}, "unknown_question", "answers.erasure"),
        ({"category": "laptop"}, {}, "invalid_request", "device"),
        ({"id": IPHONE, "weight_g": 5}, {}, "invalid_request", "device"),
        ({"category": "toaster", "name": "T"}, {}, "invalid_request", "device.category"),
        ({**LAPTOP, "name": f"T14 {IMEI}"}, {}, "invalid_request", "device.name"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_field(
    standing: httpx.Client, device: Any, answers: Any, code: str, field: str
) -> None:
    answer = standing.post("/v1/dispositions", json={"device": device, "answers": answers})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["field"] == field


def test_a_quote_of_another_category_is_a_referral_and_never_a_number(client: httpx.Client) -> None:
    shop: Shop = client.app.state.shop  # type: ignore[attr-defined]  # of Starlette's client
    asked(client, LAPTOP, LOCKED)
    with shop.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(quotes)) == 0, "nothing is stored"
    body = {"device": LAPTOP, "answers": {**LOCKED, "activation_lock": "off"}}
    quote = client.post("/v1/quotes?view=merchant", json=body).raise_for_status().json()
    assert (quote["outcome"], quote["offer"], quote["value"]) == ("referral", None, None)
    assert quote["device"]["category"] == "laptop"
    assert client.get(f"/v1/quotes/{quote['id']}/replay").json()["same"] is True


def test_only_who_may_see_values_is_told(client: httpx.Client) -> None:
    front, body = shopfront(client), {"device": LAPTOP, "answers": LOCKED}
    assert front.ask("owner", "POST", "/v1/dispositions", json=body).status_code == 200
    assert front.ask("nobody", "POST", "/v1/dispositions", json=body).status_code == 401
    front.sign_in(Role.CLERK)
    assert front.ask(Role.CLERK.value, "POST", "/v1/dispositions", json=body).status_code == 403


def test_every_category_can_be_named() -> None:
    accepted = get_args(get_args(DeviceIn.model_fields["category"].annotation)[0])
    assert list(accepted) == [category.value for category in Category]
