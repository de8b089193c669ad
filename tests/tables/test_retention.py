"""The table of how long customers' data are kept."""

from datetime import timedelta
from pathlib import Path

import pytest

from valuation.domain.customers import Purpose
from valuation.tables.book import SHIPPED, load_book
from valuation.tables.retention import retention
from valuation.tables.table import BrokenTable, parse_table, read_table

TEXT = (SHIPPED / "retention.csv").read_text(encoding="utf-8")


def test_the_shipped_table_has_every_purpose_and_a_hold() -> None:
    terms = retention(read_table(SHIPPED / "retention.csv"))
    assert set(terms.purposes) == set(Purpose)
    assert set(terms.holds) == {"settled_purchase_tax"}
    assert all(days > timedelta(0) for days in [*terms.purposes.values(), *terms.holds.values()])


def test_a_shop_may_have_no_hold() -> None:
    without = TEXT.replace("hold,settled_purchase_tax,3650,unverified\n", "")
    assert retention(parse_table(data=without.encode(), name="t")).holds == {}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("purpose,marketing,365", "purpose,advertising,365", "quote_contact"),
        ("purpose,marketing,365", "purpose,quote_contact,365", "second time"),
        ("purpose,marketing,365,unverified\n", "", "no row for marketing"),
        (",365,", ",-1,", "line 11: days are 0 to"),
        (",365,", ",1.5,", "whole number"),
        ("hold,settled_purchase_tax", "hold,Zhang San", "a hold and its reason"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_when_the_book_is_loaded(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new).replace("2026-11-01", "2026-11-02")
    (tmp_path / "retention.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenTable, match=said):
        load_book(SHIPPED, tmp_path)
