"""The figures of the impact report as they are said, with the factors behind them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from valuation.receipts.impact_pdf import impact_pdf
from valuation.receipts.impact_plots import drawing
from valuation.receipts.impact_sheet import Factors, Figure, ImpactSheet, impact_sheet, rounded

NOON = datetime(2026, 11, 30, 4, tzinfo=UTC)
SPAN = {"low": 1_000, "typical": 2_000, "high": 3_000}


def sums(rate: int | None, **changes: Any) -> dict[str, Any]:
    outcomes = dict.fromkeys(("reused", "refurbished", "harvested", "dismantled"), 0)
    return {
        "group": "2026-11-01", "data": "demo", "count": 1, "devices": outcomes,
        "reuse_basis_points": rate, "kept_out_of_waste_mg": 1_000_000,
        "metals_recovered_ug": {"gold": SPAN}, "co2e_avoided_g": SPAN, "without_weight": 0,
        "weight_from_table": 0, "without_co2e_factor": 0, "taken_back": 0,
    } | changes  # fmt: skip


def factor(category: str, figure: str, source: str) -> dict[str, Any]:
    return {"category": category, "figure": figure, "unit": "g", "low": "1", "value": "2",
            "high": "3", "licence": None, "source": source}  # fmt: skip


def sheet(*factors: dict[str, Any], **changes: Any) -> ImpactSheet:
    return impact_sheet(
        whose="a shop", period="November", total=sums(10_000, **changes),
        periods=[sums(10_000, **changes), sums(None, group="2026-11-02")], factors=factors,
        ends=(1, "f" * 64), made_at=NOON,
    )  # fmt: skip


def test_every_factor_stands_once_beside_its_source_and_what_has_none_is_counted() -> None:
    rows = (
        factor("phone", "gold", "a study"), factor("tablet", "gold", "unverified"),
        factor("watch", "gold", "unverified"), factor("watch", "co2e_avoided", "unverified"),
        factor("phone", "silver", "a study; high unverified"),
    )  # fmt: skip
    found = sheet(*rows, *rows)
    assert found.factors == (
        Factors("phone: gold 2 (1–3)", "g", "–", "a study"),
        Factors("tablet: gold 2 (1–3); watch: gold 2 (1–3), co2e avoided 2 (1–3)", "g", "–",
                "unverified"),
        Factors("phone: silver 2 (1–3)", "g", "–", "a study; high unverified"),
    )  # fmt: skip
    assert any("8 of 10" in note.en for note in found.notes)
    assert sheet(rows[0]).notes == sheet().notes, "what has its source needs no note"


def test_only_demo_data_is_marked_as_such() -> None:
    assert [mark.en.split(":")[0] for mark in sheet().marks] == ["DEMO"]
    assert sheet(data="real").marks == ()


def test_a_day_of_no_device_has_no_reuse_rate_and_one_of_none_reused_has_0() -> None:
    (_, rate), (_, none) = sheet(reuse_basis_points=0).plots[-1].points
    assert (rate, none) == (Figure(0, 0, 0), None)
    assert drawing(sheet().plots[-1]).contents


def test_the_factors_of_all_categories_leave_it_on_one_page() -> None:
    many = (factor(f"kind-{n}", "copper", f"study {n} " * 20) for n in range(60))
    assert impact_pdf(sheet(*many)).count(b"/Type /Page\n") == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [(1_686.2, "1,690"), (999.7, "1,000"), (203.4, "203"), (0.02914, "0.0291"), (0.0, "0")],
)
def test_a_figure_has_so_many_digits_and_no_power_of_ten(value: float, said: str) -> None:
    assert rounded(value, 3) == said
