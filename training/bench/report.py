"""The findings as tables for a terminal, and as JSON for a machine."""

import os
import platform
from dataclasses import asdict
from datetime import datetime

from rich.console import Console
from rich.table import Table

from training.bench.bench import Findings
from training.bench.figures import Figure, Ratio, Write
from valuation.quotes.priced_quote import ROW_BUDGET

WIDTH = 112  # columns of a terminal


def to_json(found: Findings, *, now: datetime) -> dict[str, object]:
    """JSON-able findings; rates in answers a second, times in the unit that the name says."""
    return {
        "made_at": now.isoformat(),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "market": found.champion.market.slug,
        "bundle": found.champion.digest,
        "boosters": found.boosters,
        "rounds": found.rounds,
        "seconds": found.seconds,
        "row_budget": ROW_BUDGET,
        "rows": {str(rows): quotes for rows, quotes in found.anatomy.rows.items()},
        "phases_microseconds": dict(found.anatomy.phases),
        "measured": [_figure(it) for it in found.figures],
        "ratios": [_ratio(it) for it in found.ratios],
        "writes": [_write(it) for it in found.writes],
        "peak_mib": dict(found.peaks),
    }


def show(found: Findings, console: Console) -> None:
    """Print everything."""
    market = found.champion.market.slug
    console.print(f"\n{market}, bundle {found.champion.digest[:12]}: {found.boosters}")
    console.print(f"{found.rounds} interleaved rounds in {found.seconds:.0f} s\n")
    console.print(_measured(found))
    console.print(_rows(found))
    console.print(_phases(found))
    console.print()
    console.print(_ratios(found))
    console.print()
    console.print(_writes(found))
    console.print("\nMost memory resident, MiB:")
    for name, peak in found.peaks.items():
        console.print(f"  {name:26} {'unknown' if peak is None else f'{peak:,.0f}'}")


def verdict(met: Ratio) -> str:
    """Whether a promise is kept, and by how much not."""
    return "reached" if met.kept else f"not reached: {met.short:.1f} times too slow"


def _ratios(found: Findings) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("stored quotes over HTTP, against")
    for name in ("conn.", "ratio", "by round", "target"):
        table.add_column(name, justify="right")
    table.add_column("")
    for met in found.ratios:
        spread = f"{_times(met, met.lowest)}..{_times(met, met.highest)}"
        ratio, target = _times(met, met.ratio), _times(met, met.promise.promised)
        table.add_row(met.promise.peer, str(met.connections), ratio, spread, target, verdict(met))
    return table


def _writes(found: Findings) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("a durable commit each, against none")
    for name in (
        "conn.",
        "per second",
        "without",
        "left",
        "p50 ms",
        "without",
        "p99 ms",
        "without",
    ):
        table.add_column(name, justify="right")
    for it in found.writes:
        table.add_row(
            it.stored.target, str(it.stored.connections),
            f"{it.stored.rate:,.1f}", f"{it.unstored.rate:,.1f}", f"{it.left:.0%}",
            f"{it.stored.p50:,.2f}", f"{it.unstored.p50:,.2f}",
            f"{it.stored.p99:,.2f}", f"{it.unstored.p99:,.2f}",
        )  # fmt: skip
    return table


def _times(met: Ratio, value: float) -> str:
    """A share of the peer's rate, or a multiple of it."""
    return f"{value:.1%}" if met.promise.promised < 1 else f"{value:.1f}x"


def _measured(found: Findings) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("one at a time, one worker")
    for name in (
        "conn.",
        "per second",
        "slowest..fastest",
        "p50 ms",
        "p99 ms",
        "answers",
        "client",
    ):
        table.add_column(name, justify="right")
    for it in found.figures:
        table.add_row(
            it.target, str(it.connections), f"{it.rate:,.1f}",
            f"{it.slowest:,.1f}..{it.fastest:,.1f}", f"{it.p50:,.2f}", f"{it.p99:,.2f}",
            f"{it.answers:,}", f"{it.client_busy:.0%}",
        )  # fmt: skip
    return table


def _rows(found: Findings) -> str:
    rows = found.anatomy.rows
    shown = ", ".join(f"{count} rows x {quotes}" for count, quotes in rows.items())
    return f"\nRows asked of the price model (budget {ROW_BUDGET}, most {max(rows)}): {shown}"


def _phases(found: Findings) -> str:
    whole = sum(found.anatomy.phases.values())
    parts = [f"{name} {us:,.0f} ({us / whole:.0%})" for name, us in found.anatomy.phases.items()]
    return "Median microseconds of one quote in process: " + "; ".join(parts)


def _figure(it: Figure) -> dict[str, object]:
    named = {"p50": "p50_ms", "p99": "p99_ms", "rate": "per_second"}
    return {named.get(name, name): value for name, value in asdict(it).items()}


def _write(it: Write) -> dict[str, object]:
    return {
        "connections": it.stored.connections, "left": round(it.left, 4),
        "stored": _figure(it.stored), "unstored": _figure(it.unstored),
    }  # fmt: skip


def _ratio(it: Ratio) -> dict[str, object]:
    return {
        "ours": it.promise.ours, "peer": it.promise.peer, "connections": it.connections,
        "promised": it.promise.promised, "ratio": round(it.ratio, 4), "reached": it.kept,
        "lowest": round(it.lowest, 4), "highest": round(it.highest, 4),
    }  # fmt: skip
