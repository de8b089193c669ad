"""A quote is in one basket, and what was paid for it is claimed once and stays."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import insert, select

from tests.web.answers import IMEI, IPHONE, make_body
from tests.web.people import Shopfront, shopfront
from tests.web.test_basket_ends import look, net, settled, totals
from tests.web.test_baskets import BUYS, ask, basket, count, shop_of
from tests.web.test_lives import step, taken
from valuation.domain.people import Role
from valuation.storage.engine import writing
from valuation.storage.tables import baskets

OTHER_IMEI = "356938035643809"
FIRST, SECOND = (
    make_body(device={"id": IPHONE, "identifier": each}) for each in (IMEI, OTHER_IMEI)
)


def receipt(client: httpx.Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return orjson.loads(answer.content)["receipt"]["body"]


def test_the_same_basket_at_once_and_again_is_one_basket(client: httpx.Client) -> None:
    def send(number: int) -> Any:
        key = {"Idempotency-Key": f"till-{number}"} if number % 2 else None
        return basket(client, FIRST, SECOND, purchase=BUYS, codes=["demo-loyalty"], headers=key)

    with ThreadPoolExecutor(8) as threads:
        assert len({each["code"] for each in threads.map(send, range(8))}) == 1
    assert count(shop_of(client).engine, "baskets") == 1
    assert count(shop_of(client).engine, "quotes") == 2


def test_single_quotes_that_two_tills_put_together_at_once_are_one_basket(
    client: httpx.Client,
) -> None:
    for body in (FIRST, SECOND):
        assert client.post("/v1/quotes", json=body).status_code == 201
    with ThreadPoolExecutor(6) as threads:
        told = list(threads.map(lambda _: basket(client, FIRST, SECOND), range(6)))
    assert len({each["code"] for each in told}) == 1
    assert count(shop_of(client).engine, "basket_quotes") == 2


def test_a_line_whose_quote_is_in_another_basket_fails_and_names_it(client: httpx.Client) -> None:
    first = basket(client, FIRST, purchase=BUYS)
    told = basket(client, FIRST, SECOND, purchase=BUYS)
    problem = told["lines"][0]["problem"]
    assert problem["code"] == "in_another_basket"
    assert first["code"] in problem["detail"]
    assert told["offer"] == told["lines"][1]["quote"]["offer"]
    assert basket(client, FIRST, SECOND, purchase=BUYS)["code"] == told["code"]
    other = ask(client, FIRST)
    assert (other.status_code, other.json()["code"]) == (422, "nothing_quoted")
    taken(client, first["lines"][0]["quote"], "decline")
    assert "quote" in basket(client, FIRST)["lines"][0]


def test_the_settlement_of_a_quote_in_a_basket_names_the_basket(client: httpx.Client) -> None:
    told = basket(client, FIRST)
    quote = told["lines"][0]["quote"]
    settled(client, quote)
    address = f"/v1/quotes/{quote['id']}/receipt?of=settlement"
    assert receipt(client, address)["basket"] == told["code"]
    assert told["code"] in client.get(f"{address}&format=html").text
    own = receipt(client, f"/v1/baskets/{told['id']}/receipt?of=settlement")
    assert quote["code"] in own["lines"][0]["answer"]
    alone = client.post("/v1/quotes", json=SECOND).json()
    settled(client, alone)
    assert "basket" not in receipt(client, f"/v1/quotes/{alone['id']}/receipt?of=settlement")


def test_what_was_paid_stays_when_the_settlement_is_taken_back(client: httpx.Client) -> None:
    told = basket(client, make_body(), make_body(cosmetic_grade="C"), codes=["demo-loyalty"])
    first, second = (line["quote"] for line in told["lines"])
    settled(client, first)
    settled(client, second)
    address = f"/v1/baskets/{told['id']}/receipt?of=settlement"
    before, standing = receipt(client, address), look(client, told)
    assert step(client, first, "reverse", reason="resale_failed").status_code == 200
    after, now = receipt(client, address), look(client, told)
    assert (after["offer"], after["extras"]) == (before["offer"], before["extras"])
    assert after["lines"][0]["amount"] == first["offer"]
    assert "taken back" in after["lines"][0]["answer"]
    assert (totals(now), net(now)) == (totals(standing), net(standing))


@pytest.fixture
def front(client: httpx.Client) -> Shopfront:
    found = shopfront(client)
    found.sign_in(Role.CLERK)
    return found


def test_what_was_overridden_is_not_signed_as_it_was_issued(front: Shopfront) -> None:
    told = front.ask("clerk", "POST", "/v1/baskets", json={"lines": [make_body()]}).json()
    quote = told["lines"][0]["quote"]
    addresses = [f"/v1/baskets/{told['id']}/receipt", f"/v1/quotes/{quote['id']}/receipt"]
    for address in addresses:
        assert front.ask("clerk", "GET", address).status_code == 200
    lower = quote["offer"]["amount"] - 1_000
    body = {"step": "override", "amount": lower, "reason": "appraisal"}
    steps = f"/v1/quotes/{quote['id']}/steps?view=customer"
    front.ask("clerk", "POST", steps, json=body).raise_for_status()
    for address, instead in zip(addresses, ("of=settlement", "of=acceptance"), strict=True):
        refused = front.ask("clerk", "GET", address)
        assert (refused.status_code, refused.json()["code"]) == (409, "overridden")
        assert instead in refused.json()["detail"]
    front.ask("clerk", "POST", steps, json={"step": "accept", "amount": lower}).raise_for_status()
    signed = front.ask("clerk", "GET", f"{addresses[1]}?of=acceptance").json()
    assert signed["receipt"]["body"]["offer"]["amount"] == lower


def test_of_older_baskets_that_share_a_quote_one_signs_the_settlement(client: httpx.Client) -> None:
    told = basket(client, make_body())
    taken(client, told["lines"][0]["quote"], "decline")
    with writing(shop_of(client).engine) as connection:
        row = connection.execute(select(baskets)).one()._asdict()
        connection.execute(insert(baskets), {**row, "id": "bk_older", "code": "ZZZ-ZZZ9"})
    assert client.get(f"/v1/baskets/{told['code']}/receipt?of=settlement").status_code == 200
    refused = client.get("/v1/baskets/ZZZ-ZZZ9/receipt?of=settlement").json()
    assert refused["code"] == "nothing_to_receipt"
    assert told["code"] in refused["detail"]
