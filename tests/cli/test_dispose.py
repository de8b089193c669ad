"""``tradein dispose``, and ``tradein route`` of the same list."""

import csv
from pathlib import Path

import orjson
import pytest

from tests.cli.conftest import Run
from training.cli.route import route
from valuation.cli.dispose import dispose

MAPPING = """
title = "A mixed list"
purpose = "stock"
[columns]
record_id = "no"
category = "what"
device_kind = "kind"
device_model = "name"
weight_g = "kg"
powers_on = "on"
activation_lock = "lock"
battery_safety = "pack"
[constants]
display_works = "yes"
functions_work = "yes"
cosmetic_grade = "B"
mdm = "none"
block_list = "clear"
erasure = "done"
[values.activation_lock]
default = "*"
"""
ROWS = """no,what,kind,name,kg,on,lock,pack
p1,phone,,iPhone 13 128,,yes,off,normal
l1,laptop,,ThinkPad T14,1.5 kg,yes,on,normal
l2,laptop,,ThinkPad T14,,yes,off,normal
w1,watch,,Watch 7,,yes,on,swollen
a1,appliance,Washing machine,Serie 6,,yes,,
a2,appliance,toaster,Toast 1,,yes,,
a3,phone,,Zorgphone 9,,yes,off,normal
a4,fridge,,Cold 1,,yes,,
"""


@pytest.fixture
def stock(tmp_path: Path) -> tuple[str, ...]:
    """Arguments for a list of all kinds of device."""
    (tmp_path / "list.csv").write_text(ROWS)
    (tmp_path / "map.toml").write_text(MAPPING)
    out = str(tmp_path / "out.csv")
    return (str(tmp_path / "list.csv"), "--mapping", str(tmp_path / "map.toml"), "--out", out)


def rows_of(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "out.csv").open(newline="") as file:
        return {row["record_id"]: row for row in csv.DictReader(file)}


def test_each_row_has_its_way_its_gates_and_its_weight(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    answer = run(dispose, *stock, "--json")
    summary, rows = orjson.loads(answer.stdout), rows_of(tmp_path)
    assert answer.exit_code == 0
    assert {name: row["route"] for name, row in rows.items()} == {
        "p1": "refurbish", "l1": "dismantle", "l2": "", "w1": "dismantle", "a1": "", "a2": "",
        "a3": "", "a4": "",
    }  # fmt: skip
    assert (rows["p1"]["priced"], rows["p1"]["flag"], rows["p1"]["kg"]) == (
        "yes",
        "resale",
        "0.174",
    )
    assert (rows["l1"]["gates"], rows["l1"]["kg"]) == ("activation_lock_found", "1.5")
    assert (rows["l1"]["weighed"], rows["l2"]["weighed"]) == ("device", "table")
    assert rows["w1"]["conditions"] == "battery_hazard erasure_record"
    assert float(rows["a1"]["kg"]) == 72.54
    said = {"l2": ("no_price_model", "reuse_first"), "a1": ("no_price_model", "reuse_first"),
            "a2": ("unknown_kind",), "a3": ("unknown_",), "a4": ("unknown_value",)}  # fmt: skip
    for row, codes in said.items():
        assert all(code in rows[row]["reason"] for code in codes), row
    assert (summary["rows"], summary["decided"], summary["conditional"]) == (8, 3, 0)
    assert summary["ways"]["dismantle"] == {"rows": 2, "kg": 1.54}


def test_route_sends_the_same_devices_to_facilities(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    answer = run(route, *stock, "--region", "demo-north")
    rows = rows_of(tmp_path)
    assert answer.exit_code == 0, answer.output
    assert {name: row["facility"] for name, row in rows.items() if row["facility"]} == {
        "p1": "demo-east-resale", "l1": "demo-north-dismantle", "w1": "demo-east-hazard",
    }  # fmt: skip
    assert rows["l2"]["reason"].startswith("reuse_first: no_price_model")


def test_a_list_of_which_nothing_is_decided_has_status_1(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_text("\n".join(ROWS.splitlines()[::6]) + "\n")
    answer = run(dispose, *stock)
    assert answer.exit_code == 1
    assert "1 rows, 0 have a route" in answer.output


def test_a_way_that_rests_on_a_missing_answer_is_counted_as_an_if(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    unasked = MAPPING.replace('block_list = "clear"\n', "")
    (tmp_path / "map.toml").write_text(unasked)
    answer = run(dispose, *stock)
    rows = rows_of(tmp_path)
    assert answer.exit_code == 0
    assert "8 rows, 0 have a route, 3 if what is missing is good" in answer.output
    assert "if what is missing is good: dismantle: 2 rows" in answer.output
    assert (rows["p1"]["missing"], rows["p1"]["route_if"]) == ("block_list", "missing-good")
