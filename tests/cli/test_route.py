"""``tradein route``."""

import csv
from pathlib import Path

import orjson
import pytest

from tests.cli.conftest import Run
from tests.cli.test_value import MAPPING
from tests.tables.making import copy_shipped
from training.cli.route import route

ROWS = """no,name,grade,battery,on,screen,rest,pack
a1,iPhone 13 128,B,86,yes,yes,yes,normal
a2,iPhone 13 128,B,86,yes,yes,yes,swollen
a3,iPhone 12 64GB,A,100,yes,,,normal
a4,Zorgphone 9 128,A,100,yes,yes,yes,normal
"""


@pytest.fixture
def stock(tmp_path: Path) -> tuple[str, ...]:
    """Arguments for a list of four rows, one of them a hazard."""
    mapping = MAPPING.replace('battery_safety = "normal"\n', "").replace(
        'functions_work = "rest"', 'functions_work = "rest"\nbattery_safety = "pack"'
    )
    (tmp_path / "list.csv").write_text(ROWS)
    (tmp_path / "map.toml").write_text(mapping)
    return (
        str(tmp_path / "list.csv"), "--mapping", str(tmp_path / "map.toml"),
        "--out", str(tmp_path / "out.csv"),
    )  # fmt: skip


def rows_of(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "out.csv").open(newline="") as file:
        return {row["record_id"]: row for row in csv.DictReader(file)}


def test_every_row_has_a_facility_or_the_reason_why_not(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    answer = run(route, *stock, "--region", "demo-east", "--json")
    summary, rows = orjson.loads(answer.stdout), rows_of(tmp_path)
    assert answer.exit_code == 0
    assert (summary["rows"], summary["placed"]) == (4, 2)
    assert rows["a2"]["facility"] == "demo-east-hazard"
    assert rows["a2"]["route"] == "dismantle"
    assert rows["a1"]["facility"] not in ("", "demo-east-hazard")
    assert rows["a3"]["reason"] == "answers_missing: display_works functions_work"
    assert rows["a4"]["facility"] == ""
    assert summary["cost_of_capacity"] == {"amount": 0, "currency": "CNY"}
    brought = sum(round(float(row["expected"]) * 100) for row in rows.values() if row["expected"])
    assert summary["expected"] == {"amount": brought, "currency": "CNY"}


def test_a_region_that_nobody_serves_has_status_1_and_is_told_the_others(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    answer = run(route, *stock, "--region", "nowhere")
    assert answer.exit_code == 1
    assert "demo-east, demo-north, demo-west" in answer.output
    assert {row["reason"] for row in rows_of(tmp_path).values() if row["record_id"] in "a1 a2"} == {
        "no_facilities_known"
    }


def test_a_stock_goes_where_the_shop_s_wish_for_reuse_sends_each_device(
    run: Run, stock: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    copy_shipped(tables, "handling", lambda text: text.replace("erase,CNY,20", "erase,CNY,9999"))
    monkeypatch.setenv("TRADEIN_TABLES", str(tables))
    assert run(route, *stock, "--region", "demo-east").exit_code == 0
    assert rows_of(tmp_path)["a1"]["flag"] == "dismantle"
    reuse = "reuse,CNY,1000000,minor units,a test\n"
    copy_shipped(tables, "policy", lambda text: text.rstrip("\n") + "\n" + reuse)
    assert run(route, *stock, "--region", "demo-east").exit_code == 0
    row = rows_of(tmp_path)["a1"]
    assert (row["flag"], float(row["expected"]) < 0) == ("resale", True)
