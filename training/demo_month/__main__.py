"""``python -m training.demo_month OUT``: a month of the demo market, made and reported."""

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from datetime import time as of_day
from pathlib import Path

import click
import numpy as np

from training.cli import common
from training.demo_month.arriving import Sample, sample
from training.demo_month.month import live
from training.demo_month.picture import picture
from training.demo_month.stores import MARKET, Clock, settings_in, stores_of
from training.demo_month.told import Told, lines_of
from training.demo_month.visit import Habits
from valuation.domain.impact_totals import total
from valuation.receipts.impact_page import impact_page
from valuation.receipts.impact_pdf import impact_pdf
from valuation.receipts.impact_sheet import ImpactSheet
from valuation.settings import Settings
from valuation.shop import Shop, open_shop
from valuation.tables.book import NoTable
from valuation.use_cases.impact_report import report_sheet
from valuation.use_cases.impact_views import Asked, entries_of, verify

LAST = "2026-11-30"  # of the first whole month in which the shipped tables are in force


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--devices", type=click.IntRange(1), help="A sample of so many; else all.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), default=LAST,
              show_default=LAST, help="The last day of the month.")  # fmt: skip
@click.option("--seed", type=int, default=2, show_default=True)
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path),
              help="Keep the month's database and keys in this folder.")  # fmt: skip
def main(out: Path, devices: int | None, until: datetime, seed: int, keep: Path | None) -> None:
    """Let 30 days of the demo market come to three stores, and report its impact in OUT.

    Each device is quoted by the demo champion with the answers of its sale and goes through the
    service's own steps. OUT is the report as .pdf or .html, or its plots as .png.

    Exit status: 0 the ledger is sound and counts what was settled; 1 it is not or does not; 2 what
    it needs is missing.
    """
    if out.suffix not in (".png", ".pdf", ".html"):
        raise click.UsageError("OUT ends in .png, .pdf or .html")
    if common.store().champion(MARKET) is None:
        raise click.UsageError(f"there is no champion of {MARKET.slug}; run `make demo`")
    if keep is not None and (keep / "month.sqlite").exists():
        raise click.UsageError(f"{keep} has a month already; name another folder")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch, "shop")
        folder.mkdir(parents=True, exist_ok=True)
        zone = common.settings().time_zone
        drawn = sample(
            until=until.date(), devices=devices, seed=seed, zone=zone, folder=Path(scratch)
        )
        count = len(drawn.arriving)
        how = "all of" if count == drawn.of else f"a sample of {count:,} of"
        click.echo(
            f"Demo data: {how} the {drawn.of:,} used devices that the demo market sold from "
            f"{drawn.first} to {drawn.last}; habits are invented"
        )
        with common.one_line(NoTable):
            sound = _month(drawn, settings_in(folder, common.settings()), out, seed=seed)
    click.echo(f"{time.perf_counter() - started:.0f} s; {out}")
    sys.exit(0 if sound else common.REFUSED)


def _month(drawn: Sample, settings: Settings, out: Path, *, seed: int) -> bool:
    zone = settings.time_zone
    first = datetime.combine(drawn.first, of_day(), zone).astimezone(UTC)
    end = datetime.combine(drawn.last + timedelta(days=1), of_day(), zone).astimezone(UTC)
    clock, entropy = Clock(first), np.random.default_rng(seed).bytes
    shop = open_shop(settings, clock=clock, entropy=entropy)
    try:
        stores = stores_of(shop, entropy)
        told = live(shop, clock, drawn.arriving, stores, until=end, seed=seed, habits=Habits())
        asked = Asked(merchant=None, first=drawn.first, last=drawn.last, zone=zone)
        _write(report_sheet(shop.engine, shop.archive, asked, data=None, now=end), out)
        return _holds(shop, told, asked)
    finally:
        shop.engine.dispose()


def _holds(shop: Shop, told: Told, asked: Asked) -> bool:
    """Whether the ledger is sound and comes to what the tills sold and took apart; says so."""
    counted, checked = total(entries_of(shop.engine, asked)).devices, verify(shop)
    for line in lines_of(told, counted):
        click.echo(line)
    same = counted == told.outcomes
    click.echo("which is what went its way" if same else f"BUT THEIR WAY WENT {told.outcomes}")
    click.echo(f"{'SOUND' if checked.sound else 'NOT SOUND'}: {checked.head.seq} entries")
    return checked.sound and same


def _write(sheet: ImpactSheet, out: Path) -> None:
    if out.suffix == ".png":
        picture(sheet, out)
    else:
        out.write_bytes(impact_pdf(sheet) if out.suffix == ".pdf" else impact_page(sheet).encode())


if __name__ == "__main__":
    main()
