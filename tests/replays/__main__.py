"""``python -m tests.replays``: 10,000 old quotes made again to the byte."""

import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click
from rich.progress import track

from tests.databases import SqliteFiles
from tests.replays.proof import prove

SHOWN = 20


@click.command()
@click.option("--quotes", type=click.IntRange(1), default=10_000, show_default=True)
@click.option("--seed", default=1, show_default=True, help="Of what is asked.")
def main(quotes: int, seed: int) -> None:
    """Make quotes, promote another bundle, replace every table, and replay them all.

    Exit status: 0 all are the same and tampering is noticed; 1 something is not.
    """
    folder = Path(tempfile.mkdtemp(prefix="tradein-replays-"))
    found = prove(folder, SqliteFiles(folder).fresh(), count=quotes, seed=seed, watch=_watched)
    shutil.rmtree(folder)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(found.outcomes.items()))
    click.echo(f"{found.stored:,} quotes stored: {kinds}")
    click.echo(f"{found.same:,} made again to the byte under another champion and other tables")
    for difference in found.differences[:SHOWN]:
        click.echo(f"  {difference}")
    noticed = "noticed" if found.tampering_noticed else "NOT NOTICED"
    click.echo(f"a byte turned in an archived table: {noticed}")
    sys.exit(0 if found.stored == found.same == quotes and found.tampering_noticed else 1)


def _watched(numbers: Iterable[int], what: str) -> Iterable[int]:
    return track(list(numbers), description=what, transient=True)


if __name__ == "__main__":
    main()
