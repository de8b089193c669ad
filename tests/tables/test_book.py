"""The book of tables: versions by the day they hold from, terms by market, an archive by digest."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.tables.making import copy_shipped, make_table
from valuation.domain.market import Market, PriceKind
from valuation.tables.book import (
    SHIPPED,
    NoTable,
    TableArchive,
    load_book,
    terms_of,
)
from valuation.tables.table import BrokenTable, stamp_of

DAY = date(2026, 11, 20)
LATER = date(2026, 11, 10)
MARKETS = (
    "cn-cny-sold-demo", "cn-cny-shop-real", "vn-vnd-asking-real", "my-myr-asking-real",
    "sg-sgd-shop-real", "us-usd-sold-demo",
)  # fmt: skip


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


def without_lines(*starts: str) -> Callable[[str], str]:
    return lambda text: "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith(starts)
    )


@pytest.mark.parametrize("slug", MARKETS)
def test_the_shipped_tables_make_terms_in_every_market(slug: str) -> None:
    market = Market.from_slug(slug)
    terms = terms_of(tables=load_book().tables(DAY), market=market)
    assert terms.currency == market.currency
    assert terms.policy.step > 0
    assert terms.to_sold is not None


def test_a_trade_in_price_leads_to_no_sold_price() -> None:
    market = Market.from_slug("cn-cny-trade-in-real")
    assert market.kind is PriceKind.TRADE_IN
    assert terms_of(tables=load_book().tables(DAY), market=market).to_sold is None


def test_amounts_are_converted_to_the_markets_currency() -> None:
    tables = load_book().tables(DAY)
    prices = {
        slug: job.price
        for slug in ("cn-cny-sold-demo", "vn-vnd-sold-demo", "us-usd-sold-demo")
        for terms in [terms_of(tables=tables, market=Market.from_slug(slug))]
        if (job := terms.repairs.job(question="functions_work", level=0, device="x"))
    }
    # 40 yuan at 7.10 a dollar: USD 5.63, and 26000 dong a dollar: 146479.
    assert prices == {
        "cn-cny-sold-demo": 4000,
        "vn-vnd-sold-demo": 146_479,
        "us-usd-sold-demo": 563,
    }


def test_the_latest_version_of_a_day_holds(tmp_path: Path) -> None:
    copy_shipped(tmp_path, "policy", replaced("margin,,800", "margin,,900"))
    book = load_book(SHIPPED, tmp_path)
    margins = []
    for day in (LATER - timedelta(days=1), LATER, LATER + timedelta(days=900)):
        terms = terms_of(tables=book.tables(day), market=Market.from_slug("cn-cny-sold-demo"))
        margins.append(terms.policy.margin.plain)
    assert margins == [800, 900, 900]


def test_before_the_first_version_there_is_no_table() -> None:
    with pytest.raises(NoTable, match=r"no version of table .* is valid on 2020-01-01"):
        load_book().tables(date(2020, 1, 1))


def test_two_versions_of_one_day_with_other_bytes_are_refused(tmp_path: Path) -> None:
    copy_shipped(tmp_path, "policy", replaced("800", "900"), valid_from="2026-11-01")
    with pytest.raises(BrokenTable, match="another version of 'policy' is valid from 2026-11-01"):
        load_book(SHIPPED, tmp_path)


@pytest.mark.parametrize(
    ("table", "change", "says"),
    [
        ("policy", replaced("quantile,,0.10", "quantile,,0.005"), "0.01 to 0.5"),
        ("policy", replaced("goodwill,dismantle/CNY,0", "goodwill,refuse/CNY,500"), "paid nothing"),
        ("policy", replaced("margin,,800", "margin,,10000"), "leaves nothing to pay"),
        ("policy", replaced("dismantle", "dismantel"), "line 40: unknown scope 'dismantel'"),
        ("policy", replaced("step,USD", "step,CNY"), "line 12: step stands here a second time"),
        ("policy", without_lines("margin"), "no row for margin"),
        ("policy", replaced("margin,,800", "margn,,800"), "unknown setting 'margn'"),
        ("policy", replaced("margin,,800", "margin,bogus,800"), "margin has no scope"),
        ("policy", replaced("step,USD", "step,UDS"), "scope of step is a currency, not 'UDS'"),
        ("price-kinds", replaced(",asking,9000", ",trade-in,9000"), "margin would be taken twice"),
        ("price-kinds", replaced(",asking,9000", ",asking,19000"), "no more than was asked"),
        ("gates", without_lines("block_list,listed,parts"),
         "no gate closes parts where block_list is listed"),
        ("gates", replaced("swollen,parts,closed", "swollen,parts,condition"),
         "battery_safety closes parts at level 1 but not at the worse level 0"),
        ("gates", without_lines("battery_safety,swollen,parts", "battery_safety,wet,parts"),
         "no gate closes parts where battery_safety is swollen"),
        ("gates", replaced("battery_hazard,", "fire,"),
         "no row battery_safety,swollen,dismantle,condition,battery_hazard"),
        ("gates", without_lines("erasure,impossible,parts"),
         "no row erasure,impossible,parts,condition,destroy_storage"),
        ("gates", without_lines("erasure,pending,refurbish"),
         "no row erasure,pending,refurbish,condition,erase_before_settlement"),
        ("gates", without_lines("erasure,pending,dismantle"),
         "dismantle,condition,destroy_storage or erase_before_settlement"),
        ("policy", replaced("goodwill,dismantle/CNY,0", "goodwill,donate/CNY,1"), "given away is"),
        ("deductions", without_lines("battery_health,,99"), "better answers have no row"),
        ("deductions", replaced("cosmetic_grade,,B,1050", "cosmetic_grade,,B,9050"),
         "a better answer is deducted more"),
        ("deductions", replaced("sim_lock,,locked", "sim_lock,phones,locked"),
         "unknown category 'phones'; known: phone, tablet"),
        ("depreciation", replaced("samsung,6560", "samsung,10100"), "10000 ascend"),
        ("depreciation", without_lines(",6590"), "no row for the devices"),
        ("depreciation", replaced("apple,7610", "google,7610"), "stands here a second time"),
        ("repairs", without_lines(",display_works,apple/iphone,cracked"), "better answers have no"),
        ("repairs", replaced("apple/iphone,no,750", "apple/iphone,no,75"), "cheaper to repair"),
        ("repairs", replaced("functions_work,", "functions_wrk,"), "unknown question"),
        ("handling", replaced("selling,basis points,1000", "selling,basis points,-1"), "negative"),
        ("handling", replaced("parts,selling", "party,selling"), "unknown route 'party'"),
        ("parts", replaced("display_works,1000", "display_works,-1000"), "cannot add"),
        ("parts", replaced("display_works,1000", "display_works,9900"), "worth more than"),
        ("handling", replaced("laptop,donate,test", "laptp,donate,test"),
         "unknown category 'laptp'; known: phone, tablet, laptop"),
        ("handling", replaced("appliance,dismantle,dismantling", ",dismantle,dismantling"),
         "an amount per kg needs a category"),
        ("handling", replaced("laptop,parts,selling,basis points,1000",
                              "laptop,parts,selling,basis points,10001"), "more than the whole"),
        ("repairs", replaced("laptop,display_works,,cracked,500",
                             "laptop,display_works,,cracked,5000"), "cheaper to repair"),
        ("repairs", without_lines("watch,battery_health,,99"), "better answers have no row"),
        ("repairs", replaced("watch,back_intact", "laptop,back_intact"),
         "back_intact is not asked of the category laptop"),
        ("parts", replaced("laptop,display,display_works,1000",
                           "laptop,display,display_works,9000"), "worth more than"),
        ("parts", replaced("motor and pump,functions_work", "motor and pump,display_works"),
         "display_works is not asked of the category appliance"),
        ("materials", replaced("phone,gold", "fone,gold"), "line 9: unknown category 'fone'"),
        ("materials", replaced("appliance/dryer,steel", "appliance/Dryer,steel"),
         "unknown category 'appliance/Dryer'"),
        ("dispatch", replaced(",appliance,pickup", ",fridge,pickup"), "unknown category 'fridge'"),
        ("dispatch", replaced("battery_hazard,,counter", "battery_hazard,laptop,counter"),
         "of a gate or of a whole category"),
        ("gates", without_lines("block_list"), "no gate closes resale where block_list is listed"),
        ("gates", without_lines("mdm,enrolled,refurbish"), "no gate closes resale where mdm"),
        ("gates", replaced("erasure,pending,parts,condition", "erasure,pending,battery,closed"),
         "unknown route"),
        ("gates", replaced("pending,dismantle,condition", "pending,dismantle,closed"),
         "erasure closes dismantle at level 1 but not at the worse level 0"),
        ("gates", replaced("listed,parts,closed", "listed,parts,shut"), "unknown effect 'shut'"),
        ("exchange-rates", replaced("VND,26000", "VND,0"), "a rate must be positive"),
    ],
)  # fmt: skip
def test_a_table_that_would_break_the_money_is_refused_when_it_is_loaded(
    tmp_path: Path, table: str, change: Callable[[str], str], says: str
) -> None:
    copy_shipped(tmp_path, table, change, valid_from="2027-01-01")
    with pytest.raises(BrokenTable, match=says) as refused:
        load_book(SHIPPED, tmp_path)
    assert f"{table}.csv" in str(refused.value) or table in str(refused.value)


def test_gates_that_were_cut_off_are_refused(tmp_path: Path) -> None:
    copy_shipped(tmp_path, "gates", lambda text: "".join(text.splitlines(keepends=True)[:8]))
    with pytest.raises(BrokenTable, match=r"gates.csv: has no rows"):
        load_book(SHIPPED, tmp_path)


def test_a_currency_without_a_step_or_a_rate_is_named() -> None:
    tables = load_book().tables(DAY)
    with pytest.raises(BrokenTable, match="no row for step KWD"):
        terms_of(tables=tables, market=Market.from_slug("kw-kwd-sold-demo"))


@pytest.mark.parametrize(
    ("table", "change", "says"),
    [
        ("materials", replaced("tablet,gold", "tablet,gald"), "metal-prices has no row for gald"),
        ("handling", replaced("appliance/freezer", "appliance/freeezer"),
         "no weight of 'appliance/freeezer'"),
    ],
)  # fmt: skip
def test_what_two_tables_do_not_agree_on_is_named(
    tmp_path: Path, table: str, change: Callable[[str], str], says: str
) -> None:
    copy_shipped(tmp_path, table, change)
    tables, market = load_book(SHIPPED, tmp_path).tables(DAY), Market.from_slug(MARKETS[0])
    with pytest.raises(BrokenTable, match=says):
        terms_of(tables=tables, market=market)


def test_the_archive_keeps_each_version_by_its_digest(tmp_path: Path) -> None:
    archive, table = TableArchive(tmp_path / "tables"), load_book().table("policy", DAY)
    archive.keep(table)
    archive.keep(table)
    assert [path.name for path in archive.folder.iterdir()] == [f"{table.digest}.csv"]
    assert archive.table(table.digest).data == table.data


@pytest.mark.parametrize("there_already", [False, True])
def test_an_archived_tables_name_is_on_the_disk_before_a_quote_rests_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there_already: bool
) -> None:
    archive, table = TableArchive(tmp_path), load_book().table("policy", DAY)
    if there_already:
        archive.keep(table)
    done: list[str] = []
    sync, replace = os.fsync, os.replace

    def noted_sync(handle: int) -> None:
        folder = os.path.samestat(os.fstat(handle), tmp_path.stat())
        done.append("folder" if folder else "file")
        sync(handle)

    def noted_replace(draft: str, path: Path) -> None:
        done.append("named")
        replace(draft, path)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "replace", noted_replace)
    archive.keep(table)
    assert done == (["folder"] if there_already else ["file", "named", "folder"])


def test_the_archive_notices_a_table_that_was_changed(tmp_path: Path) -> None:
    archive, table = TableArchive(tmp_path), load_book().table("policy", DAY)
    archive.keep(table)
    path = tmp_path / f"{table.digest}.csv"
    path.write_bytes(table.data.replace(b"margin,,800", b"margin,,900"))
    with pytest.raises(BrokenTable, match="has other bytes than when it was used"):
        archive.table(table.digest)


def test_a_change_is_noticed_by_who_has_read_the_table_before_and_by_who_would_keep_it(
    tmp_path: Path,
) -> None:
    archive, table = TableArchive(tmp_path), load_book().table("policy", DAY)
    archive.keep(table)
    archive.check(table.digest)
    path = tmp_path / f"{table.digest}.csv"
    was = path.stat().st_mtime_ns
    path.write_bytes(table.data.replace(b"margin,,800", b"margin,,900"))
    os.utime(path, ns=(was, was))
    for look in (archive.check, TableArchive(tmp_path).check):
        with pytest.raises(BrokenTable, match="has other bytes than when it was used"):
            look(table.digest)
    for each in (archive, TableArchive(tmp_path)):
        with pytest.raises(BrokenTable, match="has other bytes than when it was used"):
            each.keep(table)


def test_an_auditor_notices_what_the_disk_does_not_tell(tmp_path: Path) -> None:
    archive, table = TableArchive(tmp_path), load_book().table("policy", DAY)
    archive.keep(table)
    path = tmp_path / f"{table.digest}.csv"
    path.write_bytes(table.data.replace(b"margin,,800", b"margin,,900"))
    stamp = stamp_of(path)
    assert stamp is not None
    archive._seen[table.digest] = stamp  # as if nothing about the file were another
    archive.check(table.digest)
    with pytest.raises(BrokenTable, match="has other bytes than when it was used"):
        archive.check(table.digest, anew=True)


def test_a_table_that_was_never_archived_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BrokenTable):
        TableArchive(tmp_path).table("0" * 64)


def test_rows_from_memory_are_counted() -> None:
    unverified, rows = load_book().unverified(DAY)["deductions"]
    assert 0 < unverified < rows


def test_the_country_s_own_row_counts_before_the_general_one(tmp_path: Path) -> None:
    rows = ["country,kind,value,source", "VN,asking,8000,x", ",asking,9000,x", "MY,asking,7000,x"]
    make_table(tmp_path, *rows, table="price-kinds", valid_from="2026-11-05")
    tables = load_book(SHIPPED, tmp_path).tables(DAY)
    markets = ("vn-vnd-asking-real", "my-myr-asking-real", "sg-sgd-asking-real")
    found = [terms_of(tables=tables, market=Market.from_slug(slug)).to_sold for slug in markets]
    assert found == [8000, 7000, 9000]
