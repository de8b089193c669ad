"""``python -m training.benchmark``."""

import shlex
import sys
import time
from dataclasses import replace
from pathlib import Path

import click
import orjson
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from training.benchmark.methods import UnknownMethod
from training.benchmark.plot import draw
from training.benchmark.report import Report, to_json
from training.benchmark.run import Runner
from training.benchmark.session import Wish, measure
from training.benchmark.settings import BadBenchmark
from training.benchmark.store import Store
from training.benchmark.table import to_markdown
from training.cli import common
from training.splits import TooFewSales
from valuation.intake.rows import IntakeError
from valuation.intake.toml_section import MappingError

KEPT = Path("docs/benchmark")
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--data", required=True, type=FOLDER, help="The folder of the data sets.")
@click.option("--quick", is_flag=True, help="A fold of each split, few sales: does it all work?")
@click.option("--only", multiple=True, help="Only this data set. Can be given several times.")
@click.option("--methods", default="", help="Only these methods, by commas.")
@click.option("--splits", default="", help="Only these splits, by commas.")
@click.option("--add", "adds", multiple=True, help="Data: name=sales.csv:mapping.toml[:split].")
@click.option("--out", type=FOLDER, help=f"Folder of the result; {KEPT} for a whole run.")
@click.option("--work", type=FOLDER, help="Where results are kept to go on with; in the models.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
def main(
    data: Path, quick: bool, only: tuple[str, ...], methods: str, splits: str,
    adds: tuple[str, ...], out: Path | None, work: Path | None, jobs: int,
) -> None:  # fmt: skip
    """Every method on the same folds, rows and columns: table, JSON and a plot.

    Exit status: 0 measured, whatever the figures; 2 bad input.
    """
    begun = time.perf_counter()
    kept = work or common.settings().models_dir / "benchmark"
    wish = Wish(
        data, kept, "quick" if quick else "full", only, _names(methods), _names(splits), adds
    )
    folder = out or (kept / "report" if wish.partial else KEPT)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        common.one_line(BadBenchmark, UnknownMethod, MappingError, IntakeError, TooFewSales),
        Progress(*columns, TimeElapsedColumn(), transient=True) as bars,
    ):
        task = bars.add_task("starting", total=None)

        def tell(what: str, done: int, of: int) -> None:
            bars.update(task, description=what, completed=done, total=of)

        report = measure(
            wish, Runner(Store(kept), jobs, tell), command=_command(wish),
            say=lambda text: bars.update(task, description=text),
        )  # fmt: skip
    report = replace(report, seconds=time.perf_counter() - begun)
    _write(report, folder)
    click.echo(to_markdown(report).partition("## Data")[0])
    click.echo(f"written to {folder}: benchmark.md, benchmark.json, benchmark.png")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _command(wish: Wish) -> str:
    """The command that makes the same again; where the data lie is the reader's own affair."""
    options = [
        *(["--quick"] if wish.pace == "quick" else []),
        *(word for name in wish.only for word in ("--only", name)),
        *(("--methods", ",".join(wish.methods)) if wish.methods else ()),
        *(("--splits", ",".join(wish.splits)) if wish.splits else ()),
        *(word for each in wish.adds for word in ("--add", each)),
    ]
    if not options:
        return "make benchmark DATA=…"
    return f"python -m training.benchmark --data … {shlex.join(options)}"


def _write(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmark.md").write_text(to_markdown(report), encoding="utf-8")
    data = orjson.dumps(to_json(report), option=orjson.OPT_SERIALIZE_NUMPY)
    (folder / "benchmark.json").write_bytes(data)
    draw(report.blocks, folder / "benchmark.png")


if __name__ == "__main__":
    sys.exit(main())
