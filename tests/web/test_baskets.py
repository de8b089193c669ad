"""POST /v1/baskets: several devices, each an ordinary quote, one sum and one receipt."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine, event, text

from tests.callers import bearer, make_key, make_merchant
from tests.quotes.test_beside import make_code
from tests.quotes.test_same_unit import rotate
from tests.web.answers import IMEI, NOTHING, make_body
from tests.web.erasures import erased
from tests.web.test_lives import taken
from valuation.receipts.key_folder import read_ring
from valuation.receipts.verifying import Authentic, verify
from valuation.settings import Settings
from valuation.shop import Shop
from valuation.storage.engine import reading
from valuation.web.basket_schemas import CustomerBasket, MerchantBasket

BUYS = {"price": 599_900, "currency": "CNY", "category": "phone"}
UNREADABLE = {"device": {"name": 7}, "answers": {}}
UNKNOWN = {**make_body(), "answers": {"colour": "blue"}}


def ask(
    client: httpx.Client, *lines: Any, headers: Any = None, view: str = "customer", **besides: Any
) -> httpx.Response:
    body = {"lines": list(lines), **besides}
    return client.post("/v1/baskets", params={"view": view}, json=body, headers=headers)


def basket(client: httpx.Client, *lines: Any, **besides: Any) -> Any:
    answer = ask(client, *lines, **besides)
    assert answer.status_code == 201, answer.text
    return answer.json()


def shop_of(client: httpx.Client) -> Shop:
    shop: Shop = client.app.state.shop  # type: ignore[attr-defined]  # the test client's
    return shop


def count(engine: Engine, table: str) -> object:
    with reading(engine) as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608 -- names of this test


@pytest.mark.parametrize("view", ["customer", "merchant"])
def test_a_basket_has_its_quotes_their_sum_and_one_net_to_pay(
    standing: httpx.Client, view: str
) -> None:
    lines = (make_body(), make_body(cosmetic_grade="D"))
    told = basket(standing, *lines, view=view, purchase=BUYS, codes=["demo-loyalty", "demo-coupon"])
    (CustomerBasket if view == "customer" else MerchantBasket).model_validate(told)
    quotes = [line["quote"] for line in told["lines"]]
    assert told["offer"]["amount"] == sum(quote["offer"]["amount"] for quote in quotes)
    assert told["bonus"]["amount"] == 2 * 5000, "a word's bonus is for each device"
    kinds = [line["kind"] for line in told["extras"]["lines"]]
    assert kinds == ["coupon", "subsidy", "bonus", "bonus"]
    off = sum(line["amount"]["amount"] for line in told["extras"]["lines"])
    net = told["extras"]["net_to_pay"]["amount"]["amount"]
    assert net == 599_900 - told["offer"]["amount"] - off


def test_each_quote_is_an_ordinary_one_with_a_life_of_its_own(standing: httpx.Client) -> None:
    told = basket(standing, make_body(), make_body(cosmetic_grade="C"))
    first, second = (line["quote"] for line in told["lines"])
    assert standing.get(f"/v1/quotes/{first['id']}").json() == first
    taken(standing, first, "accept", "receive", "inspect")
    erased(standing, first)
    assert taken(standing, first, "settle")["stage"] == "settled"
    assert taken(standing, second, "decline")["stage"] == "declined"
    assert standing.get(f"/v1/quotes/{second['id']}/replay").json()["same"] is True
    again = standing.get(f"/v1/baskets/{told['id']}").json()
    assert again == standing.get(f"/v1/baskets/{told['code'].lower()}").json()
    issued = [{**line, "stage": "offered", "amount": line["offer"]} for line in again["lines"]]
    assert {**again, "lines": issued, "standing": told["standing"]} == told


def test_a_line_that_fails_says_why_and_sinks_no_other(standing: httpx.Client) -> None:
    ambiguous = make_body(device={"name": "iPhone 13"})
    told = basket(standing, UNKNOWN, make_body(), UNREADABLE, ambiguous)
    problems = {line["position"]: line["problem"] for line in told["lines"] if "problem" in line}
    assert {place: each["code"] for place, each in problems.items()} == {
        0: "unknown_question", 2: "invalid_request", 3: "storage_needed",
    }  # fmt: skip
    assert [error["field"] for error in problems[2]["errors"]] == ["device.name"]
    assert told["offer"] == told["lines"][1]["quote"]["offer"]


def test_lines_without_an_offer_are_told_and_not_counted(standing: httpx.Client) -> None:
    told = basket(standing, make_body(mdm=NOTHING), make_body(device={"name": "No Such Phone"}))
    assert [line["outcome"] for line in told["lines"]] == ["indicative", "referral"]
    assert (told["offer"]["amount"], told["valid_until"]) == (0, None)


def test_one_receipt_of_all_devices_is_authentic(client: httpx.Client, settings: Settings) -> None:
    told = basket(client, make_body(), UNKNOWN, make_body(cosmetic_grade="C"), purchase=BUYS)
    address = f"/v1/baskets/{told['id']}/receipt"
    receipt = client.get(address).content
    assert isinstance(verify(receipt, read_ring(settings.receipt_keys)), Authentic)
    body = orjson.loads(receipt)["receipt"]["body"]
    assert sum(line["amount"]["amount"] for line in body["lines"]) == body["offer"]["amount"]
    assert body["extras"]["net_to_pay"] == told["extras"]["net_to_pay"]
    assert client.get(address).content == receipt
    assert client.get(f"{address}?format=pdf").content.startswith(b"%PDF")
    page = client.get(f"{address}?format=html").text
    assert told["lines"][0]["quote"]["code"] in page
    assert "顾客应付" in page


def test_everything_is_written_in_one_transaction(client: httpx.Client) -> None:
    commits: list[object] = []
    engine = shop_of(client).engine
    event.listen(engine, "commit", commits.append)
    basket(client, make_body(), make_body(), make_body())
    written = [count(engine, table) for table in ("quotes", "events", "baskets")]
    assert written == [3, 3, 1]
    # SQLAlchemy ends a reading transaction with a rollback: commits are writes alone.
    assert len(commits) == 1


def test_the_same_unit_twice_is_noticed(standing: httpx.Client) -> None:
    device = {"name": "iPhone 13", "storage_gb": 128, "imei": IMEI}
    told = basket(standing, make_body(device=device), make_body(device=device, cosmetic_grade="C"))
    assert told["lines"][1]["problem"]["code"] == "same_unit"
    rotate(shop_of(standing))
    again = basket(standing, make_body(device=device), make_body(device=device, cosmetic_grade="C"))
    assert again["code"] == told["code"], "known by the key of its day, the same line twice too"


def test_a_single_use_code_that_two_lines_name_is_spent_by_the_first(client: httpx.Client) -> None:
    line = {**make_body(), "codes": [make_code(shop_of(client))]}
    told = basket(client, line, line)
    assert told["bonus"]["amount"] == 10_000
    assert told["lines"][1]["problem"]["code"] == "code_spent"


def test_single_use_codes_of_the_basket_go_to_a_line_each_whatever_the_order(
    client: httpx.Client,
) -> None:
    shop = shop_of(client)
    lines, codes = [make_body(), make_body(cosmetic_grade="D")], [make_code(shop), make_code(shop)]
    for sent in (lines, lines[::-1]):
        told = basket(client, *sent, codes=codes[:1])
        best = max(told["lines"], key=lambda line: line["offer"]["amount"])
        (bonus,) = told["extras"]["lines"]
        assert (bonus["quote"], told["bonus"]["amount"]) == (best["quote"]["id"], 10_000)
    told = basket(client, *lines, codes=codes)
    assert {each["quote"] for each in told["extras"]["lines"]} == {
        line["quote"]["id"] for line in told["lines"]
    }
    coupon = make_code(shop, "demo-coupon-code")
    refused = ask(client, *lines, codes=["demo-loyalty", coupon], purchase=BUYS)
    assert (refused.status_code, refused.json()["code"]) == (422, "single_use_coupon")
    assert refused.json()["errors"][0]["field"] == "codes.1"


def test_more_single_use_codes_than_can_be_compared_are_refused(client: httpx.Client) -> None:
    codes = [make_code(shop_of(client)) for _ in range(10)]
    refused = ask(client, make_body(), make_body(cosmetic_grade="D"), codes=codes)
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_codes")
    assert "with 2 lines at most 9" in refused.json()["detail"]
    assert count(shop_of(client).engine, "baskets") == 0


def test_a_basket_of_failed_lines_alone_is_refused_with_each_reason(client: httpx.Client) -> None:
    refused = ask(client, UNKNOWN, UNREADABLE, headers={"Idempotency-Key": "no-line"})
    told = refused.json()
    assert (refused.status_code, told["code"]) == (422, "nothing_quoted")
    assert [each["problem"]["code"] for each in told["lines"]] == [
        "unknown_question", "invalid_request",
    ]  # fmt: skip
    assert [(each["field"], each["pointer"]) for each in told["errors"]] == [
        ("lines.0.answers.colour", "/lines/0/answers/colour"),
        ("lines.1.device.name", "/lines/1/device/name"),
    ]
    assert count(shop_of(client).engine, "baskets") == 0
    again = ask(client, make_body(), headers={"Idempotency-Key": "no-line"})
    assert again.status_code == 201, "a refusal is not kept under its key"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [make_body()] * 21}, "lines"),
        ({"lines": [make_body()], "codes": ["no-such-word"]}, "codes.0"),
        ({"lines": [make_body()], "purchase": {**BUYS, "currency": "USD"}}, "purchase.currency"),
        ({"lines": [make_body()], "market": "xx"}, "market"),
    ],
)
def test_what_is_wrong_with_the_basket_itself_names_its_field(
    standing: httpx.Client, body: Any, field: str
) -> None:
    answer = standing.post("/v1/baskets", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_till_that_asks_again_or_twenty_times_at_once_gets_one_basket(
    client: httpx.Client,
) -> None:
    key = {"Idempotency-Key": "basket-1"}

    def send(_: int) -> bytes:
        answer = ask(client, make_body(), make_body(), headers=key)
        assert answer.status_code == 201
        return answer.content

    with ThreadPoolExecutor(20) as threads:
        assert len(set(threads.map(send, range(20)))) == 1
    assert count(shop_of(client).engine, "baskets") == 1
    other = ask(client, make_body(), headers=key)
    assert other.json()["code"] == "idempotency_key_reused"


def test_another_merchants_basket_is_not_found_and_nobody_may_not_ask(
    client: httpx.Client,
) -> None:
    told = basket(client, make_body())
    engine = shop_of(client).engine
    merchant, _ = make_merchant(engine)
    outsider = bearer(make_key(engine, merchant.id).token)
    for address in (f"/v1/baskets/{told['id']}", f"/v1/baskets/{told['id']}/receipt"):
        assert client.get(address, headers=outsider).json()["code"] == "basket_not_found"
        assert client.get(address, headers={"Authorization": ""}).status_code == 401
    assert ask(client, make_body(), headers={"Authorization": ""}).status_code == 401


def test_a_stored_basket_cannot_be_changed(client: httpx.Client) -> None:
    from sqlalchemy.exc import IntegrityError

    basket(client, make_body())
    for change in ("UPDATE baskets SET code = 'AAA-AAAA'", "DELETE FROM baskets"):
        engine = shop_of(client).engine
        with pytest.raises(IntegrityError, match="never changed"), engine.begin() as connection:
            connection.execute(text(change))
