"""/v1/quotes/…/erasure: who may record what, and what is answered."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.fakes import FakeClock
from tests.web.answers import IMEI, make_body
from tests.web.erasures import erase, make_record
from tests.web.people import shopfront
from tests.web.test_lives import step, taken
from tests.web.test_post_quotes import make_quote
from valuation.domain.people import Role
from valuation.web.erasure_schemas import ErasuresOut, SignedErasureOut


def inspected(client: httpx.Client) -> dict[str, Any]:
    quote = make_quote(client)
    taken(client, quote, "accept", "receive", "inspect")
    return quote


def test_a_recorded_erasure_lets_the_device_be_settled(standing: httpx.Client) -> None:
    quote = inspected(standing)
    early = step(standing, quote, "settle").json()
    assert early["code"] == "not_erased"
    assert "tradein erasure record" in early["detail"]
    made = erase(standing, quote)
    assert made.status_code == 201
    SignedErasureOut.model_validate(made.json())
    told = standing.get(f"/v1/quotes/{quote['code']}/erasure").json()
    ErasuresOut.model_validate(told)
    (only,) = told["records"]
    assert (told["erased"], only["authentic"]) == (True, True)
    assert only["record"] == made.json()["record"]
    assert step(standing, quote, "settle").status_code == 200


def test_a_factory_reset_alone_does_not_count(standing: httpx.Client) -> None:
    quote = inspected(standing)
    made = erase(standing, quote, method="clear", technique="factory_reset").json()["record"]
    assert (made["verified"], made["faults"][0]["code"]) == (False, "factory_reset_alone")
    assert step(standing, quote, "settle").json()["code"] == "not_erased"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"method": "wipe"}, "method"),
        ({"tool": ""}, "tool"),
        ({"passed": "yes"}, "passed"),
        ({"verified_at": "2026-11-20T12:00:00"}, "verified_at"),
        ({"identifier": "123"}, "identifier"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_malformed_record_names_its_field(
    standing: httpx.Client, changes: dict[str, Any], field: str
) -> None:
    answer = erase(standing, inspected(standing), **changes)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_customer_verifies_nothing_and_another_role_is_no_other_person(
    standing: httpx.Client,
) -> None:
    quote = inspected(standing)
    answer = erase(standing, quote, verified_by="customer:alice")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_record")
    assert "verified_by: whoever erases or verifies is one of clerk" in answer.json()["detail"]
    made = erase(standing, quote, verified_by="manager:Mei").json()["record"]
    assert (made["verified"], made["faults"][0]["code"]) == (False, "one_person")


def test_an_erasure_before_the_device_is_here_is_refused(
    client: httpx.Client, clock: FakeClock
) -> None:
    quote = make_quote(client)
    taken(client, quote, "accept")
    clock.now += timedelta(days=2)
    taken(client, quote, "receive", "inspect")
    answer = erase(client, quote)
    assert (answer.status_code, answer.json()["code"]) == (409, "erased_too_early")
    assert "erase it here" in answer.json()["detail"]


def test_what_no_record_can_say_is_refused_in_words(standing: httpx.Client) -> None:
    quote = inspected(standing)
    answer = erase(standing, quote, method="destroy")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_record")
    assert "crypto_erase is purge" in answer.json()["detail"]


def test_another_units_record_is_refused_without_repeating_it(standing: httpx.Client) -> None:
    quote = standing.post("/v1/quotes", json=make_body(device={"imei": IMEI})).json()
    if quote["outcome"] != "offer":
        device = {"id": make_body()["device"]["id"], "identifier": IMEI}
        quote = standing.post("/v1/quotes", json=make_body(device=device)).json()
    taken(standing, quote, "accept", "receive", "inspect")
    answer = erase(standing, quote, identifier="356938035643809")
    assert (answer.status_code, answer.json()["code"]) == (409, "erased_other_unit")
    assert "356938035643809" not in answer.text
    assert erase(standing, quote, identifier=IMEI).status_code == 201


def test_the_same_request_twice_is_answered_once(standing: httpx.Client) -> None:
    quote = inspected(standing)
    place, key = f"/v1/quotes/{quote['id']}/erasure", {"Idempotency-Key": "erase-1"}
    first, again = (standing.post(place, json=make_record(), headers=key) for _ in range(2))
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    assert erase(standing, quote).content == first.content, "and without a key it is there once"


def test_owner_and_colleague_may_outsider_and_nobody_may_not(standing: httpx.Client) -> None:
    shop = shopfront(standing)
    quote = shop.ask("owner", "POST", "/v1/quotes", json=make_body()).json()
    for each in ("accept", "receive", "inspect"):
        body = {"step": each}
        shop.ask("owner", "POST", f"/v1/quotes/{quote['id']}/steps", json=body).raise_for_status()
    place = f"/v1/quotes/{quote['id']}/erasure"
    for who, status in (("nobody", 401), ("outsider", 404), ("colleague", 201)):
        assert shop.ask(who, "POST", place, json=make_record()).status_code == status
    for who, status in (("nobody", 401), ("outsider", 404), ("owner", 200)):
        assert shop.ask(who, "GET", place).status_code == status


def test_a_person_vouches_for_nobody_who_is_not_signed_in(client: httpx.Client) -> None:
    shop = shopfront(client)
    quote = shop.ask("owner", "POST", "/v1/quotes", json=make_body()).json()
    for each in ("accept", "receive", "inspect"):
        body = {"step": each}
        shop.ask("owner", "POST", f"/v1/quotes/{quote['id']}/steps", json=body).raise_for_status()
    place = f"/v1/quotes/{quote['id']}/erasure"
    shop.sign_in(Role.CLERK)
    token = shop.sign_in(Role.MANAGER)
    alone = shop.ask("clerk", "POST", place, json=make_record())
    assert (alone.status_code, alone.json()["errors"][0]["field"]) == (422, "erased_by")
    me = alone.json()["detail"].partition("(")[2].partition(")")[0]
    second = make_record(erased_by=me, confirmed_with=token)
    other = shop.ask("clerk", "POST", place, json=second)
    assert other.json()["errors"][0]["field"] == "verified_by"
    they = shop.ask("manager", "POST", place, json=make_record()).json()["detail"]
    they = they.partition("(")[2].partition(")")[0]
    both = make_record(erased_by=me, verified_by=they, confirmed_with=token)
    made = shop.ask("clerk", "POST", place, json=both)
    assert made.status_code == 201, made.text
    assert made.json()["record"]["recorded_by"] == me
