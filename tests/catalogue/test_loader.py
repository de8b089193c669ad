"""A catalogue with a wrong row does not load, and the error says where the row stands."""

import json
from datetime import date
from pathlib import Path

import pytest

from tests.catalogue.small import cells, small_catalogue, small_rows, write_folder
from valuation.catalogue import CatalogueError, UnknownVariant, from_rows, load_catalogue
from valuation.domain.device import Category


def test_error_names_file_and_line(tmp_path: Path) -> None:
    rows = small_rows()
    rows["models"][2]["weight_g"] = "18900"
    write_folder(tmp_path, rows)
    with pytest.raises(CatalogueError, match=r"models\.csv:4: weight_g 18900 is not plausible"):
        load_catalogue(tmp_path)


def test_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, small_rows())
    (tmp_path / "aliases.csv").write_text("alias,device_model\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"aliases\.csv:1: columns must be"):
        load_catalogue(tmp_path)


def test_row_with_a_cell_too_many_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, small_rows())
    with (tmp_path / "aliases.csv").open("a", encoding="utf-8") as file:
        file.write("apple/iphone/iphone-13,iP13,extra\n")
    with pytest.raises(CatalogueError, match=r"aliases\.csv:3: 3 cells where 2 are due"):
        load_catalogue(tmp_path)


def test_missing_table_is_named(tmp_path: Path) -> None:
    write_folder(tmp_path, small_rows())
    (tmp_path / "brands.csv").unlink()
    with pytest.raises(CatalogueError, match=r"no brands\.csv"):
        load_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("table", "position", "column", "value", "problem"),
    [
        ("models", 0, "category", "watch", "category 'watch' is none of phone, tablet"),
        ("models", 0, "successor", "apple/iphone/iphone-99", "successor: no other device model"),
        ("models", 0, "successor", "apple/iphone/iphone-13", "successor: no other device model"),
        ("models", 1, "first_sale", "2020-09", "was first sold before it"),
        ("models", 0, "first_sale", "2021-13", "is not a month"),
        ("models", 0, "first_sale", "1021-09", "is not plausible"),
        ("models", 0, "source", "hearsay", "no source hearsay"),
        ("models", 0, "source", "", "source is empty"),
        ("models", 0, "id", "apple/iPhone 13", "is not 3 slugs"),
        ("models", 0, "screen_in", "six", "is not a number"),
        ("models", 0, "battery_mah", "nan", "is not a number"),
        ("models", 2, "name", "", "name is empty"),
        ("variants", 0, "storage_gb", "256", "the columns say 4gb-256gb, the id 128gb"),
        ("variants", 0, "storage_gb", "", "storage_gb is empty"),
        ("variants", 0, "launch_price_cny", "59", "is not plausible"),
        ("variants", 0, "source", "hearsay", "no source hearsay"),
        ("variants", 1, "id", "apple/iphone/iphone-13/128gb", "already stands at variants:1"),
        ("aliases", 0, "device_model", "apple/iphone/iphone-1", "no device model"),
        ("brands", 3, "part_of", "nobody", "part_of: no brand nobody"),
        ("brands", 3, "name_zh", "小米", "is a word of"),
        ("sources", 1, "date", "", "neither a date nor an address"),
    ],
)
def test_row_that_cannot_be_right_is_refused(
    table: str, position: int, column: str, value: str, problem: str
) -> None:
    rows = small_rows()
    rows[table][position][column] = value
    with pytest.raises(CatalogueError, match=problem):
        from_rows(rows)


def test_variant_without_its_device_model_is_refused() -> None:
    rows = small_rows()
    rows["variants"].append(cells("variants", "apple/iphone/iphone-1/8gb||8|||maker"))
    with pytest.raises(CatalogueError, match="variants:10: no device model apple/iphone/iphone-1"):
        from_rows(rows)


@pytest.mark.parametrize("alias", ["iphone-14", "苹果 iPhone 14 手机", "IPHONE14"])
def test_alias_that_leads_to_two_device_models_is_refused(alias: str) -> None:
    rows = small_rows()
    rows["aliases"].append({"device_model": "apple/iphone/iphone-13", "alias": alias})
    with pytest.raises(CatalogueError, match=r"leads to .*iphone-13 and to .*iphone-14"):
        from_rows(rows)


def test_one_name_under_two_brands_is_no_conflict() -> None:
    rows = small_rows()
    rows["aliases"].append({"device_model": "samsung/galaxy-a/galaxy-a52-5g", "alias": "12"})
    assert len(from_rows(rows).aliases) == 2


def test_device_carries_the_facts_of_variant_device_model_and_successor() -> None:
    device = small_catalogue().device("apple/iphone/iphone-13/128gb")
    assert (device.brand, device.family) == ("apple", "apple/iphone")
    assert device.name == "Apple iPhone 13 128 GB"
    assert device.facts.category is Category.PHONE
    assert device.facts.first_sale == date(2021, 9, 1)
    assert device.facts.successor_first_sale == date(2022, 9, 1)
    assert (device.facts.ram_gb, device.facts.storage_gb) == (4, 128)
    assert device.facts.launch_price_cny == 5999


def test_device_model_without_successor_has_no_successor_date() -> None:
    device = small_catalogue().device("apple/iphone/iphone-14/1tb")
    assert device.facts.successor_first_sale is None
    assert device.name == "Apple iPhone 14 1 TB"


def test_unknown_variant_is_said() -> None:
    with pytest.raises(UnknownVariant, match="no variant 'apple/iphone/iphone-13/64gb'"):
        small_catalogue().device("apple/iphone/iphone-13/64gb")


@pytest.mark.parametrize(
    ("variant", "english", "chinese"),
    [
        ("apple/iphone/iphone-13/128gb", "Apple iPhone 13 128 GB", "苹果 iPhone 13 128 GB"),
        ("xiaomi/mi/xiaomi-12/8gb-128gb", "Xiaomi 12 8 + 128 GB", "小米 12 8 + 128 GB"),
        ("xiaomi/redmi/redmi-12/4gb-128gb", "Xiaomi Redmi 12 4 + 128 GB", "红米 12 4 + 128 GB"),
    ],
)
def test_names_say_brand_once_and_ram_only_where_it_is_chosen(
    variant: str, english: str, chinese: str
) -> None:
    catalogue = small_catalogue()
    assert catalogue.variant_name(catalogue.variants[variant]) == english
    assert catalogue.variant_name_zh(catalogue.variants[variant]) == chinese


def test_rows_survive_json_with_the_same_digest() -> None:
    catalogue = small_catalogue()
    again = from_rows(json.loads(json.dumps(catalogue.to_rows())))
    assert again.digest == catalogue.digest
    assert again.to_rows() == catalogue.to_rows()


def test_digest_does_not_depend_on_the_order_of_rows() -> None:
    rows = small_rows()
    for table in rows.values():
        table.reverse()
    assert from_rows(rows).digest == small_catalogue().digest


def test_digest_changes_with_any_fact() -> None:
    rows = small_rows()
    rows["variants"][0]["launch_price_cny"] = "5998"
    assert from_rows(rows).digest != small_catalogue().digest


def test_slice_keeps_successors_and_nothing_else() -> None:
    part = from_rows(small_catalogue().rows_of(["apple/iphone/iphone-13"]))
    assert set(part.device_models) == {"apple/iphone/iphone-13", "apple/iphone/iphone-14"}
    device = part.device("apple/iphone/iphone-13/256gb")
    assert device == small_catalogue().device("apple/iphone/iphone-13/256gb")


def test_unverified_rows_are_counted() -> None:
    unverified = small_catalogue().unverified
    assert (unverified.device_models, unverified.variants) == (1, 1)
