"""POST /v1/quotes: what is refused, and how."""

from typing import Any

import httpx
import pytest

from tests.fakes import FakeEntropy
from tests.web.answers import GOOD, IMEI, IPHONE, make_body
from valuation.domain.device import Category
from valuation.domain.questions import questions_for


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"powers_on": "perhaps"}, "unknown_answer", "answers.powers_on"),
        ({"powers_on": True}, "unknown_answer", "answers.powers_on"),
        ({"battery_health": 101}, "unknown_answer", "answers.battery_health"),
        ({"battery_health": 88.0}, "unknown_answer", "answers.battery_health"),
        ({"battery_health": [88]}, "unknown_answer", "answers.battery_health"),
        ({"colour": "red"}, "unknown_question", "answers.colour"),
        ({"powers_on": "no"}, "impossible_answers", "answers.display_works"),
        ({"device": {"storage_gb": 128}}, "device_needed", "device"),
        ({"device": {"imei": "12345"}}, "not_an_identifier", "device.imei"),
        ({"device": {"identifier": "12345"}}, "not_an_identifier", "device.identifier"),
        ({"device": {"name": 13}}, "invalid_request", "device.name"),
        ({"device": {"name": "iPhone 13", "storage_gb": "128"}}, "invalid_request",
         "device.storage_gb"),
        ({"device": {"name": "iPhone 13", "colour": "red"}}, "invalid_request", "device.colour"),
        ({"device": {"name": "iPhone 13", "id": IPHONE}}, "invalid_request", "device"),
        ({"device": {"name": "x" * 121}}, "invalid_request", "device.name"),
        ({"market": "atlantis"}, "unknown_market", "market"),
        ({"market": "us-usd-sold-real"}, "unknown_market", "market"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_what_is_accepted(
    standing: httpx.Client, changes: dict[str, Any], code: str, field: str
) -> None:
    answer = standing.post("/v1/quotes", json=make_body(**changes))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in problem["errors"]]
    assert problem["request_id"] == answer.headers["x-request-id"]


def test_a_context_that_no_sale_had_is_refused(standing: httpx.Client) -> None:
    body = make_body() | {"context": {"channel": "stall"}}
    problem = standing.post("/v1/quotes", json=body).json()
    assert problem["code"] == "unknown_context"
    assert problem["errors"][0]["accepted"] == "online, store"
    assert standing.post("/v1/quotes", json=body | {"context": {"channel": "online"}}).is_success


@pytest.mark.parametrize(
    "body",
    [
        make_body(device={"name": IMEI}),
        make_body(device={"name": f"iPhone {IMEI}"}),
        make_body(device={"name": "iPhone 13", IMEI: 1}),
        make_body(device={"imei": int(IMEI)}),
        make_body(device={"imei": IMEI[:14] + "9"}),
        make_body(device={"imei": f"{IMEI} {IMEI}"}),
        make_body(device={"version": "49-015420-323751-8", "name": "iPhone 13"}),
        make_body(powers_on=IMEI),
        make_body(powers_on="x" * 27 + IMEI),
        make_body(battery_health=int(IMEI)),
        make_body(**{IMEI: "yes"}),
        make_body(market=IMEI),
        {**make_body(), "context": {"channel": IMEI}},
        {**make_body(), "context": {IMEI: "online"}},
        {**make_body(), IMEI: 1},
        {**make_body(), "market": {"imei": IMEI}},
        [IMEI],
    ],
)
def test_an_error_never_repeats_an_imei(standing: httpx.Client, body: Any) -> None:
    answer = standing.post("/v1/quotes", json=body)
    assert answer.status_code == 422, answer.text
    digits = "".join(c for c in answer.text if c.isdigit())
    assert IMEI[:10] not in digits
    assert IMEI[2:12] not in digits


RAW = b'{"device": {"id": "%s"}, "answers": %s}'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        RAW % (IPHONE.encode(), b'{"battery_health": NaN}'),
        RAW % (IPHONE.encode(), b'{"battery_health": Infinity}'),
        RAW % (IPHONE.encode(), b'{"battery_health": 1e999}'),
        RAW % (b"\\ud800", b"{}"),
        RAW % (b"a\\u0000b", b"{}"),
        RAW % (IPHONE.encode(), b'{"powers_on": "no", "powers_on": "yes"}'),
        b"[" * 2000 + b"]" * 2000,
        b"[" * 1000 + b"]" * 1000,
        b"null",
        b'"text"',
    ],
)
def test_what_is_not_strict_json_is_refused(standing: httpx.Client, body: bytes) -> None:
    json = {"content-type": "application/json"}
    answer = standing.post("/v1/quotes", content=body, headers=json)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_over_64_kib_is_refused_announced_or_not(standing: httpx.Client) -> None:
    json = {"content-type": "application/json"}
    large = b'{"device": "' + b"x" * 70_000 + b'"}'
    announced = standing.post("/v1/quotes", content=large, headers=json)
    streamed = standing.post("/v1/quotes", content=iter([large[:40_000], large[40_000:]]),
                           headers=json)  # fmt: skip
    for answer in (announced, streamed):
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (413, "body_too_large")
        assert problem["largest_bytes"] == 65_536
        assert problem["errors"] == [{
            "field": "body", "message": "larger than is read",
            "accepted": "at most 65536 bytes", "pointer": "",
        }]  # fmt: skip


def test_a_body_that_is_not_json_by_its_type_is_refused(standing: httpx.Client) -> None:
    answer = standing.post("/v1/quotes", content=b"{}", headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_another_method_and_another_address_are_problems_too(standing: httpx.Client) -> None:
    wrong_method, nowhere = standing.delete("/v1/quotes"), standing.get("/v1/nothing")
    assert (wrong_method.status_code, wrong_method.json()["code"]) == (405, "method_not_allowed")
    assert wrong_method.headers["allow"] == "POST"
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    assert nowhere.headers["content-type"] == "application/problem+json"


def test_every_answer_has_the_security_headers(standing: httpx.Client) -> None:
    for answer in (standing.get("/healthz"), standing.get("/docs"), standing.get("/nothing")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_fault_of_ours_shows_an_id_and_nothing_else(
    client: httpx.Client, entropy: FakeEntropy
) -> None:
    entropy.laid_down = ["not bytes"]  # type: ignore[list-item]  # a fault, on purpose
    answer = client.post("/v1/quotes", json=make_body())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "Traceback" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_the_answers_in_the_request_are_all_of_the_registry() -> None:
    assert set(GOOD) == {
        q.id for q in questions_for(Category.PHONE) if all(c.answer == "yes" for c in q.asked_when)
    }
