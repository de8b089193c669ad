"""What a table in force is held against row by row: source, range, spaces, every route's costs."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.tables.making import copy_shipped, make_table
from tests.tables.test_book import replaced, without_lines
from valuation.tables.book import BESIDE, SHIPPED, TOLD, USED, TableArchive, load_book
from valuation.tables.facilities import FACILITIES
from valuation.tables.table import BrokenTable, parse_table

# Tables of settings, gates, ways and offers: no figure that was measured and could be another.
WITHOUT_RANGE = {"campaigns", "causes", "dispatch", "gates", "policy", "retention", "subsidies"}


def test_every_shipped_row_names_its_source_and_every_figure_its_range_unit_and_date() -> None:
    versions = load_book().versions
    assert {*USED, *TOLD, *BESIDE, FACILITIES} < versions.keys()
    for table in (version for each in versions.values() for version in each):
        assert table.unit.strip(" -"), table.id
        assert table.source.strip(" -"), table.id
        assert date.fromisoformat(table.dated) <= date(2026, 11, 27), table.id
        assert table.rows
        assert all(row.text("source").strip() for row in table.rows), table.id
        ranged = [{"low", "high"} <= row.cells.keys() for row in table.rows]
        assert set(ranged) == {table.id not in WITHOUT_RANGE}, table.id


@pytest.mark.parametrize(
    ("table", "change", "says"),
    [
        ("exchange-rates", replaced("CNY,7.10,6.90", "CNY,7.10,7.20"),
         "line 10: low, rate and high ascend from 0, and 7.20, 7.10, 7.35 do not"),
        ("metal-prices", replaced("gold,143.87", "gold,1143.87"), "line 9: low, price and high"),
        ("metal-prices", replaced("price,low,high,", "price,low,most,"), "no column 'high'"),
        ("facilities", replaced("damaged-battery,6,4,12", "damaged-battery,6,4,5"), "low, cost"),
        ("facilities", replaced(",low,high,", ",low,highest,"), "missing or unknown: high, high"),
        ("deductions", replaced("powers_on,,no,8500,7000", "powers_on,,no,8500,8600"), "low, sh"),
        ("parts", replaced(",500,200,1000,", ",1000,5000,1,"), "low, share and high ascend"),
        ("repairs", replaced(",functions_work,,no,40,20,80", ",functions_work,,no,40,900,150"),
         "low, price and high ascend from 0, and 900, 40, 150 do not: correct it"),
        ("handling", replaced("harvesting work,CNY,35,15,70", "harvesting work,CNY,10,9999,-5"),
         "low, value and high ascend from 0, and 9999, 10, -5 do not"),
        ("materials", replaced("watch,gold,0.004,0.001", "watch,gold,0.004,-0.001"), "ascend from"),
        ("repairs", replaced("40,20,80,9000,unverified", "40,20,80,9000,\t"), "names no source"),
        ("gates", replaced(",trade practice\n", ", \n"), "line 13: names no source; write 'unver"),
        ("parts", replaced(",cameras,", ",cameras ,"),
         "part has white space around it, 'cameras ': take it away"),
        ("gates", replaced("code,en,", "code, en,"), "no column 'en'"),
        ("handling", without_lines(",parts"), "without a category for parts, which would cost"),
        ("handling", without_lines(",re", ",parts"), "for resell-as-is, refurbish, parts, which"),
    ],
)  # fmt: skip
def test_a_row_that_says_less_than_it_seems_to_is_refused_when_it_is_loaded(
    tmp_path: Path, table: str, change: Callable[[str], str], says: str
) -> None:
    copy_shipped(tmp_path, table, change, valid_from="2027-01-01")
    with pytest.raises(BrokenTable, match=says) as refused:
        load_book(SHIPPED, tmp_path)
    assert table in str(refused.value)


def test_an_archived_table_says_what_it_said_whatever_is_asked_of_the_tables_in_force(
    tmp_path: Path,
) -> None:
    rows = ["route,cost,unit,value,low,high,source", 'parts," work ",CNY,10,9999,-5,\t']
    path = make_table(tmp_path, *rows, table="handling")
    with pytest.raises(BrokenTable, match="for resell-as-is"):
        load_book(tmp_path)
    archive, table = TableArchive(tmp_path / "tables"), parse_table(data=path.read_bytes(), name="")
    archive.keep(table)
    (row,) = archive.table(table.digest).rows
    assert (row.text("cost"), row.whole("high")) == (" work ", -5)
