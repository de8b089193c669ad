"""``tradein route``: a whole stock allocated to facilities under their capacities."""

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
    stock_pricing,
    stock_reading,
    summary_head,
    watched,
)
from valuation.domain.market import Market
from valuation.domain.money import Money

if TYPE_CHECKING:
    from training.routing import Figures
    from valuation.use_cases.stock import StockPricing

MONEY = ("expected", "unlimited", "cost_of_capacity", "nearest_first")


@click.command(cls=common.Discreet)
@stock_options
@click.option("--region", required=True, help="Where the stock lies, as in the table facilities.")
@click.option("--weeks", type=click.IntRange(1, 52), default=1, show_default=True,
              help="How many weeks of capacity there are.")  # fmt: skip
def route(
    file: Path, mapping: str, region: str, out: Path, weeks: int, market: Market | None,
    merchant: str | None, works: bool, as_json: bool,
) -> None:  # fmt: skip
    """Send the stock list FILE to facilities, so that it brings most under their capacities.

    Each device has one facility, or none and the reason. It reads what `tradein value` reads.

    Exit status: 0 done; 1 no device has a facility; 2 what was given cannot be used.
    """
    if out.resolve() == file.resolve():
        raise click.UsageError("--out would replace the list itself")
    from training.routing import Routed, route_stock, waiting
    from valuation.cli.stock_file import stock_file
    from valuation.quotes.disposing import disposed
    from valuation.tables.book import facilities_of

    with common.one_line(refusals), stock_file(out, Routed) as write:
        started = time.perf_counter()
        reading = stock_reading(file, mapping)
        pricing = stock_pricing(market, merchant=merchant_id(merchant), works=works)
        facilities = facilities_of(
            book=opening.book(common.settings()),
            day=pricing.as_of,
            currency=pricing.model.market.currency,
        )
        valued = watched(pricing.quoted(reading), reading)
        stock = [
            waiting(it, disposed(quote, pricing.appraiser) if quote else None, region=region)
            for it, quote in valued
        ]
        between = time.perf_counter()
        rows, figures = route_stock(
            stock, facilities, region=region, weeks=weeks, currency=pricing.model.market.currency
        )
        seconds = {"valuing": between - started, "allocating": time.perf_counter() - between}
        for row in rows:
            write(row)
    summary = _summary(pricing, figures, region=region, weeks=weeks) | {
        "rows": len(rows), "seconds": {k: round(v, 1) for k, v in seconds.items()}, "out": out.name,
    }  # fmt: skip
    if as_json:
        common.echo_json(summary)
    else:
        _print(figures, summary, {name for each in facilities for name in each.hauls})
    if not figures.taken:
        sys.exit(common.REFUSED)


def _summary(
    pricing: "StockPricing", figures: "Figures", *, region: str, weeks: int
) -> dict[str, object]:
    amounts = {name: getattr(figures, name) for name in MONEY}
    return {
        **summary_head(pricing),
        "region": region,
        "weeks": weeks,
        "placed": figures.taken.total(),
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
    brings, best, cost, rule = (Money(getattr(figures, name), currency) for name in MONEY)
    click.echo(f"Expected {brings}; without capacities {best}: they cost {cost}")
    click.echo(f"Each in turn to the nearest with room would bring {rule}")
    if not figures.capacity:
        known = ", ".join(sorted(regions)) or "none"
        click.echo(f"No facility takes devices from {summary['region']}; regions: {known}")
