"""``tradein value``: a stock list valued row by row, streaming."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from valuation.cli import common, opening
from valuation.cli.people import merchant_id
from valuation.domain.market import Market

if TYPE_CHECKING:
    from valuation.intake.reading import Reading
    from valuation.use_cases.stock import StockPricing

Row = TypeVar("Row")
Command = TypeVar("Command", bound=Callable[..., object])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
STRIDE = 100  # rows between looks at the progress
PRICED = ("offer", "indicative", "value-only")


def stock_options(command: Command) -> Command:
    """FILE, its mapping, where the results go and whose terms: what every stock list is asked."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object."),
        click.option("--works", is_flag=True,
                     help="Required answers that a row leaves out count as good."),
        click.option("--merchant", help="Under whose terms: an id or a name."),
        click.option("--market", type=common.MarketType(),
                     help="TRADEIN_MARKET, or the only one served."),
        click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path),
                     help="One row a device: .csv in whole units, .ndjson in minor units."),
        click.option("--mapping", required=True,
                     help="Mapping file, or the name of a shipped one."),
        click.argument("file", type=FILE),
    ):  # fmt: skip
        command = option(command)
    return command


def summary_head(pricing: "StockPricing") -> dict[str, object]:
    """What every summary of a stock list begins with."""
    market = pricing.model.market
    return {
        "market": market.slug,
        "data": market.provenance.value,
        "bundle": pricing.model.digest,
        "as_of": pricing.as_of.isoformat(),
        "merchant": pricing.merchant,
        "works": pricing.works,
    }


@click.command(cls=common.Discreet)
@stock_options
def value(
    file: Path, mapping: str, out: Path, market: Market | None, merchant: str | None, works: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Value the stock list FILE: one result a row, with the reason where there is no price.

    Nothing stands under the name of --out before all of it is written.

    Exit status: 0 done; 1 no row has a price; 2 what was given cannot be used.
    """
    if out.resolve() == file.resolve():
        raise click.UsageError("--out would replace the list itself")
    with common.one_line(refusals):
        reading = stock_reading(file, mapping)
        pricing = stock_pricing(market, merchant=merchant_id(merchant), works=works)
        counts = _write(pricing, reading, out)
    summary = _summary(pricing, counts, reading, out)
    if as_json:
        common.echo_json(summary)
    else:
        _print(summary)
    if not summary["priced"]:
        sys.exit(common.REFUSED)


def refusals() -> tuple[type[Exception], ...]:
    """What can be wrong with a list, its mapping, its results' file or what prices it."""
    from valuation.catalogue import CatalogueError
    from valuation.cli.stock_file import CannotWrite
    from valuation.intake.rows import IntakeError
    from valuation.intake.toml_section import MappingError

    return (
        MappingError, IntakeError, CannotWrite, CatalogueError, opening.NotServed,
        *opening.table_refusals(),
    )  # fmt: skip


def stock_reading(file: Path, mapping: str) -> "Reading":
    """The list's rows; a mapping of sales does as well, its prices are not needed."""
    from valuation.intake.mapping import Purpose
    from valuation.intake.mapping_file import load_mapping
    from valuation.intake.reading import read_records

    return read_records(path=file, mapping=replace(load_mapping(mapping), purpose=Purpose.STOCK))


def stock_pricing(market: Market | None, *, merchant: str, works: bool) -> "StockPricing":
    """What prices the rows today, under the merchant's own terms."""
    from valuation.catalogue import Lookup, load_catalogue
    from valuation.quotes.appraising import Appraiser
    from valuation.use_cases.stock import StockPricing

    settings = common.settings()
    model = opening.open_model(settings, market=market or settings.default_market)
    day = common.now().astimezone(settings.time_zone).date()
    appraiser = Appraiser(model, opening.book(settings).tables_of(merchant, day))
    return StockPricing(appraiser, Lookup(load_catalogue()), day, merchant, works)


def _write(pricing: "StockPricing", reading: "Reading", out: Path) -> Counter[str]:
    """Value every row into the results' file; how many rows had which outcome."""
    from valuation.cli.stock_file import stock_file

    counts: Counter[str] = Counter()
    with stock_file(out) as write:
        for valuation in watched(pricing.valuations(reading), reading):
            write(valuation)
            counts[valuation.outcome.value] += 1
    return counts


def watched(results: Iterator[Row], reading: "Reading") -> Iterator[Row]:
    """The same, with a progress bar where somebody looks at a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("Valuing", total=None)
        for number, result in enumerate(results, start=1):
            if number % STRIDE == 0:
                far = reading.progress
                told = f"Valuing, {number:,} rows"
                bar.update(task, completed=far.done, total=far.total, description=told)
            yield result


def _summary(
    pricing: "StockPricing", counts: Counter[str], reading: "Reading", out: Path
) -> dict[str, object]:
    return {
        **summary_head(pricing),
        "rows": counts.total(),
        "priced": sum(counts[outcome] for outcome in PRICED),
        "offers": counts["offer"],
        "indicative": counts["indicative"],
        "value_only": counts["value-only"],
        "referred": counts["referral"],
        "unreadable": counts["unreadable"],
        "left_out": sum(reading.report.filtered.values()),
        "out": out.name,
    }


def _print(summary: Mapping[str, object]) -> None:
    if summary["data"] == "demo":
        click.echo("DEMO DATA: priced by a simulator's sales, not by real ones.")
    click.echo(
        f"{summary['out']}: {summary['rows']:,} rows; priced {summary['priced']:,} "
        f"({summary['offers']:,} offers, {summary['indicative']:,} indicative, "
        f"{summary['value_only']:,} values only), referred {summary['referred']:,}, "
        f"unreadable {summary['unreadable']:,}, left out by the mapping {summary['left_out']:,}"
    )
    if summary["works"]:
        click.echo("--works: required answers that a row leaves out counted as good")
    bundle = str(summary["bundle"])[:12]
    click.echo(f"market {summary['market']}, as of {summary['as_of']}, bundle {bundle}")
