"""References are compared like with like, and coverage counts what is recognised."""

from pathlib import Path

from tests.catalogue.small import small_catalogue
from valuation.catalogue import Lookup, Reason
from valuation.catalogue.comparison import (
    LaunchPrice,
    compare,
    compare_launch_prices,
)
from valuation.catalogue.coverage import DeviceWords, coverage

LAUNCHES = """name,announced,status,price,weight,models,internal,battery-type,size,os
Apple iPhone 13,"2021, August 14","Available. Released 2021, September 24",,174 g (6.14 oz),,,\
Li-Ion 3240 mAh,"6.1 inches, 90 cm 2",
Apple iPhone 14,"2021, September 07",Available,,150 g (5 oz),,,Li-Ion 100 mAh,"6.1 inches",
Samsung Galaxy A52,"2021, March",,,1 g,,,,,
"""
SPECIFICATIONS = """brand,name,type,weight,battery_capacity,screen_size,released_date,price
APPLE,iPhone 13,phone,174.0,3240.0,6.1,2019.0,99999
APPLE,iPhone 13,watch,30.0,300.0,1.9,2015.0,1
"""
OFFERS = """phone_brand,phone_model,launch_date,weight,display_size,battery
apple,Apple iPhone 13,2021-09-24,174,6.1,3000
apple,Apple iPhone 13,2021-09-24,174,6.1,3000
"""


def make_lookup() -> Lookup:
    return Lookup(small_catalogue())


def reference(tmp_path: Path, name: str, text: str) -> Path:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_agreeing_facts_are_counted_and_announcements_are_not_releases(tmp_path: Path) -> None:
    folder = reference(tmp_path, "phone_launches_2021.csv", LAUNCHES)
    result = compare(lookup=make_lookup(), folder=folder)
    assert {each.field: each.compared for each in result.fields} == {
        "weight_g": 2,
        "battery_mah": 1,
        "screen_in": 2,
        "first_sale": 1,
    }


def test_disagreement_names_both_values_and_the_place(tmp_path: Path) -> None:
    folder = reference(tmp_path, "phone_launches_2021.csv", LAUNCHES)
    (only,) = compare(lookup=make_lookup(), folder=folder).disagreements
    assert (only.subject, only.field) == ("apple/iphone/iphone-14", "weight_g")
    assert (only.ours, only.theirs) == ("172", "150")
    assert only.place == "phone_launches_2021.csv:3"


def test_year_alone_disagrees_only_when_the_year_does(tmp_path: Path) -> None:
    folder = reference(tmp_path, "phone_specs_2024.csv", SPECIFICATIONS)
    (only,) = compare(lookup=make_lookup(), folder=folder).disagreements
    assert (only.field, only.ours, only.theirs) == ("first_sale", "2021-09", "2019")


def test_the_same_disagreement_in_many_rows_is_one_with_a_count() -> None:
    price = LaunchPrice(DeviceWords("Apple", "iPhone 13", 128), 4999, "prices:2")
    result = compare_launch_prices(lookup=make_lookup(), prices=[price, price])
    assert [(each.theirs, each.rows) for each in result.disagreements] == [("4999", 2)]


def test_device_in_many_offers_is_compared_once(tmp_path: Path) -> None:
    folder = reference(tmp_path, "phone_offers_2024.csv", OFFERS)
    (only,) = compare(lookup=make_lookup(), folder=folder).disagreements
    assert (only.field, only.theirs) == ("battery_mah", "3000")


def test_launch_prices_are_compared_for_the_variant_that_is_named() -> None:
    words = DeviceWords("小米", "12", 256, 12)
    unsaid = DeviceWords("小米", "12", 256)
    result = compare_launch_prices(
        lookup=make_lookup(),
        prices=[LaunchPrice(words, 4999, "prices:2"), LaunchPrice(unsaid, 1, "prices:3")],
    )
    (only,) = result.disagreements
    assert (only.subject, only.ours, only.theirs) == (
        "xiaomi/mi/xiaomi-12/12gb-256gb",
        "4399",
        "4999",
    )


def test_coverage_counts_rows_and_names_the_most_frequent_miss() -> None:
    rows = [DeviceWords("Apple", "iPhone 13", 128)] * 5
    rows += [DeviceWords("Apple", "iPhone 13", 64)] * 2
    rows += [DeviceWords("Apple", "iPhone X", 64)] * 3
    result = coverage(lookup=make_lookup(), rows=rows)
    assert (result.share_of_variants, result.share_of_device_models) == (0.5, 0.7)
    assert [(miss.words.text, miss.reason, miss.rows) for miss in result.misses] == [
        ("iPhone X", Reason.UNKNOWN_DEVICE, 3),
        ("iPhone 13", Reason.IMPOSSIBLE_VARIANT, 2),
    ]


def test_coverage_of_nothing_is_nothing() -> None:
    assert coverage(lookup=make_lookup(), rows=[]).share_of_variants == 0.0
