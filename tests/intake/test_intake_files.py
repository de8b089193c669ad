"""Formats, and files that are broken."""

import gzip
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.intake.conftest import MappingOf, Read, WriteCsv
from valuation.domain.money import Money
from valuation.intake.mapping import Mapping
from valuation.intake.reading import read_records
from valuation.intake.records import Record
from valuation.intake.rows import IntakeError

TWO_PHONES = "model,price,day\niPhone 12,1299.5,2024-10-16\nMate 40,900,2024-10-17\n"
Cell = str | int | float | datetime | None


def dated(sales_mapping: MappingOf) -> Mapping:
    return sales_mapping('sold_on = "day"')


def write_xlsx(path: Path, rows: list[list[Cell]], *, sheets: int = 1) -> Path:
    workbook = openpyxl.Workbook()
    for _ in range(sheets - 1):
        workbook.create_sheet()
    for row in rows:
        workbook.worksheets[0].append(row)
    workbook.save(path)
    return path


def assert_two_phones(found: list[object]) -> None:
    first, second = found
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert [first.words.model, second.words.model] == ["iPhone 12", "Mate 40"]
    assert [first.price, second.price] == [Money(129950, "CNY"), Money(90000, "CNY")]
    assert [first.sold_on, second.sold_on] == [date(2024, 10, 16), date(2024, 10, 17)]


def test_csv_with_a_byte_order_mark_reads_the_same(
    tmp_path: Path, sales_mapping: MappingOf, read: Read
) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(b"\xef\xbb\xbf" + TWO_PHONES.encode())
    assert_two_phones(list(read(path, dated(sales_mapping))))


def test_gzipped_csv_reads_the_same(tmp_path: Path, sales_mapping: MappingOf, read: Read) -> None:
    path = tmp_path / "sales.csv.gz"
    path.write_bytes(gzip.compress(TWO_PHONES.encode()))
    assert_two_phones(list(read(path, dated(sales_mapping))))


def test_ndjson_reads_the_same_and_a_key_left_out_is_absent(
    tmp_path: Path, sales_mapping: MappingOf, read: Read
) -> None:
    path = tmp_path / "sales.ndjson"
    path.write_text(
        '{"model": "iPhone 12", "price": 1299.5, "day": "2024-10-16"}\n\n'
        '{"model": "Mate 40", "price": 900, "day": "2024-10-17"}\n'
        '{"model": "P40", "price": 700}\n',
        encoding="utf-8",
    )
    *two, third = read(path, dated(sales_mapping))
    assert_two_phones(list(two))
    assert isinstance(third, Record)
    assert (third.line, third.sold_on) == (4, None)


def test_xlsx_reads_numbers_dates_and_rows_of_unequal_length(
    tmp_path: Path, sales_mapping: MappingOf, read: Read
) -> None:
    rows: list[list[Cell]] = [
        ["model", "price", "day"],
        ["iPhone 12", 1299.5, datetime(2024, 10, 16, 9, 30)],  # noqa: DTZ001  # as Excel has it
        [None, None, None],
        ["Mate 40", 900.0, "2024-10-17"],
        ["P40", 700],
    ]
    *two, last = read(write_xlsx(tmp_path / "a.xlsx", rows), dated(sales_mapping))
    assert_two_phones(list(two))
    assert isinstance(last, Record)
    assert (last.line, last.sold_on) == (5, None)


def test_parquet_reads_the_same(tmp_path: Path, sales_mapping: MappingOf, read: Read) -> None:
    path = tmp_path / "sales.parquet"
    days = [date(2024, 10, 16), date(2024, 10, 17)]
    columns = {"model": ["iPhone 12", "Mate 40"], "price": [1299.5, 900.0], "day": days}
    parquet.write_table(pa.table(columns), path)
    assert_two_phones(list(read(path, dated(sales_mapping))))


def test_parquet_line_numbers_go_on_across_batches(
    tmp_path: Path, sales_mapping: MappingOf, read: Read
) -> None:
    path = tmp_path / "sales.parquet"
    count = 10_000
    table = pa.table({"model": ["P40"] * count, "price": [1] * (count - 1) + [-1]})
    parquet.write_table(table, path)
    assert [each.line for each in read(path, sales_mapping(""))] == list(range(1, count + 1))


def test_reading_is_lazy_and_its_progress_reaches_the_total(
    write_csv: WriteCsv, sales_mapping: MappingOf
) -> None:
    path = write_csv("model,price\n" + "P40,700\n" * 50_000)
    reading = read_records(path=path, mapping=sales_mapping(""))
    next(iter(reading))
    assert reading.report.read == 1
    assert 0 < reading.progress.done < path.stat().st_size
    assert sum(1 for _ in reading) == 49_999
    assert reading.progress.done == reading.progress.total == path.stat().st_size


def test_blank_lines_and_quoted_line_ends_keep_line_numbers_right(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read
) -> None:
    found = read(write_csv('model,price\n"P\n40",1\n\nP50,2\n'), sales_mapping(""))
    assert [each.line for each in found] == [2, 5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1: the file is empty"),
        (b"model,price\nP40\n", "line 2, column 'price': 1 cells where the header has 2"),
        (b"model,price\nP40,1\nP50,2,3\n", "line 3, column 'price': 3 cells"),
        (b"model,price\nP40,1\nP\x0050,2\n", "line 3: a NUL byte"),
        ("model,price\n华为,1\n".encode("gb18030"), "line 2: not UTF-8"),
        ("model,price\n".encode("utf-16"), "line 1: the file is UTF-16"),
        (b'model,price\nP40,1\n"P50,2\n', "line 3: no CSV"),
        (b"model,price\nP40," + b"1" * 1_100_000, "line 2: longer than"),
        (b"model,amount\nP40,1\n", "column 'price': the file has no column 'price'; it has"),
        (b"model,price,imei\nP40,1,2\n", "column 'imei': the mapping says nothing of 'imei'"),
        (b"model,price,price\nP40,1,2\n", "line 1, column 'price': two columns have this name"),
        (b"model,price,\nP40,1,\n", "line 1: the column in position 3 has no name"),
    ],
)
def test_broken_csv_names_its_line_and_column(
    tmp_path: Path, sales_mapping: MappingOf, read: Read, content: bytes, message: str
) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(content)
    with pytest.raises(IntakeError) as broken:
        read(path, sales_mapping(""))
    assert str(broken.value).startswith(message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"model": "P40", "price": 1}\n{"model": \n', "line 2: no JSON"),
        ('{"model": "P40", "price": NaN}\n', "line 1: no JSON"),
        ('["P40", 1]\n', "line 1: each line holds one JSON object"),
        ('{"model": "P40", "price": {"CNY": 1}}\n', "line 1, column 'price': a dict where"),
        ('{"model": "P40", "price": 1, "imei": 2}\n', "line 1, column 'imei': the mapping says"),
        ('{"model": "P40"}\n', "column 'price': the file has no column 'price'; it has 'model'"),
    ],
)
def test_broken_ndjson_names_its_line_and_column(
    tmp_path: Path, sales_mapping: MappingOf, read: Read, content: str, message: str
) -> None:
    path = tmp_path / "sales.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(IntakeError) as broken:
        read(path, sales_mapping(""))
    assert str(broken.value).startswith(message)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "csv.gz"])
def test_truncated_files_are_intake_errors(
    tmp_path: Path, sales_mapping: MappingOf, read: Read, suffix: str, share: float
) -> None:
    path = tmp_path / f"sales.{suffix}"
    rows: list[list[Cell]] = [["model", "price"]]
    rows.extend([f"P{i}", i + 1] for i in range(300))
    if suffix == "xlsx":
        write_xlsx(path, rows)
    elif suffix == "parquet":
        models, prices = zip(*rows[1:], strict=True)
        parquet.write_table(pa.table({"model": models, "price": prices}), path)
    else:
        path.write_bytes(gzip.compress("\n".join(f"{a},{b}" for a, b in rows).encode()))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(IntakeError):
        read(path, sales_mapping(""))


def test_xlsx_with_damage_inside_the_sheet_names_the_line(
    tmp_path: Path, sales_mapping: MappingOf, read: Read
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["model", "price"], ["P40", 1], ["P50", 2, 3]])
    with pytest.raises(IntakeError, match="line 3, column 'price': 3 cells"):
        read(path, sales_mapping(""))


def test_workbook_with_several_sheets_wants_one_named(
    tmp_path: Path, sales_mapping: MappingOf, read: Read
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["model", "price"], ["P40", 1]], sheets=2)
    with pytest.raises(IntakeError, match="has the sheets 'Sheet', 'Sheet1'; name one"):
        read(path, sales_mapping(""))
    assert len(read(path, sales_mapping('[file]\nsheet = "Sheet"'))) == 1
    with pytest.raises(IntakeError, match="no sheet 'Sales'"):
        read(path, sales_mapping('[file]\nsheet = "Sales"'))


def test_unknown_kind_of_file_and_missing_file_are_named(
    tmp_path: Path, sales_mapping: MappingOf, read: Read
) -> None:
    (tmp_path / "sales.xls").write_bytes(b"")
    with pytest.raises(IntakeError, match=r"sales\.xls: no reader .* \.csv, "):
        read(tmp_path / "sales.xls", sales_mapping(""))
    with pytest.raises(IntakeError, match=r"there is no file gone\.csv"):
        read(tmp_path / "gone.csv", sales_mapping(""))
