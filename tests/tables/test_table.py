"""One format for every table; what is broken is named by file and line."""

from datetime import date
from pathlib import Path

import pytest

from tests.tables.making import HEAD, make_table
from valuation.tables.table import BrokenTable, Table, parse_table, read_table

COLUMNS = "question,device,answer,price,source"
ROW = "display_works,,no,320,unverified"


def parsed(text: str) -> Table:
    return parse_table(data=text.encode(), name="repairs.csv")


def headed(*rows: str) -> str:
    return HEAD.format(id="repairs", valid_from="2026-11-01") + "\n".join(rows) + "\n"


def test_a_table_has_its_head_its_rows_and_the_digest_of_its_bytes(tmp_path: Path) -> None:
    path = make_table(tmp_path, COLUMNS, ROW, '"functions_work",,no,40,"a list, 2026"')
    table = read_table(path)
    assert (table.id, table.valid_from, table.currency) == ("repairs", date(2026, 11, 1), "CNY")
    assert [row.line for row in table.rows] == [9, 10]
    assert table.rows[1].text("source") == "a list, 2026"
    assert table.unverified() == 1
    assert table.digest == read_table(path).digest != parsed(headed(COLUMNS, ROW)).digest


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (headed(COLUMNS, ROW, "display_works,,no,320"), "repairs.csv, line 10: another number"),
        (headed(COLUMNS, ROW + ",more"), "repairs.csv, line 9: another number of cells"),
        (headed(COLUMNS, "display_works,,no,320,"), "repairs.csv, line 9: names no source"),
        (headed(COLUMNS, ROW, 'a,"b'), "repairs.csv, line 10"),
        (headed(COLUMNS, ROW, 'a,"b"c,d,e,f'), "repairs.csv, line 10"),
        (headed("question,answer", "powers_on,no"), "line 9: has no column 'source'"),
        (headed(COLUMNS), "has no rows"),
        (headed(), "has no rows"),
        ("", "the head lacks id"),
        (f"{COLUMNS}\n{ROW}\n", "the head lacks id, valid-from"),
        (headed(COLUMNS, ROW).replace("2026-11-01", "1 November"), "is not a date like"),
        (headed(COLUMNS, ROW).replace("# source: made by a test", "# source:"), "lacks source"),
    ],
)
def test_a_broken_table_is_named_with_its_line(text: str, says: str) -> None:
    with pytest.raises(BrokenTable, match=says):
        parsed(text)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BrokenTable, match="not UTF-8"):
        parse_table(data=headed(COLUMNS, ROW).encode("utf-16"), name="repairs.csv")


def test_a_file_that_is_not_there_is_a_broken_table(tmp_path: Path) -> None:
    with pytest.raises(BrokenTable, match=r"absent\.csv"):
        read_table(tmp_path / "absent.csv")


@pytest.mark.parametrize("cell", ["", "many", "NaN", "Infinity", "1e", "12,5"])
def test_a_cell_that_is_no_finite_number_is_refused(cell: str) -> None:
    row = parsed(headed("price,source", f'"{cell}",unverified')).rows[0]
    with pytest.raises(BrokenTable, match="line 9: price is not a"):
        row.decimal("price")


def test_a_share_is_a_whole_number() -> None:
    row = parsed(headed("share,source", "12.5,unverified")).rows[0]
    with pytest.raises(BrokenTable, match="line 9: share is not a whole number"):
        row.whole("share")
