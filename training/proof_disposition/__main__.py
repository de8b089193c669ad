"""``python -m training.proof_disposition``: the flag as a classifier, on the demo market."""

import os
import sys
from pathlib import Path

import click
import orjson
from rich.console import Console

from training.cli import common
from training.cli.demo_market import PARAMS, simulated
from training.demo_market import load_params
from training.proof_disposition.market import DemoMarket, OtherMarket, last_day
from training.proof_disposition.proof import Sizes, prove
from training.proof_disposition.report import shown, to_json, to_markdown
from valuation.domain.market import Market
from valuation.tables.book import load_book

MARKET = Market.from_slug("cn-cny-sold-demo")
DEFAULT = Sizes()


@click.command()
@click.option("--sales", "folder", type=click.Path(path_type=Path), default=Path("models/demo"),
              show_default=True, help="What `tradein demo-market` wrote.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="Of those sales.")
@click.option("--devices", default=DEFAULT.devices, show_default=True, help="Measured, at most.")
@click.option("--tuning", default=DEFAULT.tuning, show_default=True, help="To tune the rule on.")
@click.option("--turned", default=DEFAULT.sensitivity, show_default=True,
              help="Of which one input at a time is changed.")  # fmt: skip
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("docs"), show_default=True,
              help="Where disposition.md and disposition.json go.")  # fmt: skip
def main(
    folder: Path, seed: int, devices: int, tuning: int, turned: int, jobs: int, out: Path
) -> None:
    """Hold the demo champion's routes against an oracle that knows the sale price.

    Exit status: 0 it loses less than 2% of the value; 1 it loses more; 2 what it needs is missing.
    """
    champion, console = common.store().champion(MARKET), Console(highlight=False)
    sales, truth = folder / "sales.csv", folder / "truth.csv"
    missing = [path for path in (sales, truth) if not path.exists()]
    if champion is None or missing:
        what = f"the champion of {MARKET.slug}" if champion is None else str(missing[0])
        raise click.UsageError(f"there is no {what}; run `make demo`")
    with common.one_line(OtherMarket):
        count, until = last_day(sales)
        demo = simulated(until=until, sales=count, seed=seed)
        market = DemoMarket(demo, load_params(PARAMS))
        sold = market.sold(sales, truth=truth)
    today = common.now().astimezone(common.settings().time_zone).date()
    with click.progressbar(length=1, label="inputs", file=sys.stderr) as bar:

        def progress(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        proof = prove(
            common.store().bundle(champion.digest), market, sold, load_book(), today=today,
            sizes=Sizes(devices, tuning, turned), jobs=jobs,
            say=lambda text: click.echo(text, err=True), progress=progress,
        )  # fmt: skip
    for each in shown(proof):
        console.print(each)
    out.mkdir(parents=True, exist_ok=True)
    (out / "disposition.md").write_text(to_markdown(proof), encoding="utf-8")
    data = orjson.dumps(to_json(proof), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (out / "disposition.json").write_bytes(data)
    sys.exit(0 if proof.holds else common.REFUSED)


if __name__ == "__main__":
    main()
