"""POST /v1/sessions and DELETE /v1/sessions/current."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.callers import OTHER_PIN, PIN, TILL, make_clerk, make_merchant
from tests.fakes import FakeClock
from tests.web.answers import make_body
from tests.web.people import ask, engine_of
from tests.web.running import running
from valuation.domain.people import Role
from valuation.people.access import IDLE
from valuation.people.signing_in import WRONG_PINS
from valuation.settings import Settings
from valuation.storage.engine import writing
from valuation.storage.people import PeopleStore
from valuation.web.sessions_api import SessionOut


def counter(client: httpx.Client, role: Role = Role.CLERK) -> dict[str, Any]:
    """What somebody types at the counter of a new merchant."""
    engine = engine_of(client)
    _, store = make_merchant(engine)
    return {"store": store.code, "clerk": make_clerk(engine, store, role).code, "pin": PIN}


def sign_in(client: httpx.Client, what: dict[str, Any]) -> httpx.Response:
    return ask(client, "POST", "/v1/sessions", None, json=what)


def status(client: httpx.Client, token: str) -> int:
    """What a quote of nobody's is answered with: 404 to whoever is known."""
    return ask(client, "GET", "/v1/quotes/AAA-AAAA", token).status_code


def test_codes_and_a_pin_make_a_session_that_quotes(client: httpx.Client) -> None:
    answer = sign_in(client, counter(client))
    assert answer.status_code == 201
    session = answer.json()
    SessionOut.model_validate(session)
    assert session["role"] == "clerk"
    assert session["name"] == "Ming"
    assert session["idle_minutes"] == 30
    assert session["expires_at"] == "2026-11-20T16:00:00Z"
    made = ask(client, "POST", "/v1/quotes", session["token"], json=make_body())
    assert made.status_code == 201


def test_codes_may_be_typed_in_small_letters(client: httpx.Client) -> None:
    what = counter(client)
    lower = {**what, "store": what["store"].lower(), "clerk": what["clerk"].lower()}
    assert sign_in(client, lower).status_code == 201


@pytest.mark.parametrize("field", ["store", "clerk", "pin"])
def test_whichever_is_wrong_the_answer_is_the_same(client: httpx.Client, field: str) -> None:
    wrong = {**counter(client), field: OTHER_PIN if field == "pin" else "ZZZZZZ"}
    answer = sign_in(client, wrong)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_pin")
    assert answer.json()["detail"] == "the store code, the clerk code or the PIN is wrong"
    assert answer.headers["www-authenticate"]


def test_the_fifth_wrong_pin_locks_for_a_while_and_says_how_long(
    client: httpx.Client, clock: FakeClock
) -> None:
    what = counter(client)
    for _ in range(WRONG_PINS - 1):
        assert sign_in(client, {**what, "pin": OTHER_PIN}).status_code == 401
    answer = sign_in(client, {**what, "pin": OTHER_PIN})
    assert (answer.status_code, answer.json()["code"]) == (429, "clerk_locked")
    assert answer.headers["retry-after"] == "900"
    assert "15 min" in answer.json()["detail"]
    clock.move(minutes=14)
    assert sign_in(client, what).headers["retry-after"] == "60"
    clock.move(minutes=1)
    assert sign_in(client, what).status_code == 201


def test_a_session_ends_after_its_hours(environment: dict[str, str]) -> None:
    clock = FakeClock()
    short = Settings.from_environment({**environment, "TRADEIN_SESSION_HOURS": "1"})
    with running(short, clock=clock) as client:
        token = sign_in(client, counter(client)).json()["token"]
        for _ in range(3):
            clock.move(minutes=19)
            assert status(client, token) == 404
        clock.move(minutes=3)
        assert status(client, token) == 401


def test_a_session_that_nobody_uses_ends(client: httpx.Client, clock: FakeClock) -> None:
    token = sign_in(client, counter(client)).json()["token"]
    assert status(client, token) == 404
    clock.now += IDLE + timedelta(seconds=1)
    answer = ask(client, "GET", "/v1/quotes/AAA-AAAA", token)
    assert answer.status_code == 401
    assert "sign in again" in answer.json()["detail"]


def test_signing_out_ends_the_session_at_once(client: httpx.Client) -> None:
    what = counter(client)
    first, second = (sign_in(client, what).json()["token"] for _ in range(2))
    assert (status(client, first), status(client, second)) == (404, 404)
    answer = ask(client, "DELETE", "/v1/sessions/current", first)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (status(client, first), status(client, second)) == (401, 404)
    assert ask(client, "DELETE", "/v1/sessions/current", first).status_code == 401


def test_a_key_has_no_session_to_end(client: httpx.Client) -> None:
    answer = client.delete("/v1/sessions/current")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_session")
    assert status(client, TILL) == 404


def test_a_disabled_clerk_is_out_and_stays_out(client: httpx.Client, clock: FakeClock) -> None:
    what = counter(client)
    session = sign_in(client, what).json()
    with writing(engine_of(client)) as connection:
        clerk_id = session["actor"].removeprefix("clerk:")
        PeopleStore(connection).disable_clerk(clerk_id, at=clock.now)
    clock.move(seconds=2)
    assert status(client, session["token"]) == 401
    assert sign_in(client, what).status_code == 401


@pytest.mark.parametrize(
    ("change", "pointer", "accepted"),
    [
        ({"pin": "123"}, "/pin", "4 to 8 digits"),
        ({"pin": 2468}, "/pin", "4 to 8 digits"),
        ({"pin": "１２３４"}, "/pin", "4 to 8 digits"),
        ({"pin": None}, "/pin", "4 to 8 digits"),
        ({"store": "' OR 1"}, "/store", "1 to 8 letters and digits"),
        ({"colour": "red"}, "/colour", "store, clerk, pin"),
    ],
)
def test_a_malformed_request_says_what_is_accepted_and_repeats_no_pin(
    client: httpx.Client, change: dict[str, Any], pointer: str, accepted: str
) -> None:
    answer = sign_in(client, {"store": "ABCDEF", "clerk": "ABCD", "pin": "97531", **change})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["accepted"]) == (pointer, accepted)
    assert "97531" not in answer.text
    assert "2468" not in answer.text


def test_broken_json_names_the_member_of_this_body(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/v1/sessions", content=b'{"pin": "24', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["accepted"]) == ("/pin", "4 to 8 digits")


def test_a_pin_and_a_token_are_in_no_log(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    what = counter(client)
    with caplog.at_level("DEBUG"):
        token = sign_in(client, what).json()["token"]
        sign_in(client, {**what, "pin": OTHER_PIN})
        status(client, token)
    assert not any(secret in caplog.text for secret in (PIN, OTHER_PIN, token))
