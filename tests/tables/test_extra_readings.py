"""Campaigns and subsidies as tables: what could pay more for a worse answer is refused on load."""

from datetime import date
from pathlib import Path

import pytest

from tests.tables.making import copy_shipped
from tests.tables.test_book import replaced
from valuation.domain.extra_terms import Needs
from valuation.tables.book import BESIDE, SHIPPED, load_book
from valuation.tables.extra_readings import extra_terms
from valuation.tables.table import BrokenTable

DAY = date(2026, 11, 20)


def test_no_shipped_campaign_applies_to_anybody_who_does_not_ask() -> None:
    terms = extra_terms(load_book().beside(DAY))
    assert terms.campaigns
    assert all(each.needs is not Needs.NOTHING for each in terms.campaigns)
    assert all("demo" in each.id and "Demo" in each.en for each in terms.campaigns)


def test_the_shipped_subsidy_is_the_published_one_in_each_of_its_years() -> None:
    subsidies = extra_terms(load_book().beside(DAY)).subsidies
    assert {(each.rate, each.limit, each.cap) for each in subsidies} == {(1500, 600_000, 50_000)}
    for day, number in ((date(2025, 1, 19), 0), (date(2025, 1, 20), 3), (DAY, 3)):
        assert len([each for each in subsidies if each.holds(day)]) == number


@pytest.mark.parametrize("table", BESIDE)
def test_every_row_names_a_source(table: str) -> None:
    assert all(row.text("source").strip() for row in load_book().table(table, DAY).rows)


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        ("campaigns", ",300,no,50,,10", ",300,no,-50,,10", "below 0"),
        ("campaigns", ",300,no,50,,10", ",-300,no,50,,10", "below 0"),
        ("campaigns", "yes,500,200,20", "yes,10500,200,20", "more than the whole"),
        ("campaigns", "yes,500,200,20", "yes,500,-200,20", "below 0"),
        ("campaigns", "channel,least,", "channel,most,", "least, most"),
        ("campaigns", "no,50,,10,yes", "no,50.005,,10,yes", "finer than the currency's minor unit"),
        ("campaigns", "bonus,word,2026-11-01,", "bonus,word,2028-11-01,", "ends before it begins"),
        (
            "campaigns",
            "bonus,word",
            "bonus,wish",
            "unknown needs 'wish'; known: nothing, word, cod",
        ),
        ("campaigns", "demo-upgrade", "demo-loyalty", "an id stands there twice"),
        ("campaigns", ",,phone,,500", ",,clock,,500", "unknown category 'clock'; known: phone, ta"),
        ("campaigns", ",demo,,CNY", ",demo,,CYN", "unknown currency 'CYN'"),
        ("subsidies", ",1500,6000,yes", ",15000,6000,yes", "more than the price"),
        ("subsidies", ",1500,6000,yes", ",1500,6000,maybe", "unknown inclusive 'maybe'"),
        ("subsidies", "2025-12-31", "in winter", "until is not a date"),
    ],
)
def test_a_row_that_could_break_the_money_is_refused_when_it_is_loaded(
    tmp_path: Path, table: str, old: str, new: str, says: str
) -> None:
    copy_shipped(tmp_path, table, replaced(old, new), valid_from="2027-01-01")
    with pytest.raises(BrokenTable, match=says) as refused:
        load_book(SHIPPED, tmp_path)
    assert table in str(refused.value)
