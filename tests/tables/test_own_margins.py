"""A merchant's own margin: read, refused, and in force in its window alone."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from tests.tables.making import copy_shipped
from tests.tables.margins import FIXED, HERON, OTTER, TIERED, own_margin_table
from valuation.domain.margin import Margin, Tier
from valuation.domain.market import Market
from valuation.tables.book import SHIPPED, Book, load_book, terms_of
from valuation.tables.table import BrokenTable

DAY = date(2026, 11, 20)
GENERAL = Margin.of_share(800)


def margin(book: Book, merchant: str, day: date = DAY, market: str = "cn-cny-sold-demo") -> Margin:
    tables = book.tables_of(merchant, day)
    return terms_of(tables=tables, market=Market.from_slug(market)).policy.margin


def test_each_merchant_has_its_own_margin_and_who_has_none_the_policys(tmp_path: Path) -> None:
    own_margin_table(tmp_path, OTTER, *TIERED)
    own_margin_table(tmp_path, HERON, *FIXED)
    book = load_book(SHIPPED, tmp_path)
    assert margin(book, OTTER) == Margin(
        (Tier(0, 1237), Tier(150_011, 487)), floor=4_013, ceiling=15_017
    )
    assert margin(book, HERON) == Margin((Tier(0, 0),), fixed=9_907)
    assert margin(book, "mr_nobody") == GENERAL


def test_a_merchants_quotes_name_no_table_of_another(tmp_path: Path) -> None:
    own_margin_table(tmp_path, OTTER, *TIERED)
    own_margin_table(tmp_path, HERON, *FIXED)
    book, shipped = load_book(SHIPPED, tmp_path), load_book()
    assert book.tables_of("mr_nobody", DAY) == shipped.tables(DAY)
    own = book.tables_of(OTTER, DAY)
    assert own.pop("margin").id == f"margin/{OTTER}"
    assert own == shipped.tables(DAY)


def test_the_policy_may_have_tiers_a_floor_and_a_ceiling_too(tmp_path: Path) -> None:
    more = "\n".join(TIERED[1:])
    copy_shipped(tmp_path, "policy", lambda text: f"{text}{more}\n")
    book = load_book(SHIPPED, tmp_path)
    assert margin(book, OTTER) == Margin(
        (Tier(0, 800), Tier(150_011, 487)), floor=4_013, ceiling=15_017
    )
    # Amounts are of one currency; the share is of every one.
    assert margin(book, OTTER, market="us-usd-sold-demo") == GENERAL


def test_a_margin_applies_from_its_first_day_to_its_last(tmp_path: Path) -> None:
    usual, november = "margin,,700,basis points,x", "margin,,300,basis points,x"
    own_margin_table(tmp_path, OTTER, usual, valid_from="2026-11-05", until="2026-12-31")
    own_margin_table(tmp_path, OTTER, november, valid_from="2026-11-10", until="2026-11-12")
    book = load_book(SHIPPED, tmp_path)
    found = {
        day: margin(book, OTTER, date.fromisoformat(day)).plain
        for day in ("2026-11-04", "2026-11-05", "2026-11-10", "2026-11-12", "2026-11-13",
                    "2026-12-31", "2027-01-01")
    }  # fmt: skip
    assert list(found.values()) == [800, 700, 300, 300, 700, 700, 800]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (("margin,,10000,basis points,x",), "leaves nothing to pay"),
        ((*TIERED[:1], "margin_tier,5/CNY,10001,basis points,x"), "leaves nothing to pay"),
        ((*TIERED[:1], "margin_tier,0/CNY,500,basis points,x"), "tiers of a margin ascend"),
        ((*TIERED[:1], "margin_tier,5,500,basis points,x"), "scope of margin_tier is"),
        ((*TIERED[:1], "margin_tier,2.5/CNY,500,basis points,x"), "starts at a whole number"),
        ((*TIERED[:1], "margin_tier,-5/CNY,500,basis points,x"), "starts at a whole number"),
        ((*TIERED[:1], "margin_floor,CNY,-5,minor units,x"), "pays nobody"),
        ((*TIERED[:1], "margin_floor,UDS,5,minor units,x"), "the scope of margin_floor is a curr"),
        ((*TIERED[:1], "margin_floor,x/CNY,5,minor units,x"), "scope of margin_floor is a curr"),
        ((*TIERED, "margin_ceiling,USD,5,minor units,x", "margin_floor,USD,6,minor units,x"),
         "in USD: the floor of a margin lies above its ceiling"),
        ((*TIERED[:1], "margin_fixed,CNY,20,yuan,x"), "is in minor units, not in 'yuan'"),
        ((*TIERED[:1], "margin_fixed,CNY,20.5,minor units,x"), "not a whole number"),
        ((*FIXED, FIXED[1]), "stands here a second time"),
        (FIXED[1:], "no row for margin"),
        # Whatever is not of the margin is the policy's.
        ((*FIXED, "step,CNY,1,minor units,x"), "unknown setting 'step'"),
        ((*FIXED, "margn_floor,CNY,1,minor units,x"), "unknown setting 'margn_floor'"),
    ],
)  # fmt: skip
def test_a_margin_that_is_refused_is_so_when_it_is_loaded(
    tmp_path: Path, rows: Sequence[str], says: str
) -> None:
    own_margin_table(tmp_path, OTTER, *rows, valid_from="2027-01-01")
    with pytest.raises(BrokenTable, match=says) as refused:
        load_book(SHIPPED, tmp_path)
    assert OTTER in str(refused.value)


@pytest.mark.parametrize("whose", ["", "mr otter", "mr_otter/CNY"])
def test_a_margin_that_is_nobodys_is_refused(tmp_path: Path, whose: str) -> None:
    path = own_margin_table(tmp_path, OTTER, *FIXED)
    path.write_text(path.read_text("utf-8").replace(f"margin/{OTTER}", f"margin/{whose}"), "utf-8")
    with pytest.raises(BrokenTable, match="id of a merchant's margin is margin/ID"):
        load_book(SHIPPED, tmp_path)


def test_an_amount_in_one_currency_is_no_margin_in_another(tmp_path: Path) -> None:
    own_margin_table(tmp_path, HERON, *FIXED)
    with pytest.raises(BrokenTable, match="a margin of 0 in USD; amounts are named in CNY"):
        margin(load_book(SHIPPED, tmp_path), HERON, market="us-usd-sold-demo")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("# valid-until: 2026-12-31", "# valid-untill: 2026-12-31", "valid-from or valid-until"),
        ("# valid-until: 2026-12-31", "# valid-until: 2026-10-31", "lies before valid-from"),
        ("# valid-until: 2026-12-31", "# valid-until: soon", "is not a date"),
    ],
)
def test_a_window_that_is_none_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = own_margin_table(tmp_path, OTTER, *FIXED, until="2026-12-31")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(BrokenTable, match=says):
        load_book(SHIPPED, tmp_path)
