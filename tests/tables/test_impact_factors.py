"""The factors behind the ledger of impact."""

from datetime import date
from pathlib import Path

import pytest

from tests.tables.making import make_table
from valuation.domain.impact_ledger import Span
from valuation.tables.book import SHIPPED, load_book
from valuation.tables.impact_factors import FACTORS, MATERIALS, impact_factors
from valuation.tables.table import BrokenTable, read_table

HEADER = "category,figure,unit,value,low,high,licence,source"
DAY = date(2026, 11, 27)


@pytest.mark.parametrize("name", [FACTORS, MATERIALS])
def test_every_factor_has_a_source_and_a_range(name: str) -> None:
    for row in load_book().table(name, DAY).rows:
        assert row.text("source").strip()
        assert 0 <= row.decimal("low") <= row.decimal("value") <= row.decimal("high")


def test_every_factor_of_co2e_has_a_licence() -> None:
    assert all(row.text("licence").strip() for row in load_book().table(FACTORS, DAY).rows)


def test_the_factors_of_a_phone_by_hand() -> None:
    book = load_book()
    found = impact_factors(book.table(FACTORS, DAY), book.table(MATERIALS, DAY), "phone")
    assert found.weight_mg == 160_400
    # 23 × 0.2, 24.6 × 0.5 and 25 × 0.8 kg in the one year that is credited.
    assert found.co2e_g == Span(4_600, 12_300, 20_000)
    assert found.metals_ug["palladium"] == Span(9_000, 12_600, 15_000)


def test_of_a_kind_that_no_table_knows_nothing_is_made_up() -> None:
    book = load_book()
    found = impact_factors(book.table(FACTORS, DAY), book.table(MATERIALS, DAY), "toaster")
    assert (found.weight_mg, found.co2e_g, dict(found.metals_ug)) == (None, None, {})


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("phone,weight,g,160,161,170,ours,x", "in this order"),
        ("phone,weight,g,160,-1,170,ours,x", "0 or more"),
        ("phone,displacement,share,0.5,0.2,1.2,ours,x", "a share of at most 1"),
        ("phone,wieght,g,160,160,160,ours,x", "figure is one of weight, co2e_avoided"),
        ("phone,weight,g,160,160,160, ,x", "names no licence"),
        ("phone,weight,g,160,160,160,ours,", "names no source"),
    ],
)
def test_a_factor_that_cannot_be_used_is_refused_when_loaded(
    tmp_path: Path, row: str, says: str
) -> None:
    make_table(tmp_path, HEADER, row, table=FACTORS, valid_from="2026-11-02")
    with pytest.raises(BrokenTable, match=says):
        load_book(SHIPPED, tmp_path)


def test_a_figure_stands_once(tmp_path: Path) -> None:
    row = "phone,weight,g,160,160,160,ours,x"
    path = make_table(tmp_path, HEADER, row, row, table=FACTORS)
    materials = load_book().table(MATERIALS, DAY)
    with pytest.raises(BrokenTable, match="line 10: weight stands here a second time"):
        impact_factors(read_table(path), materials, "phone")
