"""A basket is followed to its end: where each line stands, one settlement receipt, one replay."""

from typing import Any

import httpx
import orjson
import pytest

from tests.quotes.test_beside import make_code
from tests.web.answers import make_body
from tests.web.erasures import erased
from tests.web.test_baskets import BUYS, UNKNOWN, basket, shop_of
from tests.web.test_lives import taken
from valuation.quotes.basket_document import ENDS
from valuation.quotes.documents import canonical
from valuation.quotes.replaying import basket_replayed
from valuation.receipts.key_folder import read_ring
from valuation.receipts.verifying import Authentic, verify
from valuation.settings import Settings
from valuation.web.basket_schemas import BasketReplayOut, CustomerBasket, MerchantBasket


def look(client: httpx.Client, told: Any, view: str = "customer") -> Any:
    found = client.get(f"/v1/baskets/{told['id']}", params={"view": view}).json()
    (CustomerBasket if view == "customer" else MerchantBasket).model_validate(found)
    return found


def settled(client: httpx.Client, quote: Any, **found: Any) -> None:
    steps = ("accept", "receive", "inspect")
    if taken(client, quote, *steps, **found)["stage"] == "counter_offered":
        taken(client, quote, "accept")
    erased(client, quote)
    taken(client, quote, "settle")


def totals(told: Any) -> tuple[int, int, int]:
    standing = told["standing"]
    return tuple(standing[name]["amount"] for name in ("offered", "accepted", "settled"))


def net(told: Any) -> int:
    amount: int = told["standing"]["extras"]["net_to_pay"]["amount"]["amount"]
    return amount


def test_each_line_and_the_totals_are_told_as_they_are(standing: httpx.Client) -> None:
    lines = (make_body(), UNKNOWN, make_body(cosmetic_grade="C"), make_body(cosmetic_grade="D"))
    told = basket(standing, *lines, purchase=BUYS, codes=["demo-loyalty", "demo-coupon"])
    first, second, third = (line["quote"] for line in told["lines"] if "quote" in line)
    offers = [quote["offer"]["amount"] for quote in (first, second, third)]
    assert totals(told) == (sum(offers), 0, 0)
    assert net(told) == told["extras"]["net_to_pay"]["amount"]["amount"]
    taken(standing, first, "accept")
    taken(standing, second, "decline")
    for view in ("customer", "merchant"):
        now = look(standing, told, view)
        assert [line.get("stage") for line in now["lines"]] == [
            "accepted", None, "declined", "offered",
        ]  # fmt: skip
        assert now["lines"][2]["amount"] is None
        assert totals(now) == (offers[2], offers[0], 0)
        assert net(now) == net(told) + offers[1] + 5000, "its offer and its bonus are gone"
        assert now["standing"]["ended"] is False
        assert (now["offer"], now["extras"]["net_to_pay"]) == (
            told["offer"], told["extras"]["net_to_pay"],
        )  # fmt: skip


def test_one_receipt_of_what_was_paid_once_every_line_has_ended(
    client: httpx.Client, settings: Settings
) -> None:
    code = make_code(shop_of(client))
    lines = (make_body(), make_body(cosmetic_grade="C"))
    told = basket(client, *lines, purchase=BUYS, codes=["demo-coupon", code])
    first, second = (line["quote"] for line in told["lines"])
    address = f"/v1/baskets/{told['id']}/receipt?of=settlement"
    settled(client, first, answers={"cosmetic_grade": "D"})
    early = client.get(address)
    assert (early.status_code, early.json()["code"]) == (409, "nothing_to_receipt")
    assert "2 is offered" in early.json()["detail"]
    taken(client, second, "decline")
    now = look(client, told)
    assert now["standing"]["ended"] is True
    paid = now["lines"][0]["amount"]["amount"]
    assert 0 < paid < first["offer"]["amount"]
    receipt = client.get(address).content
    assert client.get(address).content == receipt
    verdict = verify(receipt, read_ring(settings.receipt_keys))
    assert isinstance(verdict, Authentic)
    assert verdict.statement.kind == "basket-settlement"
    assert [amount.amount for amount in verdict.statement.amounts] == [paid]
    body = orjson.loads(receipt)["receipt"]["body"]
    assert [line["amount"]["amount"] for line in body["lines"]] == [paid, 0]
    assert "settled" in body["lines"][0]["answer"]
    assert "declined" in body["lines"][1]["answer"]
    assert body["extras"]["net_to_pay"]["amount"]["amount"] == net(now)
    assert net(now) == 599_900 - 10_000 - 50_000 - paid - 10_000
    assert client.get(f"{address}&format=pdf").content.startswith(b"%PDF")
    page = client.get(f"{address}&format=html").text
    assert "多机合并结算单" in page
    assert "顾客未接受" in page


def test_a_basket_is_made_again_with_each_of_its_quotes(client: httpx.Client) -> None:
    lines = (make_body(), UNKNOWN, make_body(cosmetic_grade="C"))
    told = basket(client, *lines, purchase=BUYS, codes=["demo-loyalty", "demo-coupon"])
    address = f"/v1/baskets/{told['id']}/replay"
    replay = client.get(address).json()
    BasketReplayOut.model_validate(replay)
    assert (replay["same"], replay["differences"]) == (True, [])
    assert [each["same"] for each in replay["quotes"]] == [True, True]
    shop = shop_of(client)
    stored: Any = look(client, told, "merchant")
    path = shop.archive.folder / f"{stored['versions']['tables']['campaigns']}.csv"
    path.write_bytes(path.read_bytes().replace(b",no,100,", b",no,900,"))
    assert client.get(address).json()["code"] == "tables_unusable"


def test_a_figure_of_a_basket_that_is_another_is_named(standing: httpx.Client) -> None:
    told = basket(standing, make_body(), view="merchant")
    shop = shop_of(standing)
    kept = {name: value for name, value in told.items() if name != "standing"}
    quotes = {line["quote"]["id"]: line["quote"] for line in told["lines"]}
    kept["lines"] = [
        {name: line[name] for name in line if name not in ("stage", "amount")}
        | {"quote": line["quote"]["id"]}
        for line in told["lines"]
    ]
    assert basket_replayed(canonical(kept), quotes, shop.archive.table).same
    dearer = {**kept, "offer": {**kept["offer"], "amount": kept["offer"]["amount"] + 50}}
    made = basket_replayed(canonical(dearer), quotes, shop.archive.table)
    assert [place for place, _, _ in made.differences] == ["/offer/amount"]


@pytest.mark.parametrize("stage", ENDS)
def test_every_end_has_words_in_both_languages(stage: str) -> None:
    assert len(ENDS[stage]) == 2  # type: ignore[index]  # a member of the enum is text
