"""``tradein value``."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cli.conftest import Run
from valuation.cli import stock_file as files
from valuation.cli.quote import quote
from valuation.cli.value import value
from valuation.use_cases.stock import Outcome, Valuation, shown_id

IMEI = "490154203237518"
MAPPING = """
title = "A list"
purpose = "stock"
[columns]
record_id = "no"
device_model = "name"
cosmetic_grade = "grade"
battery_health = "battery"
powers_on = "on"
display_works = "screen"
functions_work = "rest"
[constants]
activation_lock = "off"
mdm = "none"
block_list = "clear"
battery_safety = "normal"
erasure = "done"
"""
ROWS = """no,name,grade,battery,on,screen,rest
a1,iPhone 13 128,B,86,yes,yes,yes
a2,Samsung Galaxy S21 8+128,D,,yes,cracked,yes
a3,iPhone 12 64GB,A,100,yes,,
a4,Zorgphone 9 128,A,100,yes,yes,yes
a5,iPhone 13 1TB,A,100,yes,yes,yes
a6,iPhone 13 128,Q,100,yes,yes,yes
490154203237518,iPhone 13 128,B,86,yes,yes,yes
"""
GATES = ("--activation-lock", "off", "--mdm", "none", "--block-list", "clear",
         "--battery-safety", "normal", "--erasure", "done")  # fmt: skip


@pytest.fixture
def stock(tmp_path: Path) -> tuple[str, ...]:
    """Arguments for a list of seven rows."""
    (tmp_path / "list.csv").write_text(ROWS)
    (tmp_path / "map.toml").write_text(MAPPING)
    return (str(tmp_path / "list.csv"), "--mapping", str(tmp_path / "map.toml"))


def results(path: Path) -> dict[str, dict[str, Any]]:
    return {
        row["record_id"] or row["line"]: row
        for row in map(orjson.loads, path.read_bytes().splitlines())
    }


def test_every_row_has_a_result_and_the_summary_counts_them(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    answer = run(value, *stock, "--out", str(tmp_path / "out.csv"), "--json")
    summary = orjson.loads(answer.stdout)
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert answer.exit_code == 0
    assert (summary["rows"], summary["priced"], summary["referred"], summary["unreadable"]) == (
        7, 4, 2, 1,
    )  # fmt: skip
    assert [row["outcome"] for row in rows] == [
        "offer", "offer", "indicative", "referral", "referral", "unreadable", "offer",
    ]  # fmt: skip
    assert [row["line"] for row in rows] == ["2", "3", "4", "5", "6", "7", "8"]
    assert rows[0]["currency"] == "CNY"
    assert rows[2]["missing"] == "display_works functions_work"
    assert float(rows[2]["low"]) <= float(rows[2]["high"])
    assert "perhaps" in rows[3]["reason"] or "unknown" in rows[3]["reason"]
    assert "apple/iphone/iphone-13/512gb" in rows[4]["reason"]
    assert "grade" in rows[5]["reason"]
    assert [row["record_id"] for row in rows[:6]] == ["a1", "a2", "a3", "a4", "a5", "a6"]


def test_an_indicative_row_has_the_route_of_good_answers_and_says_so(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    run(value, *stock, "--out", str(tmp_path / "out.ndjson"))
    rows = results(tmp_path / "out.ndjson")
    run(value, *stock, "--works", "--out", str(tmp_path / "good.ndjson"))
    good = results(tmp_path / "good.ndjson")["a3"]
    assert (rows["a3"]["outcome"], rows["a3"]["route_if"]) == ("indicative", "missing-good")
    assert (rows["a3"]["route"], rows["a3"]["flag"]) == (good["route"], good["flag"])
    assert rows["a1"]["route_if"] == good["route_if"] == "answered"
    assert rows["a4"]["route_if"] is None


def test_results_equal_the_figures_of_single_quotes(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    run(value, *stock, "--out", str(tmp_path / "out.ndjson"))
    listed = results(tmp_path / "out.ndjson")
    singles = {
        "a1": ("iPhone 13 128", "--grade", "B", "--battery", "86", "--works"),
        "a2": ("Samsung Galaxy S21 8+128", "--grade", "D", "--works", "--display-works", "cracked"),
        "a3": ("iPhone 12 64GB", "--grade", "A", "--battery", "100", "--powers-on", "yes", *GATES),
    }
    for record_id, arguments in singles.items():
        row = listed[record_id]
        answer = run(quote, *arguments, "--view", "merchant", "--json")
        single = orjson.loads(answer.stdout)
        assert {q: row[q] for q in ("p10", "p50", "p90")} == {
            q: single["value"][q] for q in ("p10", "p50", "p90")
        }
        assert row["offer"] == single["offer"]
        assert {"low": row["low"], "high": row["high"]} == (
            single["indicative"] or {"low": None, "high": None}
        )
        assert row["device"] == single["device"]["id"]
        if single["offer"]:
            assert row["route"] == single["disposition"]["route"]
            assert row["flag"] == single["disposition"]["flag"]


def test_an_imei_in_the_list_is_not_written_on(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    answer = run(value, *stock, "--out", str(out))
    assert IMEI not in out.read_text()
    assert IMEI not in answer.output
    assert "imei …7518" in out.read_text()
    assert shown_id(f"box 7: {IMEI}") == "box 7: imei …7518"
    assert shown_id("20261121000123") == "20261121000123"


def test_a_failing_write_leaves_neither_result_nor_draft(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"

    def fill_the_disk() -> None:
        with files.stock_file(out) as write:
            write(Valuation(2, "a1", Outcome.REFERRAL, "CNY"))
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fill_the_disk()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_leaves_no_half_file_under_the_final_name(
    environment: dict[str, str], stock: tuple[str, ...], tmp_path: Path
) -> None:
    rows = ROWS.splitlines(keepends=True)
    Path(stock[0]).write_text(rows[0] + "".join(rows[1:3]) * 20_000)
    out = tmp_path / "out.csv"
    script = "from valuation.cli.value import value; value()"
    command = [sys.executable, "-c", script, *stock, "--out", str(out)]
    with subprocess.Popen(command, env={**os.environ, **environment}) as process:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob(".out.csv.draft-*")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert list(tmp_path.glob(".out.csv.draft-*"))
    assert not out.exists()


@pytest.mark.parametrize(
    ("out", "said"), [("out.pdf", ".ndjson"), ("list.csv", "replace"), ("no/out.csv", "folder no")]
)
def test_results_file_that_cannot_be_is_said_in_one_line(
    run: Run, stock: tuple[str, ...], tmp_path: Path, out: str, said: str
) -> None:
    answer = run(value, *stock, "--out", str(tmp_path / out))
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert (tmp_path / "list.csv").read_text() == ROWS


def test_corrupt_list_names_line_and_column_and_leaves_no_file(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    Path(stock[0]).write_bytes(ROWS.encode() + b"\xff\xfe,1\n")
    out = tmp_path / "out.csv"
    answer = run(value, *stock, "--out", str(out))
    assert answer.exit_code == 2
    assert "line 9" in answer.stderr
    assert not out.exists()


def test_list_without_a_price_has_status_1(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    Path(stock[0]).write_text("".join(ROWS.splitlines(keepends=True)[0:5:4]))
    assert run(value, *stock, "--out", str(tmp_path / "out.csv")).exit_code == 1


def test_works_counts_what_a_row_leaves_out_as_good_and_says_so(
    run: Run, stock: tuple[str, ...], tmp_path: Path
) -> None:
    plain = run(value, *stock, "--out", str(tmp_path / "plain.ndjson"))
    good = run(value, *stock, "--out", str(tmp_path / "good.ndjson"), "--works")
    before, after = results(tmp_path / "plain.ndjson"), results(tmp_path / "good.ndjson")
    assert (before["a3"]["outcome"], after["a3"]["outcome"]) == ("indicative", "offer")
    assert after["a3"]["offer"] == before["a3"]["high"]
    assert after["a2"] == before["a2"]
    assert "--works" in good.output
    assert "--works" not in plain.output
