"""Over HTTP two merchants have two offers for one device, and neither sees the other's margin."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.tables.margins import FIXED, TIERED, own_margin_table
from tests.web.answers import make_body
from tests.web.people import Shopfront, shopfront
from valuation.shop import Shop
from valuation.tables.book import SHIPPED
from valuation.tables.current import CurrentBook
from valuation.web.quote_schemas import CustomerQuote, MerchantQuote


@pytest.fixture
def front(client: httpx.Client, tmp_path: Path) -> Shopfront:
    """The owner has tiers, the outsider a fixed margin."""
    front = shopfront(client)
    for who, rows in (("owner", TIERED), ("outsider", FIXED)):
        own_margin_table(tmp_path / "tables", merchant_of(front, who), *rows)
    shop: Shop = client.app.state.shop  # type: ignore[attr-defined]  # of Starlette's client
    object.__setattr__(shop, "tables", CurrentBook(SHIPPED, tmp_path / "tables"))
    return front


def merchant_of(front: Shopfront, who: str) -> str:
    return str(made(front, who)["merchant"])


def made(front: Shopfront, who: str, view: str = "merchant") -> dict[str, Any]:
    answer = front.ask(who, "POST", f"/v1/quotes?view={view}", json=make_body())
    assert answer.status_code == 201, answer.text
    quote: dict[str, Any] = answer.json()
    return quote


def test_each_merchant_gets_its_own_offer_and_its_colleagues_the_same(front: Shopfront) -> None:
    offers = {
        who: made(front, who)["offer"]["amount"] for who in ("owner", "colleague", "outsider")
    }
    assert offers["owner"] == offers["colleague"] != offers["outsider"]


def test_each_merchant_sees_its_own_margin_alone(front: Shopfront) -> None:
    owner, outsider = (made(front, who) for who in ("owner", "outsider"))
    for quote in (owner, outsider):
        MerchantQuote.model_validate(quote)
    assert owner["policy"]["margin"]["floor"]["amount"] == 4_013
    assert outsider["policy"]["margin"]["fixed"]["amount"] == 9_907
    digests = [set(quote["versions"]["tables"].values()) for quote in (owner, outsider)]
    assert len(digests[0] - digests[1]) == len(digests[1] - digests[0]) == 1
    assert (
        front.ask("outsider", "GET", f"/v1/quotes/{owner['id']}?view=merchant").status_code == 404
    )


def test_the_customer_is_shown_none(front: Shopfront) -> None:
    for who in ("owner", "outsider"):
        shown = made(front, who, "customer")
        CustomerQuote.model_validate(shown)
        assert "margin" not in str(shown)
        assert "policy" not in shown


def test_a_changed_margin_is_taken_up_without_a_restart_and_a_broken_one_is_told(
    front: Shopfront, client: httpx.Client, tmp_path: Path
) -> None:
    shop: Shop = client.app.state.shop  # type: ignore[attr-defined]  # of Starlette's client
    folder, owner = tmp_path / "tables", merchant_of(front, "owner")
    own_margin_table(folder, owner, *FIXED)
    shop.tables.refresh()
    shop.tables.refresh()
    assert made(front, "owner")["policy"]["margin"]["fixed"]["amount"] == 9_907
    own_margin_table(folder, owner, "margin,,none,basis points,x")
    shop.tables.refresh()
    shop.tables.refresh()
    assert made(front, "owner")["policy"]["margin"]["fixed"]["amount"] == 9_907
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert "serve on" in ready.json()["faults"]["tables"]
