"""/v1/customers and /v1/quotes/*/customer: personal data in their own place, and nowhere else."""

import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import inspect, text

from tests.callers import make_key
from tests.customers import EMAIL, NAME, PHONE, PLANTED, TERMS
from tests.databases import connected
from tests.fakes import FakeClock
from tests.web.answers import IMEI, make_body
from tests.web.erasures import erased
from tests.web.people import Shopfront, ask, engine_of, shopfront
from tests.web.test_lives import taken
from tests.web.test_post_quotes import make_quote
from valuation.domain.customers import Purpose
from valuation.domain.people import Mode, Role, Scope
from valuation.web.customer_schemas import CustomerOut, ErasureOut, LinkOut, ReferenceOut

CUSTOMERS = "/v1/customers"
CONSENT = {"purpose": "quote_contact", "wording": "2026-11"}
ABSENT = f"{CUSTOMERS}/cu_0000000000000"
WHO = ("owner", "colleague", "outsider", "nobody")


def make_customer(**changed: Any) -> dict[str, Any]:
    """A request about somebody; a member that is None is left out."""
    body = {"name": NAME, "phone": PHONE, "email": EMAIL, "consents": [CONSENT], **changed}
    return {name: value for name, value in body.items() if value is not None}


def entered(client: httpx.Client, **changed: Any) -> str:
    answer = client.post(CUSTOMERS, json=make_customer(**changed))
    return str(answer.raise_for_status().json()["reference"])


def linked(client: httpx.Client, quote: dict[str, Any], reference: str) -> httpx.Response:
    return client.put(f"/v1/quotes/{quote['id']}/customer", json={"customer": reference})


@pytest.fixture
def front(client: httpx.Client) -> Shopfront:
    """Two merchants and a service of their own."""
    return shopfront(client)


def test_the_story_of_a_customer(client: httpx.Client, clock: FakeClock) -> None:
    quote = make_quote(client)
    answer = client.post(CUSTOMERS, json=make_customer())
    reference = ReferenceOut.model_validate(answer.json()).reference
    assert answer.headers["location"] == f"{CUSTOMERS}/{reference}"
    LinkOut.model_validate(linked(client, quote, reference).raise_for_status().json())
    for place in (f"{CUSTOMERS}/{reference}", f"/v1/quotes/{quote['code']}/customer"):
        told = client.get(place).json()
        CustomerOut.model_validate(told)
        assert (told["name"], told["phone"], told["email"]) == (NAME, PHONE, EMAIL)
        assert told["quotes"] == [quote["id"]]
    done = client.delete(f"{CUSTOMERS}/{reference}").json()
    ErasureOut.model_validate(done)
    assert (done["erased_at"], done["held"]) == ("2026-11-20T04:00:00Z", None)
    clock.move(hours=1)
    assert client.delete(f"{CUSTOMERS}/{reference}").json() == done
    left = client.get(f"{CUSTOMERS}/{reference}").json()
    assert (left["name"], left["phone"], left["email"]) == (None, None, None)
    assert (left["erased_because"], left["quotes"]) == ("requested", [quote["id"]])


def test_erasing_changes_no_byte_of_quote_log_receipt_or_replay(client: httpx.Client) -> None:
    quote = make_quote(client)
    reference = entered(client)
    taken(client, quote, "accept", "receive", "inspect", answers={"cosmetic_grade": "D"})
    places = [
        f"/v1/quotes/{quote['id']}{rest}"
        for rest in ("", "?view=merchant", "/life?view=merchant", "/replay", "/receipt",
                     "/receipt?of=acceptance&format=html", "/receipt?of=counter-offer&format=pdf")
    ]  # fmt: skip
    before = [client.get(place).raise_for_status().content for place in places]
    linked(client, quote, reference).raise_for_status()
    assert [client.get(place).content for place in places] == before
    client.delete(f"{CUSTOMERS}/{reference}").raise_for_status()
    assert [client.get(place).content for place in places] == before
    assert client.get(f"/v1/quotes/{quote['id']}/replay").json()["same"]


def test_a_name_is_held_for_a_device_that_was_bought(
    client: httpx.Client, clock: FakeClock
) -> None:
    quote, reference = make_quote(client), entered(client)
    linked(client, quote, reference)
    taken(client, quote, "accept", "receive", "inspect")
    erased(client, quote)
    taken(client, quote, "settle")
    held = client.delete(f"{CUSTOMERS}/{reference}").json()["held"]
    until = (clock.now + TERMS.holds["settled_purchase_tax"]).isoformat().replace("+00:00", "Z")
    assert held == {"reason": "settled_purchase_tax", "until": until}
    left = client.get(f"{CUSTOMERS}/{reference}").json()
    assert (left["name"], left["phone"], left["erased_at"]) == (NAME, None, None)
    assert linked(client, quote, entered(client)).json()["code"] == "purchase_settled"


def test_the_last_consent_withdrawn_erases(client: httpx.Client) -> None:
    both = [CONSENT, {"purpose": "marketing", "wording": "m-3"}]
    place = f"{CUSTOMERS}/{entered(client, consents=both)}"
    assert client.delete(f"{place}/consents/marketing").json()["erased_at"] is None
    assert client.get(place).json()["name"] == NAME
    assert client.delete(f"{place}/consents/quote_contact").json()["erased_at"]
    assert client.get(place).json()["erased_because"] == "consent_withdrawn"
    answer = client.delete(f"{place}/consents/spam")
    (error,) = answer.json()["errors"]
    assert answer.status_code == 422
    assert all(purpose in error["accepted"] for purpose in Purpose)


def test_each_address_as_owner_colleague_outsider_and_nobody(front: Shopfront) -> None:
    for method, address, statuses in (
        ("POST", CUSTOMERS, (201, 201, 201, 401)),
        ("GET", "{customer}", (200, 200, 404, 401)),
        ("PUT", "{quote}/customer", (200, 200, 404, 401)),
        ("GET", "{quote}/customer", (200, 200, 404, 401)),
        ("DELETE", "{customer}/consents/quote_contact", (200, 200, 404, 401)),
        ("DELETE", "{customer}", (200, 200, 404, 401)),
    ):
        place, body = _places(front, method, address)
        answers = [front.ask(who, method, place, **body) for who in WHO]
        assert tuple(answer.status_code for answer in answers) == statuses, (method, address)


def test_each_address_as_each_role_of_the_owners_store(front: Shopfront) -> None:
    for role in Role:
        front.sign_in(role)
    for method, address, may in (
        ("POST", CUSTOMERS, {Role.CLERK, Role.MANAGER}),
        ("PUT", "{quote}/customer", {Role.CLERK, Role.MANAGER}),
        ("GET", "{customer}", {Role.MANAGER}),
        ("GET", "{quote}/customer", {Role.MANAGER}),
        ("DELETE", "{customer}/consents/marketing", {Role.MANAGER}),
        ("DELETE", "{customer}", {Role.MANAGER}),
    ):
        place, body = _places(front, method, address)
        answers = {role: front.ask(role.value, method, place, **body) for role in Role}
        assert {role for role, answer in answers.items() if answer.is_success} == may, address
        refused = {answer.status_code for role, answer in answers.items() if role not in may}
        assert refused == {403}, address


def _places(front: Shopfront, method: str, address: str) -> tuple[str, dict[str, Any]]:
    """The address with a quote and a customer of the owner's, and what is sent there."""
    reference = front.ask("owner", "POST", CUSTOMERS, json=make_customer()).json()["reference"]
    quote = front.ask("owner", "POST", "/v1/quotes", json=make_body()).headers["location"]
    link = {"customer": reference}
    front.ask("owner", "PUT", f"{quote}/customer", json=link).raise_for_status()
    place = address.replace("{customer}", f"{CUSTOMERS}/{reference}").replace("{quote}", quote)
    body = {"POST": {"json": make_customer()}, "PUT": {"json": link}}.get(method, {})
    return place, body


def test_a_foreign_customer_is_as_absent_as_one_that_never_was(front: Shopfront) -> None:
    place, _ = _places(front, "GET", "{customer}")
    foreign, absent = (front.ask("outsider", "GET", each) for each in (place, ABSENT))
    same = ("status", "code", "title", "detail")
    assert [foreign.json()[name] for name in same] == [absent.json()[name] for name in same]
    quote = front.ask("outsider", "POST", "/v1/quotes", json=make_body()).headers["location"]
    link = {"customer": place.rpartition("/")[2]}
    answer = front.ask("outsider", "PUT", f"{quote}/customer", json=link)
    assert (answer.status_code, answer.json()["code"]) == (404, "customer_not_found")


def test_a_test_key_and_a_live_key_do_not_see_each_others_customers(client: httpx.Client) -> None:
    keys = [
        make_key(engine_of(client), "default", Scope.CUSTOMERS_MANAGE, mode=mode).token
        for mode in Mode
    ]
    for own, other in (keys, keys[::-1]):
        made = ask(client, "POST", CUSTOMERS, own, json=make_customer()).headers["location"]
        assert ask(client, "GET", made, own).status_code == 200
        assert ask(client, "GET", made, other).status_code == 404


def test_a_till_that_asks_again_gets_the_same_reference(client: httpx.Client) -> None:
    key = {"Idempotency-Key": f"enter {PHONE}"}
    first, again = (client.post(CUSTOMERS, json=make_customer(), headers=key) for _ in range(2))
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    other = client.post(CUSTOMERS, json=make_customer(name="Other"), headers=key)
    assert other.json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"name": f"{NAME}\n"}, "bad_customer", "/name"),
        ({"name": IMEI}, "bad_customer", "/name"),
        ({"name": [NAME]}, "invalid_request", "/name"),
        ({"name": NAME * 9}, "invalid_request", "/name"),
        ({"phone": f"{PHONE} Quirinus"}, "bad_customer", "/phone"),
        ({"email": "quirinus.planted.example"}, "bad_customer", "/email"),
        ({"name": None, "phone": None, "email": None}, "bad_customer", ""),
        ({"consents": []}, "bad_customer", "/consents"),
        ({"consents": None}, "invalid_request", "/consents"),
        ({"consents": [CONSENT, CONSENT]}, "bad_customer", "/consents"),
        ({"consents": [{"purpose": NAME, "wording": "1"}]}, "invalid_request",
         "/consents/0/purpose"),
        ({"consents": [{**CONSENT, "wording": NAME}]}, "invalid_request", "/consents/0/wording"),
        ({"consents": [{**CONSENT, NAME: 1}]}, "invalid_request", "/consents/0/*"),
        ({NAME: PHONE}, "invalid_request", "/*"),
        ({"consents": {NAME: PHONE}}, "invalid_request", "/consents"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_named_and_not_repeated(
    standing: httpx.Client, changed: dict[str, Any], code: str, pointer: str
) -> None:
    answer = standing.post(CUSTOMERS, json=make_customer(**changed))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert pointer in {each["pointer"] for each in answer.json()["errors"]}
    assert all(each["accepted"] for each in answer.json()["errors"])
    assert not any(part in answer.text for part in PLANTED)


@pytest.mark.parametrize(
    "body",
    [
        f'{{"name": "{NAME}", "phone": "{PHONE}',
        f'{{"{NAME}", "phone": "{PHONE}"}}',
        f'{{"{NAME}": NaN}}',
        f'{{"name": {NAME}}}',
        f'{{"{NAME}": 1, "{NAME}": 2}}',
        f'{{"consents": [{{"{PHONE}": "\\u0000"}}]}}',
    ],
)
def test_a_body_that_is_no_json_is_not_repeated(standing: httpx.Client, body: str) -> None:
    headers = {"content-type": "application/json"}
    answer = standing.post(CUSTOMERS, content=body.encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
    assert not any(part in answer.text for part in PLANTED)


def test_personal_data_stand_in_the_table_of_customers_alone(
    client: httpx.Client, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in another table, nor in a log, nor in what the service says about itself."""
    quote = make_quote(client)
    with caplog.at_level(logging.DEBUG):
        key = {"Idempotency-Key": PHONE}
        answer = client.post(CUSTOMERS, json=make_customer(), headers=key)
        linked(client, quote, answer.json()["reference"])
        taken(client, quote, "accept", "receive", "inspect")
        client.post(CUSTOMERS, json=make_customer(phone="none of it"))
        client.get(f"{CUSTOMERS}/{answer.json()['reference']}")
        about = [client.get(place).text for place in ("/healthz", "/readyz", "/openapi.json")]
        client.app.state.access.mark()  # type: ignore[attr-defined]  # of Starlette's client
    assert [part for part in PLANTED if part in caplog.text + "".join(about)] == []
    with connected(database_url) as connection:
        holding = {
            table
            for table in inspect(connection).get_table_names()
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 -- names of ours
            if any(part in repr(tuple(row)) for part in PLANTED)
        }
    assert holding == {"customers"}


def test_a_failure_of_ours_logs_no_personal_data(
    client: httpx.Client, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(database_url) as connection:
        connection.execute(text("DROP TABLE consents"))
    answer = client.post(CUSTOMERS, json=make_customer())
    assert answer.status_code in (500, 503)
    assert not any(part in answer.text + caplog.text for part in PLANTED)


def test_a_consent_has_the_moment_when_it_was_given(client: httpx.Client, clock: FakeClock) -> None:
    clock.now += timedelta(hours=2)
    (consent,) = client.get(f"{CUSTOMERS}/{entered(client)}").json()["consents"]
    assert consent == {
        "purpose": "quote_contact", "wording": "2026-11", "given_at": "2026-11-20T06:00:00Z",
        "withdrawn_at": None,
    }  # fmt: skip
