"""Mapping files: what they may say, and what they are told when they say something else."""

from pathlib import Path

import pytest

from tests.intake.conftest import SALES, MappingOf, Read, WriteCsv
from valuation.intake.mapping import Purpose
from valuation.intake.mapping_file import load_mapping, parse_mapping, shipped_mappings
from valuation.intake.reading import read_records
from valuation.intake.records import Record
from valuation.intake.toml_section import MappingError


@pytest.mark.parametrize("name", shipped_mappings())
def test_shipped_mapping_loads_by_its_name(name: str) -> None:
    assert load_mapping(name).name == name


def test_shipped_mappings_are_the_published_five() -> None:
    assert shipped_mappings() == (
        "cn_phones", "demo_cn", "sea_trade_in", "stock_example", "vn_listings",
    )  # fmt: skip


def test_mapping_loads_by_its_path_and_knows_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SALES, encoding="utf-8")
    mapping = load_mapping(path)
    assert (mapping.name, mapping.purpose) == ("mine", Purpose.SALES)
    assert mapping.digest == load_mapping(str(path)).digest
    assert len(mapping.digest) == 64


def test_unknown_mapping_lists_the_shipped_ones() -> None:
    with pytest.raises(MappingError, match="no mapping file us_phones; shipped ones: cn_phones"):
        load_mapping("us_phones")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('colour = "c"', r"\[columns\]: unknown key 'colour'; accepted: brand, device_model"),
        ("[colums]", "unknown key 'colums'; accepted: title, purpose, unused"),
        ('[price]\nunits = "minor"', r"\[price\]: unknown key 'units'; accepted: unit"),
        ('[price]\nunit = "cents"', "unit is one of major, minor, thousands, not 'cents'"),
        ('[file]\ndecimal = ";"', "decimal is '.' or ','"),
        ('[file]\ndelimiter = "||"', "delimiter is one character"),
        ("brand = 5", "brand is a text in quotes, not 5"),
        ('brand = " b "', "brand: ' b ' is no column name"),
        ('cosmetic_grade = "c"\n[values.cosmetic_grade]\nmint = "S"', "'S' is not one of E, D"),
        ('[values.brand]\na = "b"', r"\[values.brand\] has no use: brand comes from no column"),
        ('brand = "b"\n[values.brand]\nA = "x"\na = "y"', "differ in case only"),
        ('country = "c"', "country is a constant and comes from the file too"),
        ('[context]\nbuyer = "b"', "buyer is a field: name its column under"),
        ('[serve]\nbuyer = "b"', "buyer is no context of this mapping"),
        ('[keep]\nkind = "a"', "kind is a list of texts"),
        ('[[move]]\nfrom = "brand"\nto = "ram_gb"', "from and to are one each of"),
        ('[[split]]\ncolumn = "model"\npatterns = ["("]', "patterns: "),
        ('[[split]]\ncolumn = "model"\npatterns = ["(?P<size>.)"]', "patterns need groups like"),
        ("[columns", "no TOML in UTF-8"),
    ],
)
def test_mapping_that_cannot_be_meant_is_refused_with_the_place(
    sales_mapping: MappingOf, more: str, message: str
) -> None:
    with pytest.raises(MappingError, match=message):
        sales_mapping(more)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[columns]\ndevice_model = "m"', "sales need price: name its column"),
        (SALES.replace('currency = "CNY"', ""), "sales need currency: .* or its value"),
        (SALES.replace('provenance = "real"', ""), "sales need provenance"),
        (SALES.replace('"CNY"', '"DOGE"'), "unknown currency 'DOGE'"),
        (SALES.replace('"sold"', '"bid"'), "'bid' is not one of sold, asking, shop, trade-in"),
        (SALES.replace('"real"', '"fake"'), "provenance is one of real, demo"),
        ('purpose = "stock"\n[columns]\nbrand = "b"', "stock need device_model"),
        ('unused = ["price"]\n' + SALES, "column 'price' is listed under unused and used"),
    ],
)
def test_mapping_without_what_its_purpose_needs_is_refused(text: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        parse_mapping(name="test", content=text.encode())


def test_columns_named_as_unused_are_let_through(write_csv: WriteCsv, read: Read) -> None:
    mapping = parse_mapping(name="test", content=('unused = ["colour"]\n' + SALES).encode())
    assert len(read(write_csv("model,colour,price\nP40,red,1\n"), mapping)) == 1
    assert len(read(write_csv("model,price\nP40,1\n"), mapping)) == 1


def test_words_listed_as_absent_are_absent_in_every_column(write_csv: WriteCsv, read: Read) -> None:
    text = 'absent = ["N/A", "-"]\n' + SALES + 'ram_gb = "ram"\nbrand = "brand"\n'
    mapping = parse_mapping(name="test", content=text.encode())
    (only,) = read(write_csv("model,price,ram,brand\nP40,1,n/a,-\n"), mapping)
    assert isinstance(only, Record)
    assert (only.words.ram_gb, only.words.brand) == (None, None)


def test_filters_count_by_rule_and_compare_without_case_or_space(
    write_csv: WriteCsv, sales_mapping: MappingOf
) -> None:
    mapping = sales_mapping('[keep]\ntype = ["phone", "tablet"]\n[drop]\nmodel = ["* bundle"]\n')
    path = write_csv("type,model,price\n Phone,A,1\nlaptop,B,1\nTABLET,C Bundle,1\nphone,D,x\n")
    reading = read_records(path=path, mapping=mapping)
    assert sum(isinstance(each, Record) for each in reading) == 1
    report = reading.report
    assert (report.read, report.kept) == (4, 1)
    assert report.filtered == {"keep type": 1, "drop model": 1}
    assert report.rejected == {"unreadable_price": 1}
    assert report.kept_of_wanted == 0.5


def test_split_fills_absent_fields_and_replaces_its_own_column(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read
) -> None:
    mapping = sales_mapping(
        'storage_gb = "size"\n[[split]]\ncolumn = "model"\n'
        "patterns = ['(?P<device_model>.+) (?P<ram_gb>\\d+)/(?P<storage_gb>\\d+)']\n"
    )
    path = write_csv("model,size,price\nP40 8/128,,1\nP40 8/128,256,1\nP40,64,1\n")
    words = [each.words for each in read(path, mapping) if isinstance(each, Record)]
    assert [(w.model, w.ram_gb, w.storage_gb) for w in words] == [
        ("P40", 8, 128),
        ("P40", 8, 256),
        ("P40", None, 64),
    ]


def test_move_puts_a_small_capacity_where_the_columns_say_it_belongs(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read
) -> None:
    mapping = sales_mapping(
        'buyer = "shop"\nbrand = "brand"\nstorage_gb = "size"\n'
        '[[move]]\nfrom = "storage_gb"\nto = "ram_gb"\nat_most_gb = 16\n'
        'when = { shop = ["s1"] }\nunless = { brand = ["Apple"] }\n'
    )
    path = write_csv(
        "shop,brand,model,size,price\n"
        "s1,Oppo,A1,8GB,1\ns1,Oppo,A1,64GB,1\ns2,Oppo,A1,8GB,1\ns1,apple,iPad,16GB,1\n"
    )
    words = [each.words for each in read(path, mapping) if isinstance(each, Record)]
    assert [(w.ram_gb, w.storage_gb) for w in words] == [
        (8, None), (None, 64), (None, 8), (None, 16),
    ]  # fmt: skip


def test_context_and_served_values_go_by_our_names(
    write_csv: WriteCsv, sales_mapping: MappingOf, read: Read
) -> None:
    mapping = sales_mapping('buyer = "shop"\n[context]\norigin = "from"\n[serve]\nbuyer = "s1"\n')
    (only,) = read(write_csv("model,price,shop,from\nP40,1,s2,usa\n"), mapping)
    assert isinstance(only, Record)
    assert only.context == {"buyer": "s2", "origin": "usa"}
    assert mapping.serve == {"buyer": "s1"}
