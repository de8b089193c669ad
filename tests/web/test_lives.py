"""A quote goes on over HTTP: steps, life, replay, receipt."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import select

from tests.callers import bearer, make_clerk, make_key, make_merchant
from tests.fakes import FakeClock
from tests.web.answers import IMEI, NOTHING, make_body
from tests.web.erasures import erased
from tests.web.test_post_quotes import amounts, make_quote
from valuation.domain.people import Role, Scope
from valuation.receipts.key_folder import read_ring
from valuation.receipts.verifying import Authentic, verify
from valuation.settings import Settings
from valuation.storage import tables
from valuation.storage.engine import reading
from valuation.web.life_schemas import LifeOut, ReplayOut

PHOTO = {"digest": "ab" * 32, "place": "shelf 7, photo 1"}
FOUND = {"answers": {"display_works": "cracked", "cosmetic_grade": "D"},
         "photos": {"display_works": [PHOTO]}}  # fmt: skip


def step(client: httpx.Client, quote: dict[str, Any], taken: str, **details: Any) -> httpx.Response:
    body = {"step": taken, **details}
    return client.post(f"/v1/quotes/{quote['id']}/steps", json=body)


def taken(client: httpx.Client, quote: dict[str, Any], *steps: str, **details: Any) -> Any:
    """The life after the steps; the details are the last one's."""
    for each in steps[:-1]:
        assert step(client, quote, each).status_code == 200
    answer = step(client, quote, steps[-1], **details)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_whole_story(client: httpx.Client, settings: Settings) -> None:
    quote = make_quote(client)
    offered = quote["offer"]["amount"]
    life = taken(client, quote, "accept", "receive", "inspect", **FOUND)
    assert life["stage"] == "counter_offered"
    lines = life["inspection"]["lines"]
    assert [line["changes"][0]["reason"] for line in lines] == [
        "display_works_differs", "cosmetic_grade_differs",
    ]  # fmt: skip
    total = sum(line["amount"]["amount"] for line in lines)
    assert life["amount"]["amount"] == offered + total < offered
    taken(client, quote, "accept")
    early = step(client, quote, "settle")
    assert (early.status_code, early.json()["code"]) == (409, "not_erased")
    erased(client, quote)
    life = taken(client, quote, "settle", amount=None)
    assert life["stage"] == "settled"
    kinds = [event["kind"] for event in life["events"]]
    assert kinds == [
        "offered", "accepted", "received", "counter_offered", "counter_accepted", "erased",
        "settled",
    ]  # fmt: skip
    replay = client.get(f"/v1/quotes/{quote['id']}/replay").json()
    assert ReplayOut.model_validate(replay).same
    receipt = client.get(f"/v1/quotes/{quote['id']}/receipt", params={"of": "settlement"})
    verified = verify(receipt.content, read_ring(settings.receipt_keys))
    assert isinstance(verified, Authentic)
    assert orjson.loads(receipt.content)["receipt"]["body"]["offer"] == life["amount"]


@pytest.mark.parametrize("view", ["customer", "merchant"])
def test_the_life_has_exactly_the_fields_that_the_schema_names(
    standing: httpx.Client, view: str
) -> None:
    quote = make_quote(standing)
    taken(standing, quote, "accept", "receive", "inspect", **FOUND)
    told = standing.get(f"/v1/quotes/{quote['id']}/life", params={"view": view}).json()
    LifeOut.model_validate(told)
    assert {event["actor"] is None for event in told["events"]} == {view == "customer"}


def test_no_figure_of_the_customers_life_is_one_of_the_merchants(standing: httpx.Client) -> None:
    quote = make_quote(standing)
    taken(standing, quote, "accept", "receive", "inspect", **FOUND)
    address = f"/v1/quotes/{quote['id']}/life"
    customer = standing.get(address).json()
    merchant = standing.get(address, params={"view": "merchant"}).json()
    repriced = merchant["inspection"]["quote"]
    hidden = {*amounts(repriced["value"]), *amounts(repriced["disposition"]["routes"])}
    assert not (set(amounts(customer)) - {0}) & (hidden - {customer["amount"]["amount"]})


def test_a_step_that_is_not_allowed_now_says_why(standing: httpx.Client) -> None:
    quote = make_quote(standing)
    answer = step(standing, quote, "settle")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_accepted")
    assert "accept it first" in answer.json()["detail"]


def test_an_indicative_quote_cannot_be_accepted(standing: httpx.Client) -> None:
    quote = make_quote(standing, mdm=NOTHING)
    answer = step(standing, quote, "accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "indicative")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"step": "sell"}, "step"),
        ({"step": "accept", "amount": -1}, "amount"),
        ({"step": "accept", "amount": 1.5}, "amount"),
        ({"step": "accept", "price": 1}, "price"),
        ({"step": "inspect", "evidence": [{"digest": "xyz", "place": "p"}]}, "evidence.0.digest"),
    ],
)
def test_a_malformed_step_names_its_field(
    standing: httpx.Client, body: dict[str, Any], field: str
) -> None:
    quote = make_quote(standing)
    answer = standing.post(f"/v1/quotes/{quote['id']}/steps", json=body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]


def test_what_a_finding_opens_must_be_answered_and_an_unknown_answer_is_refused(
    standing: httpx.Client,
) -> None:
    quote = make_quote(standing)
    taken(standing, quote, "accept", "receive")
    for answers, code in (({"functions_work": "no"}, "step_incomplete"),
                          ({"cosmetic_grade": "Z"}, "unknown_answer"),
                          ({"colour": "blue"}, "unknown_question")):  # fmt: skip
        answer = step(standing, quote, "inspect", answers=answers)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_till_that_asks_again_gets_the_same_quote(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "till-7 2026-11-20 0001"}
    first = client.post("/v1/quotes", json=make_body(), headers=key)
    again = client.post("/v1/quotes", json=make_body(), headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


def test_a_till_that_takes_an_imei_for_a_key_leaves_none_in_the_database(
    client: httpx.Client,
) -> None:
    client.post("/v1/quotes", json=make_body(), headers={"Idempotency-Key": IMEI})
    engine = client.app.state.shop.engine  # type: ignore[attr-defined]  # the test client's
    with reading(engine) as connection:
        rows = connection.execute(select(tables.answers)).all()
    assert len(rows) == 1
    assert IMEI not in str(rows)


def test_the_same_key_with_another_request_is_refused(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "one"}
    client.post("/v1/quotes", json=make_body(), headers=key)
    other = client.post("/v1/quotes", json=make_body(cosmetic_grade="C"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_key_is_free_again_after_a_day(client: httpx.Client, clock: FakeClock) -> None:
    key = {"Idempotency-Key": "one"}
    first = client.post("/v1/quotes", json=make_body(), headers=key).json()
    clock.move(hours=24, seconds=1)
    later = client.post("/v1/quotes", json=make_body(), headers=key).json()
    assert later["id"] != first["id"]


def test_fifty_at_once_with_one_key_are_one_quote(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "fifty"}

    def ask(_: int) -> str:
        answer = client.post("/v1/quotes", json=make_body(), headers=key)
        assert answer.status_code == 201
        return str(answer.json()["id"])

    with ThreadPoolExecutor(50) as threads:
        assert len(set(threads.map(ask, range(50)))) == 1


def test_a_step_that_is_sent_twice_is_taken_once(client: httpx.Client) -> None:
    quote, key = make_quote(client), {"Idempotency-Key": "accept-1"}
    address = f"/v1/quotes/{quote['id']}/steps"
    first = client.post(address, json={"step": "accept"}, headers=key)
    again = client.post(address, json={"step": "accept"}, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    refused = client.post(address, json={"step": "accept"})
    assert refused.json()["code"] == "already_accepted"


def test_fifty_at_once_with_one_key_are_one_step(client: httpx.Client) -> None:
    quote, key = make_quote(client), {"Idempotency-Key": "accept-fifty"}
    address = f"/v1/quotes/{quote['id']}/steps"

    def accept(_: int) -> tuple[int, bytes]:
        answer = client.post(address, json={"step": "accept"}, headers=key)
        return answer.status_code, answer.content

    with ThreadPoolExecutor(50) as threads:
        ((status, _),) = set(threads.map(accept, range(50)))
    assert status == 200


def test_a_key_that_was_answered_with_an_open_quote_keeps_to_it(client: httpx.Client) -> None:
    body = make_body(device={"name": "iPhone 13", "storage_gb": 128, "imei": IMEI})
    first = client.post("/v1/quotes", json=body).json()
    key = {"Idempotency-Key": "second-till"}
    assert client.post("/v1/quotes", json=body, headers=key).json() == first
    taken(client, first, "decline")
    assert client.post("/v1/quotes", json=body, headers=key).json() == first


@pytest.mark.parametrize(
    "key", ["", "x" * 256, "13812345678", "till 138-1234-5678", "li@example.com"]
)
def test_an_unusable_key_is_refused(standing: httpx.Client, key: str) -> None:
    answer = standing.post("/v1/quotes", json=make_body(), headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_unusable")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert not key or key not in answer.text


@pytest.mark.parametrize(
    "key", ["6F9619FF-0186-4011-8425-00C04FC964FF", "f013812345678a2bc44d1e9", "till-7-00004711"]
)
def test_a_random_key_is_nobodys_number(standing: httpx.Client, key: str) -> None:
    headers = {"Idempotency-Key": key}
    assert standing.post("/v1/quotes", json=make_body(), headers=headers).status_code == 201


def test_the_same_unit_with_the_same_answers_is_the_same_quote_while_it_is_open(
    client: httpx.Client, clock: FakeClock
) -> None:
    device = {"name": "iPhone 13", "storage_gb": 128, "imei": IMEI}
    first = make_quote(client, device=device)
    clock.move(days=3)
    assert make_quote(client, device=device)["id"] == first["id"]
    assert make_quote(client, device=device, cosmetic_grade="C")["id"] != first["id"]
    taken(client, first, "decline")
    assert make_quote(client, device=device)["id"] != first["id"]


def test_an_override_beyond_the_limit_needs_a_second_person_of_the_shop(
    client: httpx.Client,
) -> None:
    engine = client.app.state.shop.engine  # type: ignore[attr-defined]  # the test client's
    _, store = make_merchant(engine)
    tokens = {
        role: _signed_in(client, store.code, make_clerk(engine, store, role, name=role.value).code)
        for role in (Role.CLERK, Role.MANAGER)
    }
    clerk, manager = bearer(tokens[Role.CLERK]), tokens[Role.MANAGER]
    quote = client.post("/v1/quotes", json=make_body(), headers=clerk).json()
    lower = {"step": "override", "amount": quote["offer"]["amount"] - 9000, "reason": "appraisal"}
    address = f"/v1/quotes/{quote['id']}/steps"
    alone = client.post(address, json=lower, headers=clerk)
    assert alone.json()["code"] == "second_person_needed"
    himself = client.post(
        address, json={**lower, "confirmed_with": tokens[Role.CLERK]}, headers=clerk
    )
    assert himself.json()["code"] == "second_person_is_the_first"
    both = client.post(address, json={**lower, "confirmed_with": manager}, headers=clerk)
    assert both.json()["adjustment"]["amount"] == -9000


def _signed_in(client: httpx.Client, store: str, clerk: str) -> str:
    signed = client.post("/v1/sessions", json={"store": store, "clerk": clerk, "pin": "2468"})
    assert signed.status_code == 201, signed.text
    return str(signed.json()["token"])


@pytest.mark.parametrize("address", ["life", "replay", "receipt", "steps"])
def test_an_outsider_finds_nothing_and_nobody_is_asked_who_they_are(
    client: httpx.Client, address: str
) -> None:
    engine = client.app.state.shop.engine  # type: ignore[attr-defined]  # the test client's
    merchant, _ = make_merchant(engine)
    outsider = bearer(make_key(engine, merchant.id, *Scope).token)
    quote = make_quote(client)

    def ask(headers: dict[str, str]) -> httpx.Response:
        place = f"/v1/quotes/{quote['id']}/{address}"
        if address == "steps":
            return client.post(place, json={"step": "accept"}, headers=headers)
        return client.get(place, headers=headers)

    assert ask(outsider).status_code == 404
    assert ask({"Authorization": ""}).status_code == 401
    assert ask({}).status_code == 200


@pytest.mark.parametrize(("kind", "start"), [("html", b"<!doctype html>"), ("pdf", b"%PDF-")])
def test_a_receipt_is_printed(client: httpx.Client, kind: str, start: bytes) -> None:
    quote = make_quote(client)
    answer = client.get(f"/v1/quotes/{quote['id']}/receipt", params={"format": kind})
    assert answer.status_code == 200
    assert answer.content.lower().startswith(start.lower())
    missing = client.get(f"/v1/quotes/{quote['id']}/receipt", params={"of": "settlement"})
    assert (missing.status_code, missing.json()["code"]) == (409, "nothing_to_receipt")
