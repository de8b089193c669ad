"""``tradein dispose``: where each device of a stock list goes, streaming."""

import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from valuation.cli import common
from valuation.cli.people import merchant_id
from valuation.cli.value import (
    refusals,
    stock_options,
    stock_pricing,
    stock_reading,
    summary_head,
    watched,
)
from valuation.domain.market import Market

if TYPE_CHECKING:
    from valuation.intake.reading import Reading
    from valuation.use_cases.disposing import Disposal
    from valuation.use_cases.stock import StockPricing

A_PERSON, UNREADABLE = "a person must look", "not decided"
IF_GOOD = "if what is missing is good: "


@click.command(cls=common.Discreet)
@stock_options
def dispose(
    file: Path, mapping: str, out: Path, market: Market | None, merchant: str | None, works: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Tell where each device of the stock list FILE goes: one result a row, with the reason.

    Where sales tell a price it is the arithmetic of a quote; elsewhere gates and materials decide,
    and what may be used again waits for a person. Where a required answer is missing the route
    stands only if it is good: `missing` names it, and the row does not count as decided.
    `tradein route` allocates the same to facilities.

    Exit status: 0 done; 1 no row has a route; 2 what was given cannot be used.
    """
    if out.resolve() == file.resolve():
        raise click.UsageError("--out would replace the list itself")
    with common.one_line(refusals):
        reading = stock_reading(file, mapping)
        pricing = stock_pricing(market, merchant=merchant_id(merchant), works=works)
        routes, kg = _write(pricing, reading, out)
    summary = _summary(pricing, routes, kg, reading, out)
    if as_json:
        common.echo_json(summary)
    else:
        _print(summary)
    if not summary["decided"] and not summary["conditional"]:
        sys.exit(common.REFUSED)


def _write(
    pricing: "StockPricing", reading: "Reading", out: Path
) -> tuple[Counter[str], Mapping[str, float]]:
    """Every row into the results' file; rows and kilograms by route."""
    from valuation.cli.stock_file import stock_file
    from valuation.use_cases.disposing import Disposal, disposals

    routes, kilograms = Counter[str](), defaultdict[str, float](float)
    with stock_file(out, Disposal) as write:
        for row in watched(disposals(pricing, reading), reading):
            write(row)
            way = _way(row)
            routes[way] += 1
            kilograms[way] += row.kg or 0.0
    return routes, kilograms


def _way(row: "Disposal") -> str:
    """Under which words a row is counted: a way that rests on missing answers is none yet."""
    if row.route is None:
        return A_PERSON if row.route_if else UNREADABLE
    return f"{IF_GOOD}{row.route}" if row.route_if == "missing-good" else row.route


def _summary(
    pricing: "StockPricing",
    routes: Counter[str],
    kg: Mapping[str, float],
    reading: "Reading",
    out: Path,
) -> dict[str, object]:
    ways = {way: {"rows": routes[way], "kg": round(kg[way], 3)} for way in sorted(routes)}
    waiting = routes[A_PERSON] + routes[UNREADABLE]
    conditional = sum(rows for way, rows in routes.items() if way.startswith(IF_GOOD))
    return {
        **summary_head(pricing),
        "rows": routes.total(),
        "decided": routes.total() - waiting - conditional,
        "conditional": conditional,
        "ways": ways,
        "left_out": sum(reading.report.filtered.values()),
        "out": out.name,
    }


def _print(summary: Mapping[str, object]) -> None:
    if summary["data"] == "demo":
        click.echo("DEMO DATA: priced by a simulator's sales, not by real ones.")
    conditional = summary["conditional"]
    click.echo(
        f"{summary['out']}: {summary['rows']:,} rows, {summary['decided']:,} have a route"
        + (f", {conditional:,} if what is missing is good" if conditional else "")
    )
    ways = summary["ways"]
    assert isinstance(ways, dict)  # noqa: S101 -- as _summary makes it
    for way, told in ways.items():
        click.echo(f"  {way}: {told['rows']:,} rows, {told['kg']:,.3f} kg")
    if summary["works"]:
        click.echo("--works: required answers that a row leaves out counted as good")
    bundle = str(summary["bundle"])[:12]
    click.echo(f"market {summary['market']}, as of {summary['as_of']}, bundle {bundle}")
