"""``tradein demo-market``: sales of our own making."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.cli import common

if TYPE_CHECKING:
    from datetime import date

    from training.demo_market import DemoSales

PARAMS = Path(__file__).parents[1] / "demo_params.toml"


@click.command("demo-market")
@click.option("--out", type=click.Path(path_type=Path), default=Path("models/demo"))
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of sales (yesterday).")
@click.option("--sales", type=click.IntRange(min=1), default=60_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def demo_market(out: Path, until: "click.DateTime | None", sales: int, seed: int) -> None:
    """Make the demo market: sales.csv, and truth.csv with the median behind each sale."""
    from datetime import datetime, timedelta

    from training.demo_market import write

    zone = common.settings().time_zone
    day = (
        until.date()
        if isinstance(until, datetime)
        else (common.now().astimezone(zone) - timedelta(days=1)).date()
    )
    files = write(demo=simulated(until=day, sales=sales, seed=seed), folder=out)
    click.echo(f"Demo data: {sales:,} simulated sales until {day} in {files.sales_path}")


def simulated(*, until: "date", sales: int, seed: int) -> "DemoSales":
    """The demo market of the whole catalogue under the shipped knobs."""
    from training.demo_market import load_params, simulate
    from valuation.catalogue import load_catalogue

    catalogue = load_catalogue()
    devices = [catalogue.device(variant) for variant in sorted(catalogue.variants)]
    params = load_params(PARAMS)
    return simulate(devices=devices, until=until, sales=sales, seed=seed, params=params)
