"""``tradein tac``: the table from the first eight digits of an IMEI to a device model."""

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from valuation.cli import common, opening
from valuation.domain.redaction import redacted

if TYPE_CHECKING:
    from valuation.catalogue.tac_import import TacImport

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MOST = 10  # names that are printed


@click.group(cls=common.DiscreetGroup)
def tac() -> None:
    """Device models by TAC, from lists that others publish; none is shipped."""


@tac.command("import")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--json", "as_json", is_flag=True)
def import_(files: tuple[Path, ...], as_json: bool) -> None:
    """Merge the TAC lists FILES into the shop's table; where they differ the last one counts.

    Exit status: 0 merged; 1 no row leads to a device model; 2 a list cannot be read.
    """
    settings = common.settings()
    with common.one_line(refusals):
        from valuation.catalogue import load_catalogue
        from valuation.catalogue.tac_import import import_tac, merged

        catalogue, table = load_catalogue(), opening.tac_table(settings)
        before = len(table.entries)
        found = [import_tac(file, catalogue) for file in files]
        for each in found:
            table = merged(old=table, new=each.table)
        matched = any(each.matched for each in found)
        if matched:
            settings.tac_file.parent.mkdir(parents=True, exist_ok=True)
            table.save(settings.tac_file)
    told = [_told(file.name, each) for file, each in zip(files, found, strict=True)]
    if as_json:
        common.echo_json({"files": told, "before": before, "entries": len(table.entries)})
    else:
        for file, each in zip(files, found, strict=True):
            _print(file.name, each)
        click.echo(f"{len(table.entries):,} TACs in the table, {before:,} before")
    if not matched:
        sys.exit(common.REFUSED)


@tac.command()
@click.argument("code", metavar="[TAC]", required=False)
@click.option("--json", "as_json", is_flag=True)
def show(code: str | None, as_json: bool) -> None:
    """How large the table is, or which device model TAC (eight digits) belongs to.

    Exit status: 0 found; 1 nothing found; 2 this is no TAC, or the table is damaged.
    """
    with common.one_line(refusals):
        table = opening.tac_table(common.settings())
    if code is None:
        device_models = len(set(table.entries.values()))
        told: dict[str, object] = {"entries": len(table.entries), "device_models": device_models}
        line = f"{len(table.entries):,} TACs of {device_models:,} device models"
        found = bool(table.entries)
    else:
        if not (len(code) == 8 and code.isascii() and code.isdigit()):
            raise click.UsageError("a TAC has eight digits: the first eight of an IMEI")
        device_model = table.device_model(code)
        told = {"tac": code, "device_model": device_model}
        line = f"{code}: {device_model or 'not in the table'}"
        found = device_model is not None
    if as_json:
        common.echo_json(told)
    else:
        click.echo(line)
    if not found:
        sys.exit(common.REFUSED)


def refusals() -> tuple[type[Exception], ...]:
    """What can be wrong with a TAC list or with the table."""
    from valuation.catalogue import CatalogueError
    from valuation.catalogue.tac import DamagedTacTable
    from valuation.catalogue.tac_import import UnknownTacShape

    return (
        CatalogueError, DamagedTacTable, UnknownTacShape, csv.Error, UnicodeDecodeError, OSError,
    )  # fmt: skip


def _told(name: str, found: "TacImport") -> dict[str, object]:
    return {
        "file": name,
        "rows": found.rows,
        "matched": found.matched,
        "malformed": found.malformed,
        "unmatched": sum(each.rows for each in found.unmatched),
        "ambiguous": sum(each.rows for each in found.ambiguous),
        "conflicting": len(found.conflicting),
    }


def _print(name: str, found: "TacImport") -> None:
    told = _told(name, found)
    click.echo(
        f"{name}: {found.rows:,} rows, matched {found.matched:,}, unmatched "
        f"{told['unmatched']:,}, ambiguous {told['ambiguous']:,}, conflicting "
        f"{told['conflicting']:,}, malformed {found.malformed:,}"
    )
    for each in found.unmatched[:MOST]:
        click.echo(f"  not in the catalogue: {redacted(each.name)} ({each.rows} rows)")
