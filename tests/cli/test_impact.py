"""``tradein impact``: shown, checked, exported, reported, taken back."""

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.cli.conftest import Run
from tests.databases import connected, unprotect
from tests.fakes import FakeClock, FakeEntropy
from tests.quotes.settling import SWOLLEN, gone
from tests.quotes.telling import Till
from valuation.cli.impact import impact
from valuation.settings import Settings
from valuation.shop import DEFAULT_MERCHANT, open_shop


@pytest.fixture
def till(environment: dict[str, str]) -> Iterator[Till]:
    """Two devices went their way: one resold, one dismantled."""
    shop = open_shop(
        Settings.from_environment(environment), clock=FakeClock(), entropy=FakeEntropy()
    )
    till = Till(shop, merchant=DEFAULT_MERCHANT)
    gone(till)
    gone(till, **SWOLLEN)
    yield till
    shop.engine.dispose()


def test_the_ledger_is_shown_checked_and_taken_back(
    run: Run, till: Till, environment: dict[str, str]
) -> None:
    shown = run(impact, "show", "--by", "region").stdout
    for part in ("CN", "demo", "50.0%", "0.348", "12.3 (4.6–20.0)"):
        assert part in shown
    told = run(impact, "verify", "--json")
    assert (told.exit_code, orjson.loads(told.stdout)["sound"]) == (0, True)
    end = orjson.loads(told.stdout)["ledger_ends"]
    noted = f"{end['seq']}:{end['hash']}"
    assert run(impact, "verify", "--holds", noted).exit_code == 0
    assert run(impact, "verify", "--holds", f"2:{'0' * 64}").exit_code == 1
    assert run(impact, "verify", "--holds", "two").exit_code == 2

    back = ("reverse", till.quotes[0], "--reason", "resale_failed")
    assert "no longer counted (resale_failed)" in run(impact, *back).stdout
    again = run(impact, *back, "--json")
    assert (again.exit_code, orjson.loads(again.stderr)["code"]) == (1, "illegal_step")
    assert run(impact, "verify").exit_code == 0
    assert run(impact, "catch-up").stdout == "0 entries\n"

    with connected(environment["DATABASE_URL"]) as connection:
        unprotect(connection, "impact_entries", "delete")
        connection.exec_driver_sql("DELETE FROM impact_entries WHERE seq = 2")
    broken = run(impact, "verify")
    assert broken.exit_code == 1
    assert "entry 3 follows 1: entries between are missing" in broken.stdout
    assert "1 quotes whose device went its way are not counted" in broken.stdout


def test_an_export_says_everything_and_can_be_checked_by_hand(
    run: Run, till: Till, tmp_path: Path
) -> None:
    told = orjson.loads(run(impact, "export").stdout)
    previous = "0" * 64
    for entry in told["entries"]:
        data = f"{previous}\n{entry['body']}".encode()
        previous = hashlib.sha256(data).hexdigest()
        assert entry["hash"] == previous
    assert told["ledger_ends"] == {"seq": 2, "hash": previous}
    figures = {(each["table"], each["figure"]) for each in told["factors"]}
    assert {("impact-factors", "displacement"), ("materials", "gold")} <= figures
    assert all(each["source"] for each in told["factors"])
    rows = list(csv.DictReader(io.StringIO(run(impact, "export", "--format", "csv").stdout)))
    assert [row["quote"] for row in rows] == till.quotes
    out = tmp_path / "e.csv"
    assert run(impact, "export", "--out", str(out)).exit_code == 0
    assert list(csv.DictReader(io.StringIO(out.read_text()))) == rows
    for wrong in (["--out", str(out), "--format", "json"], ["--out", str(tmp_path / "e.xls")]):
        assert run(impact, "export", *wrong).exit_code == 2
    assert [(row["weight_g"], row["co2e_kg_typical"], row["gold_g_low"]) for row in rows] == [
        ("174", "12.3", ""), ("174", "", "0.0097"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["report.html", "report.pdf"])
def test_the_report_is_one_page_with_plots_and_sources(
    run: Run, till: Till, tmp_path: Path, name: str
) -> None:
    assert till.quotes
    out = tmp_path / name
    assert run(impact, "report", "--out", str(out)).exit_code == 0
    data = out.read_bytes()
    if name.endswith(".pdf"):
        assert data.startswith(b"%PDF")
        assert data.count(b"/Type /Page\n") == 1
        return
    page = data.decode()
    assert page.count("<svg") == 4
    for part in ("演示数据", "12.3 kg (4.6–20.0)", "0.348 kg", "ADEME", "displacement", "Daisy",
                 "gold 0.01 g (0.0097–0.034)", "50.0%"):  # fmt: skip
        assert part in page


def test_what_cannot_be_reported_is_told_in_a_line(run: Run, till: Till, tmp_path: Path) -> None:
    assert till.quotes
    out = str(tmp_path / "report.html")
    none = run(impact, "report", "--from", "2027-01-01", "--out", out)
    assert (none.exit_code, none.stderr) == (1, "tradein: nothing is counted in these days\n")
    assert run(impact, "report", "--out", str(tmp_path / "report.txt")).exit_code == 2
    assert run(impact, "show", "--merchant", "nobody").exit_code == 2
    assert run(impact, "show", "--from", "2026-12-01", "--until", "2026-11-01").exit_code == 2
