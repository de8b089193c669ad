"""Every way to ask for a quote wrongly: a 4xx that names the field and what is accepted there."""

from typing import Any

import httpx
import orjson
import pytest

from tests.web.answers import GOOD, IMEI, IPHONE, make_body

JSON = {"content-type": "application/json"}
NAME = {"name": "iPhone 13", "storage_gb": 128}


def sent(**changes: Any) -> bytes:
    """A good body with other members."""
    return orjson.dumps({**make_body(), **changes})


def answered(**changes: Any) -> bytes:
    """A good body with other answers."""
    return sent(answers={**GOOD, **changes})


def without(*names: str) -> bytes:
    """A good body without some members."""
    return orjson.dumps({k: v for k, v in make_body().items() if k not in names})


def raw(device: bytes = b'{"id": "x"}', answers: bytes = b"{}") -> bytes:
    """A body as it is spelled."""
    return b'{"device": %s, "answers": %s}' % (device, answers)


REFUSED: list[tuple[str, bytes, int, str]] = [
    # no JSON, or JSON that two readers could read differently
    ("empty", b"", 422, "body"),
    ("cut off", raw()[:-2], 400, "answers"),
    ("not UTF-8", raw(b'{"name": "\xff"}'), 400, "device.name"),
    ("UTF-16", raw().decode().encode("utf-16"), 400, "body"),
    ("NaN", raw(answers=b'{"battery_health": NaN}'), 400, "answers.battery_health"),
    ("infinity", raw(answers=b'{"battery_health": -Infinity}'), 400, "answers.battery_health"),
    ("too large a number", raw(b'{"storage_gb": 1e999}'), 400, "device.storage_gb"),
    ("lone surrogate", raw(b'{"name": "a\\ud800"}'), 400, "device.name"),
    ("NUL", raw(b'{"name": "a\\u0000"}'), 400, "device.name"),
    ("NUL byte", raw(b'{"name": "a\x00"}'), 400, "device.name"),
    ("NUL in a name", b'{"dev\\u0000ice": {}}', 400, "body"),
    ("twice", raw(answers=b'{"mdm": "none", "mdm": "enrolled"}'), 400, "answers.mdm"),
    ("nested", raw(b"[" * 900 + b"]" * 900), 400, "device.0.0.0.0.0.0.0"),
    ("oversized", raw(b'{"name": "%s"}' % (b"x" * 70_000)), 413, "body"),
    # members
    ("an array", b"[]", 422, "body"),
    ("null", b"null", 422, "body"),
    ("no device", without("device"), 422, "device"),
    ("no answers", without("answers"), 422, "answers"),
    ("unknown member", sent(colour="red"), 422, "colour"),
    ("unknown member of the device", sent(device={**NAME, "colour": "red"}), 422, "device.colour"),
    ("market of another type", sent(market=1), 422, "market"),
    ("market not served", sent(market="atlantis"), 422, "market"),
    ("device is text", sent(device="iPhone 13"), 422, "device"),
    ("answers are a list", sent(answers=[GOOD]), 422, "answers"),
    ("context is text", sent(context="online"), 422, "context"),
    ("context of numbers", sent(context={"channel": 1}), 422, "context.channel"),
    ("context unknown", sent(context={"colour": "red"}), 422, "context.colour"),
    ("context never sold in", sent(context={"channel": "stall"}), 422, "context.channel"),
    ("lock of another length", sent(lock_days=3), 422, "lock_days"),
    ("lock is text", sent(lock_days="7"), 422, "lock_days"),
    ("codes are text", sent(codes="SPRING"), 422, "codes"),
    ("a code is a number", sent(codes=[1]), 422, "codes.0"),
    ("too many codes", sent(codes=["x"] * 11), 422, "codes"),
    ("purchase of nothing", sent(purchase={}), 422, "purchase.price"),
    ("purchase below 0", sent(purchase={
        "price": -1, "currency": "CNY", "category": "phone"}), 422, "purchase.price"),
    ("purchase of an IMEI", sent(purchase={
        "price": 1, "currency": IMEI, "category": IMEI}), 422, "purchase.category"),
    # the device
    ("nothing named", sent(device={}), 422, "device"),
    ("storage alone", sent(device={"storage_gb": 128}), 422, "device"),
    ("id and name", sent(device={**NAME, "id": IPHONE}), 422, "device"),
    ("imei and identifier", sent(device={"imei": IMEI, "identifier": IMEI}), 422, "device"),
    ("name is a number", sent(device={"name": 13}), 422, "device.name"),
    ("name is empty", sent(device={"name": ""}), 422, "device.name"),
    ("name too long", sent(device={"name": "x" * 121}), 422, "device.name"),
    ("name is an IMEI", sent(device={"name": IMEI}), 422, "device.name"),
    ("storage is text", sent(device={**NAME, "storage_gb": "128"}), 422, "device.storage_gb"),
    ("storage below 0", sent(device={**NAME, "storage_gb": -1}), 422, "device.storage_gb"),
    ("RAM is true", sent(device={**NAME, "ram_gb": True}), 422, "device.ram_gb"),
    ("imei too short", sent(device={"imei": "12345"}), 422, "device.imei"),
    ("imei is a number", sent(device={"imei": int(IMEI)}), 422, "device.imei"),
    ("imei with a slip", sent(device={"imei": IMEI[:14] + "9"}), 422, "device.imei"),
    ("identifier", sent(device={**NAME, "identifier": IMEI[:14]}), 422, "device.identifier"),
    ("never made", sent(device={"name": "iPhone 13", "storage_gb": 64}), 422, "device"),
    ("no storage", sent(device={"name": "iPhone 13"}), 422, "device"),
    ("two storages", sent(device={"name": "iPhone 13 256", "storage_gb": 128}), 422, "device"),
    # the answers
    ("unknown question", answered(colour="red"), 422, "answers.colour"),
    ("unknown answer", answered(powers_on="perhaps"), 422, "answers.powers_on"),
    ("an answer of another type", answered(powers_on=True), 422, "answers.powers_on"),
    ("an answer is null", answered(powers_on=None), 422, "answers.powers_on"),
    ("an answer is an object", answered(mdm={"a": 1}), 422, "answers.mdm"),
    ("battery above 100", answered(battery_health=101), 422, "answers.battery_health"),
    ("battery of a fraction", answered(battery_health=88.5), 422, "answers.battery_health"),
    ("battery is text", answered(battery_health="88"), 422, "answers.battery_health"),
    ("battery is an IMEI", answered(battery_health=int(IMEI)), 422, "answers.battery_health"),
    ("off, yet it shows a picture", answered(powers_on="no"), 422, "answers.display_works"),
    ("works, yet a camera does not", answered(cameras_work="no"), 422, "answers.cameras_work"),
    ("a tablet is locked to an operator", orjson.dumps(make_body(
        device={"name": "iPad 9", "storage_gb": 64}, sim_lock="locked")), 422, "answers.sim_lock"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "field"), [
    pytest.param(*case, id=name) for name, *case in REFUSED
])  # fmt: skip
def test_a_refusal_names_the_field_and_what_is_accepted_and_repeats_no_imei(
    standing: httpx.Client, body: bytes, status: int, field: str
) -> None:
    answer = standing.post("/v1/quotes", content=body, headers=JSON)
    problem = answer.json()
    assert answer.status_code == status, problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in problem["errors"]], problem
    assert all(error["accepted"] for error in problem["errors"]), problem
    assert IMEI[:8] not in answer.text


@pytest.mark.parametrize(
    ("headers", "address", "status", "field"),
    [
        ({"content-type": "text/plain"}, "/v1/quotes", 415, "Content-Type"),
        ({"content-type": ""}, "/v1/quotes", 415, "Content-Type"),
        ({**JSON, "idempotency-key": "x" * 256}, "/v1/quotes", 422, "Idempotency-Key"),
        (JSON, "/v1/quotes?view=boss", 422, "view"),
        (JSON, "/v1/quotes?colour=red", 422, "colour"),
        (JSON, f"/v1/quotes?{IMEI}=1", 422, "…"),
    ],
)
def test_a_wrong_header_or_parameter_is_named_too(
    standing: httpx.Client, headers: dict[str, str], address: str, status: int, field: str
) -> None:
    answer = standing.post(address, content=sent(), headers=headers)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (status, field)
    assert error["accepted"]
    assert IMEI[:8] not in answer.text


def test_a_key_that_came_with_another_request_is_named(standing: httpx.Client) -> None:
    headers = {**JSON, "idempotency-key": "every-refusal"}
    assert standing.post("/v1/quotes", content=sent(), headers=headers).status_code == 201
    other = standing.post("/v1/quotes", content=answered(battery_health=80), headers=headers)
    (error,) = other.json()["errors"]
    assert (other.status_code, error["field"]) == (422, "Idempotency-Key")


def test_who_asks_without_a_key_is_told_how(standing: httpx.Client) -> None:
    answer = standing.post(
        "/v1/quotes", content=sent(), headers={**JSON, "authorization": f"Bearer {IMEI}"}
    )
    assert answer.status_code == 401
    assert "www-authenticate" in answer.headers
    assert IMEI[:8] not in answer.text
