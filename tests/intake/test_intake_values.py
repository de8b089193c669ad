"""Single cells: prices, sizes, dates, answers, words."""

from pathlib import Path

import pytest

from tests.intake.conftest import MappingOf, Read, WriteCsv
from valuation.domain.money import Money
from valuation.intake.parsers import Code
from valuation.intake.records import Record, Rejected


def price_of(found: list[Record | Rejected]) -> Money | str | None:
    (only,) = found
    return only.price if isinstance(only, Record) else only.code


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1299", 129900),
        ("1,299.00", 129900),
        ("￥1299", 129900),
        ("¥ 1,299.5", 129950),
        ("１２９９元", 129900),
        ("CNY 1 299.00", 129900),
        ("0.01", 1),
        (" 1299 ", 129900),
    ],
)
def test_prices_are_read_as_people_write_them(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read, text: str, minor: int
) -> None:
    path = write_csv(f'model,price\nP40,"{text}"\n')
    assert price_of(read(path, sales_mapping(""))) == Money(minor, "CNY")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-5", Code.PRICE_NOT_POSITIVE),
        ("0", Code.PRICE_NOT_POSITIVE),
        ("0.001", Code.AMBIGUOUS_PRICE),
        ("0.0001", Code.PRICE_NOT_POSITIVE),
        ("NaN", Code.UNREADABLE_PRICE),
        ("inf", Code.UNREADABLE_PRICE),
        ("1e3", Code.UNREADABLE_PRICE),
        ("12,99", Code.UNREADABLE_PRICE),
        ("1.299,00", Code.UNREADABLE_PRICE),
        ("1.299", Code.AMBIGUOUS_PRICE),
        ("$1299", Code.UNREADABLE_PRICE),
        ("call", Code.UNREADABLE_PRICE),
        ("9" * 40, Code.UNREADABLE_PRICE),
        ("", Code.MISSING_VALUE),
    ],
)
def test_unreadable_prices_reject_their_line_alone(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read, text: str, code: Code
) -> None:
    bad, good = read(write_csv(f'model,price\nP40,"{text}"\nP50,1\n'), sales_mapping(""))
    assert isinstance(bad, Rejected)
    assert (bad.line, bad.column, bad.code) == (2, "price", code)
    assert bad.raw == {"model": "P40", "price": text}
    assert isinstance(good, Record)


@pytest.mark.parametrize(
    ("settings", "text", "minor"),
    [
        ('[file]\ndecimal = ","', "1.299,00", 129900),
        ('[file]\ndecimal = ","', "1.299", 129900),
        ('[file]\ndecimal = "."', "1.299", 130),
        ('[price]\nunit = "minor"', "129900", 129900),
        ('[price]\nunit = "thousands"', "1.5", 150000),
    ],
)
def test_mapping_says_decimal_mark_and_unit(
    write_csv: WriteCsv,
    sales_mapping: MappingOf,
    read: Read,
    settings: str,
    text: str,
    minor: int,
) -> None:
    path = write_csv(f'model,price\nP40,"{text}"\n')
    assert price_of(read(path, sales_mapping(settings))) == Money(minor, "CNY")


@pytest.mark.parametrize(
    ("text", "size"),
    [("128GB", 128), ("128", 128), ("128 gb", 128), ("1TB", 1024), ("512MB", 0.5), ("", None)],
)
def test_memory_sizes_become_gigabytes(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read, text: str, size: float | None
) -> None:
    mapping = sales_mapping('storage_gb = "size"')
    (only,) = read(write_csv(f"model,price,size\nP40,1,{text}\n"), mapping)
    assert isinstance(only, Record)
    assert only.words.storage_gb == size


@pytest.mark.parametrize("text", ["less_than_8", "0", "8+256GB", "99999TB", "-1"])
def test_what_is_no_memory_size_rejects_the_line(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read, text: str
) -> None:
    mapping = sales_mapping('storage_gb = "size"')
    (only,) = read(write_csv(f"model,price,size\nP40,1,{text}\n"), mapping)
    assert isinstance(only, Rejected)
    assert (only.column, only.code) == ("size", Code.UNREADABLE_MEMORY)


def test_dates_follow_the_format_and_iso_always_works(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read
) -> None:
    mapping = sales_mapping('sold_on = "day"\n[date]\nformat = "%d/%m/%Y"')
    path = write_csv("model,price,day\nP40,1,16/10/2024\nP40,1,2024-10-16\nP40,1,10.16.2024\n")
    first, second, third = read(path, mapping)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.sold_on == second.sold_on
    assert isinstance(third, Rejected)
    assert third.code == Code.UNREADABLE_DATE


@pytest.mark.parametrize(
    ("text", "level"), [("87", 87), ("87%", 87), ("86.9 %", 86), ("100", 100), ("0", 0)]
)
def test_battery_health_is_whole_percent_rounded_down(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read, text: str, level: int
) -> None:
    mapping = sales_mapping('battery_health = "battery"')
    (only,) = read(write_csv(f"model,price,battery\nP40,1,{text}\n"), mapping)
    assert isinstance(only, Record)
    assert only.answers["battery_health"] == level


@pytest.mark.parametrize("text", ["0.87", "101", "good", "-3"])
def test_battery_health_as_a_fraction_is_refused(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read, text: str
) -> None:
    mapping = sales_mapping('battery_health = "battery"')
    (only,) = read(write_csv(f"model,price,battery\nP40,1,{text}\n"), mapping)
    assert isinstance(only, Rejected)
    assert only.code == Code.UNKNOWN_ANSWER


def test_value_without_an_entry_is_rejected_and_a_default_stands_for_it(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read
) -> None:
    path = write_csv("model,price,look\nP40,1,Mint\nP40,1,odd\nP40,1,\n")
    words = 'cosmetic_grade = "look"\n[values.cosmetic_grade]\n"MINT" = "A"\n'
    mint, odd, empty = read(path, sales_mapping(words))
    assert isinstance(mint, Record)
    assert mint.answers == {"cosmetic_grade": 4}
    assert isinstance(odd, Rejected)
    assert (odd.column, odd.code) == ("look", Code.UNMAPPED_VALUE)
    assert isinstance(empty, Record)
    assert empty.answers == {}
    odd_now = read(path, sales_mapping(words + 'default = ""\n'))[1]
    assert isinstance(odd_now, Record)
    assert odd_now.answers == {}


def test_value_map_with_a_star_changes_only_what_it_lists(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read
) -> None:
    mapping = sales_mapping('ram_gb = "ram"\n[values.ram_gb]\n"n/a" = ""\ndefault = "*"\n')
    first, second = read(write_csv("model,price,ram\nP40,1,N/A\nP40,1,8\n"), mapping)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.words.ram_gb, second.words.ram_gb) == (None, 8)


def test_answers_that_contradict_each_other_are_rejected(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read
) -> None:
    mapping = sales_mapping('powers_on = "on"\ndisplay_works = "screen"')
    (only,) = read(write_csv("model,price,on,screen\nP40,1,no,yes\n"), mapping)
    assert isinstance(only, Rejected)
    assert (only.column, only.code) == ("screen", Code.IMPOSSIBLE_ANSWERS)


def test_line_without_a_device_model_is_rejected(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read
) -> None:
    (only,) = read(write_csv("model,price\n ,1\n"), sales_mapping(""))
    assert isinstance(only, Rejected)
    assert (only.column, only.code) == ("model", Code.MISSING_VALUE)


@pytest.mark.parametrize("text", ["P" * 501, "P\\u000040"])
def test_text_that_no_value_can_be_is_rejected(
    tmp_path: Path, sales_mapping: MappingOf, read: Read, text: str
) -> None:
    path = tmp_path / "sales.ndjson"
    path.write_text(f'{{"model": "{text}", "price": 1}}\n', encoding="utf-8")
    (only,) = read(path, sales_mapping(""))
    assert isinstance(only, Rejected)
    assert (only.column, only.code) == ("model", Code.UNREADABLE_TEXT)
