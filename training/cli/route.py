"""``tradein route``: a whole stock allocated to facilities under their capacities."""

import gc
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from valuation.cli import common, opening
from valuation.cli.people import merchant_id
from valuation.cli.value import (
    refusals,
    stock_options,
    stock_reading,
    summary_head,
    watched,
)
from valuation.domain.market import Market
from valuation.domain.money import Money

if TYPE_CHECKING:
    from training.routing import Figures
    from valuation.use_cases.stock import StockPricing

MONEY = (
    "expected", "held_expected", "cost_of_waiting", "unlimited", "cost_of_capacity",
    "nearest_first",
)  # fmt: skip


@click.command(cls=common.Discreet)
@stock_options
@click.option("--region", required=True, help="Where the stock lies, as in the table facilities.")
@click.option("--weeks", type=click.IntRange(1, 52), default=1, show_default=True,
              help="How many weeks of capacity there are.")  # fmt: skip
@click.option("--hold/--no-hold", default=True, show_default=True,
              help="Whether you can store devices for reuse that have no place now.")  # fmt: skip
def route(
    file: Path, mapping: str, region: str, out: Path, weeks: int, hold: bool,
    market: Market | None, merchant: str | None, works: bool, as_json: bool,
) -> None:  # fmt: skip
    """Send the stock list FILE to facilities, so that it brings most under their capacities.

    Each device has one facility, or none and the reason. A device that can be used again and would
    lose more elsewhere than by waiting is held for the next --weeks. It reads what `tradein value`
    reads.

    Exit status: 0 done; 1 no device has a facility; 2 what was given cannot be used.
    """
    if out.resolve() == file.resolve():
        raise click.UsageError("--out would replace the list itself")
    from training.allocation import NotSolved
    from training.cli.stock_ways import Ask, ChangedMeanwhile, stock_ways
    from training.routing import Routed, route_stock
    from valuation.cli.stock_file import stock_file
    from valuation.tables.book import facilities_of

    wrong = (*refusals(), NotSolved, ChangedMeanwhile)
    with common.one_line(lambda: wrong), stock_file(out, Routed) as write:
        started = time.perf_counter()
        reading = stock_reading(file, mapping)
        ask = Ask(market, merchant_id(merchant), works, region, weeks if hold else 0)
        pricing = ask.open()
        facilities = facilities_of(
            book=opening.book(common.settings()),
            day=pricing.as_of,
            currency=pricing.model.market.currency,
        )
        stock = list(watched(stock_ways(iter(reading), ask, pricing), reading))
        gc.freeze()  # it stays until the end: to look through it again and again costs seconds
        between = time.perf_counter()
        rows, figures = route_stock(
            stock, facilities, region=region, weeks=weeks,
            currency=pricing.model.market.currency, dispatch=pricing.appraiser.told.dispatch,
        )  # fmt: skip
        seconds = {"valuing": between - started, "allocating": time.perf_counter() - between}
        for row in rows:
            write(row)
    summary = _summary(pricing, figures, region=region, weeks=weeks, hold=hold) | {
        "rows": len(rows), "seconds": {k: round(v, 1) for k, v in seconds.items()}, "out": out.name,
    }  # fmt: skip
    if as_json:
        common.echo_json(summary)
    else:
        _print(figures, summary, {name for each in facilities for name in each.hauls})
    if not figures.taken:
        sys.exit(common.REFUSED)


def _summary(
    pricing: "StockPricing", figures: "Figures", *, region: str, weeks: int, hold: bool
) -> dict[str, object]:
    amounts = {name: getattr(figures, name) for name in MONEY}
    return {
        **summary_head(pricing),
        "region": region,
        "weeks": weeks,
        "hold": hold,
        "placed": figures.taken.total(),
        "held": figures.held,
        "reuse_places": figures.reuse_places,
        "without_facility": dict(sorted(figures.reasons.items())),
        **{name: {"amount": it, "currency": figures.currency} for name, it in amounts.items()},
        "facilities": [
            {"id": facility, "taken": figures.taken[facility], "capacity": room}
            for facility, room in figures.capacity.items()
        ],
    }


def _print(figures: "Figures", summary: Mapping[str, object], regions: set[str]) -> None:
    if summary["data"] == "demo":
        click.echo("DEMO DATA: priced by a simulator's sales, not by real ones.")
    placed, currency = figures.taken.total(), figures.currency
    click.echo(f"{summary['out']}: {summary['rows']:,} rows, {placed:,} with a facility")
    for facility, room in figures.capacity.items():
        click.echo(f"  {facility}: {figures.taken[facility]:,} of {room:,}")
    for reason, count in sorted(figures.reasons.items()):
        click.echo(f"  none, {reason}: {count:,}")
    brings, later, waits, best, cost, rule = (
        Money(getattr(figures, name), currency) for name in MONEY
    )
    held = f" now, and {later} of what is held" if figures.held else ""
    click.echo(f"Expected {brings}{held}; without capacities {best}: they cost {cost}")
    if figures.held:
        click.echo(
            f"  of it {waits} by waiting; a period has {figures.reuse_places:,} places for reuse"
        )
    if figures.held > figures.reuse_places:
        click.echo("  more are held than that: the last wait longer and lose more; see --weeks")
    alike = ", holding where that is full" if figures.held else ""
    click.echo(f"Each in turn to the nearest with room{alike} would bring {rule}")
    if not figures.capacity:
        known = ", ".join(sorted(regions)) or "none"
        click.echo(f"No facility takes devices from {summary['region']}; regions: {known}")
