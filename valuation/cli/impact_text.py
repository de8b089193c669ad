"""Sums of impact as lines on a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

MG_IN_KG, G_IN_KG, PERCENT = 1_000_000, 1_000, 100
HEAD = ("Group", "Data", "Devices", "Reused", "Waste kg", "CO2e kg (low–high)")


def lines_of(found: Mapping[str, Any]) -> Iterator[str]:
    """A line a group, and one of all together for each kind of data."""
    rows = [_row(each["label"] or each["group"], each) for each in found["groups"]]
    rows += [_row("all", each) for each in found["totals"]]
    widths = [max(len(row[place]) for row in (HEAD, *rows)) for place in range(len(HEAD))]
    for row in (HEAD, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(name: str, sums: Mapping[str, Any]) -> tuple[str, ...]:
    rate, co2e = sums["reuse_basis_points"], sums["co2e_avoided_g"]
    low, typical, high = (co2e[end] / G_IN_KG for end in ("low", "typical", "high"))
    return (
        name,
        sums["data"],
        str(sums["count"]),
        "–" if rate is None else f"{rate / PERCENT:.1f}%",
        f"{sums['kept_out_of_waste_mg'] / MG_IN_KG:,.3f}",
        f"{typical:,.1f} ({low:,.1f}–{high:,.1f})",
    )
