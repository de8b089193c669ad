"""Tables in force follow their files without a restart; a broken one changes nothing."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.tables.margins import FIXED, OTTER, TIERED, own_margin_table
from valuation.tables.book import SHIPPED
from valuation.tables.current import CurrentBook
from valuation.tables.policy_rows import own_margin

DAY = date(2026, 11, 27)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own_margin_table(tmp_path / "tables", OTTER, *TIERED)
    return tmp_path / "tables"


@pytest.fixture
def tables(folder: Path) -> CurrentBook:
    return CurrentBook(SHIPPED, folder)


def fixed(tables: CurrentBook) -> int | None:
    table = tables.book.own_margin(OTTER, DAY)
    return None if table is None else own_margin(table, "CNY").fixed


def test_a_changed_file_is_taken_up_once_it_is_no_longer_being_written(
    tables: CurrentBook, folder: Path
) -> None:
    before = tables.book
    own_margin_table(folder, OTTER, *FIXED)
    tables.refresh()
    assert tables.book is before, "it may be half of the file"
    tables.refresh()
    assert (fixed(tables), tables.faults) == (9_907, {})
    now = tables.book
    tables.refresh()
    assert tables.book is now, "nothing changed and nothing is read"


def test_a_broken_file_keeps_the_last_good_tables_and_is_named_until_it_is_mended(
    tables: CurrentBook, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = tables.book
    path = own_margin_table(folder, OTTER, "margin,,20000,basis points,x")
    for _ in range(4):
        tables.refresh()
    assert tables.book is before
    assert "the tables from before serve on" in tables.faults["tables"]
    assert len(caplog.records) == 1, "said once, not at every look"
    path.unlink()
    tables.refresh()
    tables.refresh()
    assert (fixed(tables), tables.faults) == (None, {}), "its margin is the policy's again"


def test_a_folder_that_is_gone_takes_no_margin_with_it(tables: CurrentBook, folder: Path) -> None:
    shutil.rmtree(folder)
    tables.refresh()
    tables.refresh()
    assert fixed(tables) == 0
    assert "is not there" in tables.faults["tables"]
