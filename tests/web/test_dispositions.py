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
    assert way["weight"] == {"g": 174.0, "own": True}


def test_a_device_without_a_price_that_may_be_used_again_waits_for_a_person(
    standing: httpx.Client,
) -> None:
    way = asked(standing, WASHER, RUNS)
    assert (way["priced"], way["disposition"]["route"], way["value"]) == (False, None, None)
    assert way["referral"]["code"] == "no_price_model"
    assert [note["code"] for note in way["notes"]] == ["reuse_first", "materials_unknown"]
    assert way["weight"] == {"g": 72_540.0, "own": False}
    figures = {each["route"]: each["expected"] for each in way["disposition"]["routes"]}
    assert figures["resell-as-is"] is figures["parts"] is None
    assert figures["dismantle"] == {"amount": 0, "currency": "CNY"}
    kept = {each["route"]: each["impact"]["kept_g"] for each in way["disposition"]["routes"]}
    assert kept["dismantle"] == 72_540.0
    assert {"routes", "saves"}.isdisjoint(way["customer"])


def test_a_locked_laptop_is_dismantled_and_its_storage_destroyed(standing: httpx.Client) -> None:
    way = asked(standing, {**LAPTOP, "weight_g": 1_500}, {**LOCKED, "erasure": "pending"})
    assert (way["disposition"]["route"], way["disposition"]["flag"]) == ("dismantle", "dismantle")
    assert [gate["code"] for gate in way["customer"]["reasons"]] == ["activation_lock_found"]
    assert [gate["code"] for gate in way["customer"]["conditions"]] == ["destroy_storage"]
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
