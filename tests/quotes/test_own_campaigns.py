"""A campaign of one merchant: its quotes alone get it, and nobody sees what the shop calls it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.quotes.telling import ANSWERS, IPHONE, MERCHANT
from valuation.domain.people import Mode
from valuation.quotes.documents import canonical, customer_view
from valuation.quotes.quoting import QuoteRequest
from valuation.quotes.replaying import replayed
from valuation.receipts.receipt import Kind
from valuation.shop import Shop
from valuation.tables.book import SHIPPED
from valuation.tables.current import CurrentBook
from valuation.use_cases.claiming import UnknownCode
from valuation.use_cases.issuing import issue
from valuation.use_cases.living import held
from valuation.use_cases.receipting import receipt

ROWS = (
    "own-word,bonus,word,2026-11-01,2027-12-31,demo,,CNY,,,,,no,70,,10,yes,Own word,自有,"
    f"budget line 4711 of the board,{MERCHANT}",
    "own-gift,bonus,nothing,2026-11-01,2027-12-31,demo,,CNY,,,,,no,30,,20,yes,Own gift,自赠,"
    f"budget line 4711 of the board,{MERCHANT}",
)


@pytest.fixture
def own(shop: Shop, tmp_path: Path) -> Shop:
    """The shop with campaigns of one merchant, in a table with the column."""
    head, *rows = (SHIPPED / "campaigns.csv").read_text("utf-8").splitlines()[7:]
    top = (SHIPPED / "campaigns.csv").read_text("utf-8").splitlines()[:7]
    later = [line.replace("valid-from: 2026-11-01", "valid-from: 2026-11-02") for line in top]
    folder = tmp_path / "tables"
    folder.mkdir()
    text = [*later, f"{head},merchant", *(f"{row}," for row in rows), *ROWS, ""]
    (folder / "campaigns.csv").write_text("\n".join(text), "utf-8")
    return replace(shop, tables=CurrentBook(SHIPPED, folder), _desks={}, _appraisers={})


def quoted(shop: Shop, merchant: str, *codes: str) -> Any:
    request = QuoteRequest(answers=ANSWERS, device=IPHONE, codes=codes)
    return issue(shop, request, merchant=merchant, market=None)


def bonuses(document: Any) -> dict[str, int]:
    return {each["id"]: each["amount"]["amount"] for each in document["extras"]["lines"]}


def test_its_quotes_alone_get_it_and_are_made_again_to_the_byte(own: Shop) -> None:
    mine = quoted(own, MERCHANT, "own-word")
    assert bonuses(mine) == {"own-word": 7000, "own-gift": 3000}
    assert replayed(canonical(mine), own.appraiser).same
    other = quoted(own, "shop-2")
    assert "extras" not in other, "what everybody gets is everybody's of that merchant"
    with pytest.raises(UnknownCode):
        quoted(own, "shop-2", "demo-loyalty", "own-word")
    assert bonuses(quoted(own, "shop-2", "demo-loyalty")) == {"demo-loyalty": 5000}


def test_what_was_archived_before_there_was_the_column_is_read_as_everybodys(
    shop: Shop, own: Shop
) -> None:
    before = quoted(shop, MERCHANT, "demo-loyalty")
    assert replayed(canonical(before), own.appraiser).same


def test_the_customer_sees_its_name_and_never_its_source(own: Shop) -> None:
    quote = quoted(own, MERCHANT, "own-word")
    assert "4711" in str(quote), "the merchant's own log says where it comes from"
    shown: Any = customer_view(quote)
    assert [each["basis"] for each in shown["extras"]["lines"]] == ["Own word", "Own gift"]
    found = held(own, quote["id"], merchant=MERCHANT, mode=Mode.LIVE)
    assert "4711" not in str(shown) + receipt(own, found, Kind.QUOTE).to_json().decode()
