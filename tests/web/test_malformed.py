"""Bodies that are no JSON: the cause, the place, the member and what is accepted there."""

import httpx
import pytest

from tests.web.answers import IMEI, make_body
from valuation.domain.questions import QUESTIONS

JSON = {"content-type": "application/json"}
BODY = b'{"device": {"id": "x"},\n "answers": {"powers_on": "yes", %s'
WHOLE = "an object with market, device, answers, context, lock_days, codes, purchase"
PERCENT = "a whole number from 0 to 100"
WORDS = "text of at most 120 characters"


@pytest.mark.parametrize(
    ("body", "pointer", "accepted", "said"),
    [
        (BODY % b'"battery_health": NaN}}', "/answers/battery_health", PERCENT, "column 52"),
        (BODY % b'"battery_health": -Infinity}}', "/answers/battery_health", PERCENT, "line 2"),
        (BODY % b'"battery_health": 1e999}}', "/answers/battery_health", PERCENT, "infinity"),
        (BODY % b'"mdm": True}}', "/answers/mdm", "enrolled, none", "column 41"),
        (BODY % b'"mdm": "no', "/answers/mdm", "enrolled, none", "end of data"),
        (BODY % b'"battery_health": 8', "/answers/battery_health", PERCENT, "end of data"),
        (BODY % b'"mdm": "none", "mdm": "enrolled"}}', "/answers/mdm", "enrolled, none", "twice"),
        (BODY % b'"mdm": "none",}}', "/answers", None, "trailing comma"),
        (b'{"market": "a", "device": {"id": "x\\ud800y"}}', "/device/id", WORDS, "surrogate"),
        (b'{"device": {"id": "a\\u0000b"}}', "/device/id", WORDS, "NUL"),
        (b'{"device": {"id": "a\x00b"}}', "/device/id", WORDS, "control character"),
        (b'{"device": {"name": "\xff"}}', "/device/name", WORDS, "column 22"),
        (b'{"device": {"a": {"c": [1, 2, x]}}}', "/device/a/c/2", None, "column 31"),
        (b'{"answers": {}, "answers": {}}', "/answers", None, "twice"),
        (b"{", "", WHOLE, "end of data"),
        (b"{'device': 1}", "", WHOLE, "string key"),
        (b'{"device": {}} x', "", WHOLE, "after document"),
        (b"", "", WHOLE, "needed"),
        (b"null", "", WHOLE, "not an object"),
        (b"[1]", "", WHOLE, "not an object"),
        (b'"text"', "", WHOLE, "not an object"),
        (b'{"device": {}, "answers": []}', "/answers", None, "not an object"),
    ],
)
def test_a_malformed_body_names_the_member_and_what_is_accepted_there(
    standing: httpx.Client, body: bytes, pointer: str, accepted: str | None, said: str
) -> None:
    problem = standing.post("/v1/quotes", content=body, headers=JSON).json()
    assert problem["code"] in ("malformed_body", "invalid_request")
    error = next(each for each in problem["errors"] if each["pointer"] == pointer)
    assert said in error["message"]
    if accepted is not None:
        assert error["accepted"] == accepted
    assert error["field"] == (pointer.removeprefix("/").replace("/", ".") or "body")
    if pointer == "/answers":
        assert all(question.id in error["accepted"] for question in QUESTIONS)


def test_a_pointer_is_spelled_as_the_standard_says(standing: httpx.Client) -> None:
    answer = standing.post("/v1/quotes", content=b'{"a~/b": NaN}', headers=JSON)
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["field"]) == ("/a~0~1b", "a~/b")


@pytest.mark.parametrize(
    "body",
    [
        b'{"context": {"%s": "a", "%s": "b"}}' % (IMEI.encode(), IMEI.encode()),
        b'{"context": {"%s": NaN}}' % IMEI.encode(),
        b'{"%s" 1}' % IMEI.encode(),
    ],
)
def test_the_place_of_a_fault_repeats_no_imei(standing: httpx.Client, body: bytes) -> None:
    answer = standing.post("/v1/quotes", content=body, headers=JSON)
    assert answer.status_code == 400
    assert IMEI[:8] not in answer.text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"[" * 2000, "/0/0/0/0/0/0/0/0"),
        (b"[" * 1000 + b"]" * 1000, "/0/0/0/0/0/0/0/0"),
        (b'{"device": {"id": ' + b"[" * 7 + b"]" * 7 + b"}}", "/device/id/0/0/0/0/0/0"),
        (b'{"device": {"id": ' + b"[" * 7, "/device/id/0/0/0/0/0/0"),
        (b'{"answers": ' + b'{"a": ' * 300 + b"1" + b"}" * 301, "/answers" + "/a" * 7),
    ],
)
def test_a_body_nested_too_deeply_names_the_member_and_how_deep_is_read(
    standing: httpx.Client, body: bytes, pointer: str
) -> None:
    answer = standing.post("/v1/quotes", content=body, headers=JSON)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["message"]) == (pointer, "the body is nested too deeply")
    assert error["accepted"] == "at most 8 objects and arrays in one another"


def test_a_body_as_deep_as_is_read_is_refused_for_what_it_holds(standing: httpx.Client) -> None:
    body = b'{"device": {"id": ' + b"[" * 6 + b"]" * 6 + b"}}"
    problem = standing.post("/v1/quotes", content=body, headers=JSON).json()
    assert problem["code"] == "invalid_request"


@pytest.mark.parametrize(
    ("method", "address", "parameter", "accepted"),
    [
        ("POST", "/v1/quotes?colour=red", "colour", "view"),
        ("POST", "/v1/quotes?limit=3", "limit", "view"),
        ("POST", "/v1/quotes?view=boss", "view", "customer or merchant"),
        ("GET", "/v1/devices?q=a&view=customer", "view", "q, limit, starting_after"),
    ],
)
def test_a_wrong_parameter_names_those_of_its_own_address(
    standing: httpx.Client, method: str, address: str, parameter: str, accepted: str
) -> None:
    body = {"device": {"id": "x"}, "answers": {}} if method == "POST" else None
    (error,) = standing.request(method, address, json=body).json()["errors"]
    assert (error["field"], error["accepted"], error["pointer"]) == (parameter, accepted, None)


def test_a_market_that_is_not_served_is_a_member_of_the_body_or_a_parameter(
    standing: httpx.Client,
) -> None:
    body = {"market": "atlantis", "device": {"id": "x"}, "answers": {}}
    posted = standing.post("/v1/quotes", json=body).json()["errors"][0]
    asked = standing.get("/v1/bundle?market=atlantis").json()["errors"][0]
    assert (posted["field"], posted["pointer"]) == ("market", "/market")
    assert (asked["field"], asked["pointer"]) == ("market", None)


def test_a_wrong_reason_names_its_member_and_every_reason_there_is(client: httpx.Client) -> None:
    quote = client.post("/v1/quotes", json=make_body()).json()
    body = {"step": "override", "amount": 1, "reason": "whim"}
    answer = client.post(f"/v1/quotes/{quote['id']}/steps", json=body)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, "reason")
    assert "goodwill" in error["accepted"]
    assert "resale_failed" in error["accepted"]
