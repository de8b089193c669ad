"""``tradein route``."""

import csv
import re
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import orjson
import pytest

from tests.cli.conftest import Run
from tests.cli.test_value import MAPPING
from tests.tables.making import copy_shipped
from training.cli import stock_ways
from training.cli.route import route
from valuation.cli.value import stock_reading

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


def _dear_erasure(handling: str) -> str:
    """The table with a test and erasure that costs more than any phone brings."""
    return handling.replace("erase,CNY,20,10,40", "erase,CNY,9999,10,9999")


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
    copy_shipped(tables, "handling", _dear_erasure)
    monkeypatch.setenv("TRADEIN_TABLES", str(tables))
    assert run(route, *stock, "--region", "demo-east").exit_code == 0
    assert rows_of(tmp_path)["a1"]["flag"] == "dismantle"
    reuse = "reuse,CNY,1000000,minor units,a test\n"
    copy_shipped(tables, "policy", lambda text: text.rstrip("\n") + "\n" + reuse)
    assert run(route, *stock, "--region", "demo-east").exit_code == 0
    row = rows_of(tmp_path)["a1"]
    assert (row["flag"], float(row["expected"]) < 0) == ("resale", True)


def test_with_resale_full_a_good_phone_is_held_and_the_row_says_so(
    run: Run, stock: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = "b1,iPhone 13 128,B,86,yes,yes,yes,normal\nb2,iPhone 13 128,B,85,yes,yes,yes,normal\n"
    (tmp_path / "list.csv").write_text(ROWS.partition("\n")[0] + "\n" + two)
    tables = tmp_path / "tables"
    tables.mkdir()
    copy_shipped(
        tables, "facilities",
        lambda text: text.replace(",1200,demo-east", ",1,demo-east").replace(",600,", ",0,")
        .replace(",300,", ",0,"),
    )  # fmt: skip
    monkeypatch.setenv("TRADEIN_TABLES", str(tables))
    answer = run(route, *stock, "--region", "demo-east", "--json")
    summary, rows = orjson.loads(answer.stdout), rows_of(tmp_path)
    assert (summary["placed"], summary["held"], summary["reuse_places"]) == (1, 1, 1)
    assert summary["without_facility"] == {"held_for_next_week": 1}
    assert {row["reason"] for row in rows.values()} == {"", "held_for_next_week"}
    held = next(row for row in rows.values() if row["reason"])
    assert held["packing_en"] == held["expected"] == ""
    assert summary["held_expected"]["amount"] == round(float(held["held_expected"]) * 100)
    lost = summary["cost_of_waiting"]["amount"]
    assert 0 < lost < summary["held_expected"]["amount"] // 50
    assert summary["cost_of_capacity"]["amount"] == lost
    told = run(route, *stock, "--region", "demo-east").output
    assert "none, held_for_next_week: 1" in told
    assert "1 places for reuse" in told
    answer = run(route, *stock, "--region", "demo-east", "--json", "--no-hold")
    assert orjson.loads(answer.stdout)["held"] == 0
    assert {row["flag"] for row in rows_of(tmp_path).values()} == {"resale", "dismantle"}


def test_a_row_that_goes_somewhere_tells_how_it_is_packed_and_carried(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    assert run(route, *stock, "--region", "demo-east").exit_code == 0
    rows = rows_of(tmp_path)
    assert "one device" in rows["a2"]["packing_en"]
    assert "never by post" in rows["a2"]["transport_en"]
    assert "禁止邮寄" in rows["a2"]["transport_zh"]
    assert rows["a1"]["packing_en"].startswith("Switched off, the display covered")
    assert rows["a4"]["packing_zh"] == ""


def test_the_summary_is_json_where_devices_find_no_room_or_no_facility(
    run: Run, stock: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    copy_shipped(
        tables, "facilities", lambda text: re.sub(r",\d+,demo-east:", ",0,demo-east:", text)
    )
    monkeypatch.setenv("TRADEIN_TABLES", str(tables))
    answer = run(route, *stock, "--region", "demo-east", "--json")
    assert answer.exit_code == 1
    assert orjson.loads(answer.stdout)["without_facility"]["no_room"] == 2


def test_a_long_list_valued_by_several_processes_gives_the_same_rows(
    run: Run, stock: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(route, *stock, "--region", "demo-east").exit_code == 0
    alone = (tmp_path / "out.csv").read_bytes()
    monkeypatch.setattr(stock_ways, "CHUNK", 3)
    monkeypatch.setattr(stock_ways, "os", Mock(cpu_count=lambda: 2))
    pools = Mock(wraps=ProcessPoolExecutor)
    monkeypatch.setattr("training.cli.stock_ways.ProcessPoolExecutor", pools)
    assert run(route, *stock, "--region", "demo-east").exit_code == 0
    assert pools.call_count == 1
    assert (tmp_path / "out.csv").read_bytes() == alone


def test_routes_alone_are_those_of_a_whole_quote(
    environment: dict[str, str], stock: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    pricing = stock_ways.Ask(None, "default", True, "demo-east", 1).open()
    rows = list(stock_reading(Path(stock[0]), stock[2]))
    for (_, whole), (_, alone) in zip(
        pricing.quoted(rows), pricing.quoted(rows, ways_alone=True), strict=True
    ):
        assert (whole is None) == (alone is None)
        if whole is None or alone is None or whole.disposition is None:
            continue
        assert alone.disposition is not None
        assert alone.disposition.conditions == whole.disposition.conditions
        pairs = zip(whole.disposition.routes, alone.disposition.routes, strict=True)
        for one, other in pairs:
            assert (one.route, one.expected, one.closed_by, one.parts[0]) == (
                other.route, other.expected, other.closed_by, other.parts[0],
            )  # fmt: skip


def test_a_table_that_changes_while_the_list_is_valued_ends_it(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ask = stock_ways.Ask(None, "default", True, "demo-east", 1)
    monkeypatch.setattr(stock_ways, "_opened", [(ask, ask.open())])
    with pytest.raises(stock_ways.ChangedMeanwhile, match="run it again"):
        stock_ways._ways([], ("another bundle",))
