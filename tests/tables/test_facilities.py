"""The table of facilities."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.tables.making import copy_shipped
from valuation.domain.facilities import Haul, Licence
from valuation.tables.book import SHIPPED, USED, facilities_of, load_book
from valuation.tables.facilities import FACILITIES
from valuation.tables.table import BrokenTable, read_table

DAY = date(2026, 11, 27)


def test_what_a_haul_costs_is_the_facility_and_the_way_there() -> None:
    by_id = {each.id: each for each in facilities_of(book=load_book(), day=DAY, currency="CNY")}
    # 3.00 + 1,150 km × 0.002 = 5.30
    assert by_id["demo-east-resale"].hauls["demo-north"] == Haul(km=1150, cost=530)
    assert "demo-west" not in by_id["demo-east-parts"].hauls


def test_a_table_of_before_there_were_ranges_still_loads(tmp_path: Path) -> None:
    def without_range(text: str) -> str:
        return re.sub(r"(licences,cost|,\d[\d.]*),[^,]+,[^,]+(,cost_per_km|,0\.)", r"\1\2", text)

    copy_shipped(tmp_path, FACILITIES, without_range)
    now, before = (
        facilities_of(book=load_book(*folders), day=DAY, currency="CNY")
        for folders in ((SHIPPED,), (SHIPPED, tmp_path))
    )
    assert now == before


def test_the_shipped_rows_are_marked_and_bind_no_quote() -> None:
    table = read_table(SHIPPED / "facilities.csv")
    assert table.unverified() == len(table.rows)
    assert all("emo" in row.text("en") for row in table.rows)
    assert FACILITIES not in USED


def test_one_shipped_facility_is_licensed_for_damaged_batteries() -> None:
    found = facilities_of(book=load_book(), day=DAY, currency="CNY")
    licensed = [each.id for each in found if Licence.DAMAGED_BATTERY in each.licences]
    assert licensed == ["demo-east-hazard"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("demo-east-parts,parts", "demo-east-hazard,parts", "second time"),
        ("demo-east-parts,parts", "Werk 1,parts", "small letters"),
        ("demo-east-parts,parts", "demo-east-parts,melt", "unknown routes 'melt'; known: resell"),
        ("demo-east-parts,parts", "demo-east-parts,", "routes is empty"),
        ("parts,phone,,2,", "parts,fridge,,2,", "unknown categories 'fridge'"),
        ("parts,phone,,2,", "parts,phone,driving,2,", "unknown licences 'driving'; known: damaged"),
        ("parts,phone,,2,", "parts,phone,,-2,", "cost is below 0"),
        ("parts,phone,,2,1,", "parts,phone,,2,3,", "low, cost and high ascend"),
        (",0.002,200,", ",0.002,-1,", "weekly_capacity: whole numbers"),
        ("demo-east:40 demo-north:1180", "demo-east:40 demo-east:9", "demo-east a second time"),
        ("demo-east:40 demo-north:1180", "demo-east", "km_from: whole numbers"),
        ("demo-east:40 demo-north:1180", "", "names no region"),
        ("licences,cost,", "licenses,cost,", "missing or unknown: licences, licenses"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_when_the_book_is_loaded(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    copy_shipped(tmp_path, FACILITIES, lambda text: text.replace(old, new))
    with pytest.raises(BrokenTable, match=said):
        load_book(SHIPPED, tmp_path)
