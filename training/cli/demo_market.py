"""``tradein demo-market``: sales of our own making."""

from pathlib import Path

import click

from training.cli import common


@click.command("demo-market")
@click.option("--out", type=click.Path(path_type=Path), default=Path("models/demo"))
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of sales (yesterday).")
@click.option("--sales", type=click.IntRange(min=1), default=60_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def demo_market(out: Path, until: "click.DateTime | None", sales: int, seed: int) -> None:
    """Make the demo market: sales.csv, and truth.csv with the median behind each sale."""
    from datetime import datetime, timedelta

    from training.demo_market import load_params, simulate, write
    from valuation.catalogue import load_catalogue

    catalogue = load_catalogue()
    devices = [catalogue.device(variant) for variant in sorted(catalogue.variants)]
    zone = common.settings().time_zone
    day = (
        until.date()
        if isinstance(until, datetime)
        else (common.now().astimezone(zone) - timedelta(days=1)).date()
    )
    params = load_params(Path(__file__).parents[1] / "demo_params.toml")
    demo = simulate(devices=devices, until=day, sales=sales, seed=seed, params=params)
    files = write(demo=demo, folder=out)
    click.echo(f"Demo data: {sales:,} simulated sales until {day} in {files.sales_path}")
