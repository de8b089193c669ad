"""``python -m training.bench``."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson
from rich.console import Console

from training.bench.bench import FULL, QUICK, Bench
from training.bench.cases import TooFewOffers
from training.bench.installation import MLFLOW, PLAIN, NothingToMeasure
from training.bench.report import WIDTH, show, to_json
from training.cli import common
from valuation.domain.market import Market


@click.command()
@click.option("--quick", is_flag=True, help="Two rounds, and no MLflow: it starts too slowly.")
@click.option("--market", type=common.MarketType(), help="Whose champion; else TRADEIN_MARKET.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Result in JSON; else bench.json in the models."
)
def main(quick: bool, market: Market | None, out: Path | None) -> None:
    """Measure quotes a second beside plain peers, in interleaved rounds, on loopback alone.

    Exit status: 0 measured, whatever the figures; 2 there is nothing to measure.
    """
    settings, now = common.settings(), datetime.now(UTC)
    target = out or settings.models_dir / "bench.json"
    bench = Bench(
        settings=settings, market=market or settings.default_market, now=now,
        peers=frozenset({PLAIN} if quick else {PLAIN, MLFLOW}),
        pace=QUICK if quick else FULL, say=_say,
    )  # fmt: skip
    with (
        common.one_line(NothingToMeasure, TooFewOffers, OSError),
        # Beside the result: a commit costs what the disk of the real database costs.
        tempfile.TemporaryDirectory(prefix=".bench-", dir=_folder(target)) as folder,
    ):
        found = bench.run(Path(folder))
    target.write_bytes(orjson.dumps(to_json(found, now=now), option=orjson.OPT_INDENT_2))
    show(found, Console(width=WIDTH, highlight=False))
    click.echo(f"\nwritten to {target}")


def _say(text: str) -> None:
    click.echo(text, err=True)


def _folder(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.parent


if __name__ == "__main__":
    sys.exit(main())
