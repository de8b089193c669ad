"""``tradein merchants margin``, and what the terminal does with a merchant's own margin."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cli.conftest import Run
from tests.cli.test_value import MAPPING, ROWS, results
from tests.tables.making import copy_shipped
from tests.tables.margins import FIXED, TIERED, own_margin_table
from valuation.cli.merchants import merchants
from valuation.cli.quote import quote
from valuation.cli.value import value

Told = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def folder(environment: dict[str, str], tmp_path: Path) -> Path:
    """The shop's own tables."""
    environment["TRADEIN_TABLES"] = str(tmp_path / "tables")
    (tmp_path / "tables").mkdir()
    return tmp_path / "tables"


@pytest.fixture
def otter(run: Run) -> str:
    """The id of a merchant."""
    answer = run(merchants, "add", "Otter Phones", "--store", "Harbour Street", "--json")
    return str(orjson.loads(answer.stdout)["merchant"])


@pytest.fixture
def told(run: Run) -> Told:
    """What is told of margins, as JSON."""

    def tells(*arguments: str) -> list[dict[str, Any]]:
        answer = run(merchants, "margin", *arguments, "--json")
        assert answer.exit_code == 0, answer.stderr
        found: list[dict[str, Any]] = orjson.loads(answer.stdout)["margins"]
        return found

    return tells


def window(row: Mapping[str, Any]) -> tuple[object, ...]:
    return row["since"], row["until"], row["table"]


def test_a_manager_sees_which_margin_applies_from_when(
    run: Run, told: Told, folder: Path, otter: str
) -> None:
    own_margin_table(folder, otter, *TIERED, valid_from="2098-01-01", until="2098-12-31")
    own_margin_table(folder, otter, *FIXED, valid_from="2098-03-01", until="2098-03-31")
    copy_shipped(folder, "policy", lambda t: t.replace(",,800", ",,900"), valid_from="2098-06-01")
    rows, own = told("Otter Phones"), f"margin/{otter}"
    assert [window(row) for row in rows] == [
        ("2026-11-01", "2097-12-31", "policy"),
        ("2098-01-01", "2098-02-28", own),
        ("2098-03-01", "2098-03-31", own),
        ("2098-04-01", "2098-12-31", own),
        ("2099-01-01", None, "policy"),
    ]
    assert [row.get("margin_basis_points") for row in rows] == [800, None, None, None, 900]
    assert {row["merchant"] for row in rows} == {otter}
    said = run(merchants, "margin", otter).stdout
    assert "12.37%, from CNY 1,500.11 on 4.87%, at least CNY 40.13, at most CNY 150.17" in said
    assert "and CNY 99.07" in said


def test_without_a_name_every_margin_is_listed_and_a_strangers_is_marked(
    run: Run, told: Told, folder: Path, otter: str
) -> None:
    for whose in (otter, "mr_typo", "default"):
        own_margin_table(folder, whose, *FIXED, valid_from="2020-01-01")
    rows = told()
    assert {row["merchant"]: row["name"] for row in rows} == {
        otter: "Otter Phones", "mr_typo": None, "default": "this terminal", None: None,
    }  # fmt: skip
    assert [row["today"] for row in rows if row["merchant"] == otter] == [True]
    lines = run(merchants, "margin").stdout.splitlines()
    assert [line for line in lines if "mr_typo  (no such merchant)" in line]
    assert [line for line in lines if line.startswith("all others  2026-11-01")]


def test_nobody_s_margin_and_a_refused_one_are_told_in_a_line(run: Run, folder: Path) -> None:
    answer = run(merchants, "margin", "Heron Phones")
    assert (answer.exit_code, len(answer.stderr.splitlines())) == (2, 1)
    own_margin_table(folder, "mr_x", "margin,,10000,basis points,x")
    answer = run(merchants, "margin", "--json")
    failure = orjson.loads(answer.stderr)
    assert (answer.exit_code, failure["code"]) == (2, "broken_table")
    assert "margin/mr_x" in failure["message"]


def test_a_stock_list_is_valued_under_the_margin_of_whom_it_is_for(
    run: Run, folder: Path, otter: str, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_text(ROWS)
    (tmp_path / "map.toml").write_text(MAPPING)
    own_margin_table(folder, otter, *TIERED)
    own_margin_table(folder, "default", *FIXED)

    def offer(*whose: str) -> int:
        out = tmp_path / "out.ndjson"
        out.unlink(missing_ok=True)
        listed = run(value, str(tmp_path / "list.csv"), "--mapping", str(tmp_path / "map.toml"),
                     "--out", str(out), *whose)  # fmt: skip
        assert listed.exit_code == 0, listed.stderr
        amount: int = results(out)["a1"]["offer"]["amount"]
        return amount

    single = run(quote, "iPhone 13 128", "--grade", "B", "--battery", "86", "--works", "--json")
    assert offer() == orjson.loads(single.stdout)["offer"]["amount"]
    assert offer("--merchant", "Otter Phones") == offer("--merchant", otter) != offer()


def test_the_merchants_view_names_the_margin_and_the_customers_does_not(
    run: Run, folder: Path
) -> None:
    own_margin_table(folder, "default", *TIERED)
    asked = ("iPhone 13 128", "--grade", "B", "--battery", "86", "--works")
    seen, hidden = (run(quote, *asked, "--view", it).stdout for it in ("merchant", "customer"))
    assert "Margin" in seen
    assert "at least CNY 40.13" in seen.replace("\n", " ")
    assert "argin" not in hidden
    assert "40.13" not in hidden
