"""``python -m tests.durability``: kill −9 under load, until it is certain that nothing is lost.

It shows what survives the death of the process. It cannot show what survives a power failure: what
the service has handed to the system outlives the process, synced or not.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median

import click

from tests.databases import Databases, SqliteFiles, postgres
from tests.durability.proof import TILLS, Found, prove
from tests.durability.service import Service
from tests.factories import make_bundle
from tests.web.conftest import installation

KILLS = {"sqlite": 100, "postgres": 30}
READY_WITHIN = 2.0  # seconds
BIN = 0.25
SHOWN = 20


@click.command()
@click.option("--kills", type=click.IntRange(1), help="How many; else 100 and 30.")
@click.option("--database", type=click.Choice(list(KILLS)), help="Which one; else both.")
@click.option("--seed", default=1, show_default=True, help="Of the load and the instants.")
def main(kills: int | None, database: str | None, seed: int) -> None:
    """Kill the loaded service again and again, and hold its database against its answers.

    Exit status: 0 nothing was lost, doubled or late; 1 something was.
    """
    kept = True
    for kind in [database] if database else KILLS:
        kept &= _proved(kind, kills or KILLS[kind], seed)
    sys.exit(0 if kept else 1)


def _proved(kind: str, kills: int, seed: int) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="tradein-durability-"))
    make_bundle(folder / "made")
    with _databases(kind, folder) as databases:
        url = databases.fresh()
        environment = installation(folder / "made", folder, url)
        # As it is served; the tests look at the champions all the time.
        service = Service({**environment, "TRADEIN_REFRESH_SECONDS": "2"}, folder)
        found = prove(service, url, kills=kills, random=Random(seed), say=_say)
    _show(kind, found)
    if found.faults:
        click.echo(f"  left as it is for a look: {folder}")
    else:
        shutil.rmtree(folder)
    return not found.faults and not _late(found)


def _late(found: Found) -> int:
    return sum(start.seconds > READY_WITHIN for start in found.starts)


@contextmanager
def _databases(kind: str, folder: Path) -> Iterator[Databases]:
    if kind == "sqlite":
        yield SqliteFiles(folder)
        return
    with postgres() as server:
        yield server


def _show(kind: str, found: Found) -> None:
    lost = found.unanswered
    click.echo(f"{kind}: {len(found.starts)} kills under the load of {TILLS} tills")
    click.echo(
        f"  {len(found.asked):,} requests; {lost} had no answer when it was killed: "
        f"{found.written} of them were written, {lost - found.written} not"
    )
    if found.starts:
        _show_starts(found)
    for fault in found.faults[:SHOWN]:
        click.echo(f"  FAULT: {fault}")
    click.echo(f"  {len(found.faults) or 'no'} faults")


def _show_starts(found: Found) -> None:
    seconds = sorted(start.seconds for start in found.starts)
    busy = median(start.busy for start in found.starts)
    click.echo(
        f"  ready after {seconds[0]:.2f} to {seconds[-1]:.2f} s, half within "
        f"{median(seconds):.2f}, of which {busy:.2f} are its own work; "
        f"{_late(found)} later than {READY_WITHIN:.0f} s"
    )
    for low in sorted({each // BIN for each in seconds}):
        count = sum(each // BIN == low for each in seconds)
        click.echo(f"    {low * BIN:.2f} to {(low + 1) * BIN:.2f} s  {count}")


def _say(text: str) -> None:
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
