"""``tradein catalogue``: what the catalogue knows, how well, and where others disagree."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from valuation.cli import common, opening
from valuation.domain.redaction import redacted

if TYPE_CHECKING:
    from valuation.catalogue.comparison import Comparison, LaunchPrice
    from valuation.catalogue.lookup import Lookup
    from valuation.intake.records import Record

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
MAPPING = "Mapping file, or the name of a shipped one."


class UnreadableReference(ValueError):
    """A reference file of a known name has another shape than it should."""


@click.group(cls=common.DiscreetGroup)
def catalogue() -> None:
    """The catalogue of device models."""


@catalogue.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--prices", type=FILE, help="A list that states launch prices in yuan.")
@click.option("--mapping", help=f"Of --prices. {MAPPING}")
@click.option("--json", "as_json", is_flag=True)
def compare(folder: Path, prices: Path | None, mapping: str | None, as_json: bool) -> None:
    """Disagreements with the reference files of DIR, like with like.

    Exit status: 0 compared; 1 nothing there can be compared; 2 a file cannot be read.
    """
    if (prices is None) != (mapping is None):
        raise click.UsageError("--prices and --mapping belong together")
    with common.one_line(refusals):
        from valuation.catalogue.comparison import compare_launch_prices

        lookup = _lookup()
        found = [_compared(lookup, folder)]
        if prices is not None and mapping is not None:
            stated = _launch_prices(prices, mapping)
            found.append(compare_launch_prices(lookup=lookup, prices=stated))
    if as_json:
        common.echo_json(_told(found))
    else:
        from valuation.cli.catalogue_text import print_comparison

        for each in found:
            print_comparison(each)
    if not any(count.compared for each in found for count in each.fields):
        sys.exit(common.REFUSED)


@catalogue.command()
@click.argument("file", type=FILE)
@click.option("--mapping", required=True, help=MAPPING)
@click.option("--json", "as_json", is_flag=True)
def coverage(file: Path, mapping: str, as_json: bool) -> None:
    """The share of FILE's rows whose device is recognised, and the most frequent misses.

    Exit status: 0 some are; 1 none is; 2 the file cannot be read.
    """
    with common.one_line(refusals):
        from valuation.catalogue.coverage import DeviceWords
        from valuation.catalogue.coverage import coverage as covered

        words = (record.words for record in _records(file, mapping))
        rows = (DeviceWords(w.brand, w.model, w.storage_gb, w.ram_gb) for w in words)
        found = covered(lookup=_lookup(), rows=rows)
    if as_json:
        common.echo_json({
            "rows": found.rows,
            "device_models": found.device_models,
            "variants": found.variants,
            "misses": [
                {"brand": miss.words.brand, "words": redacted(miss.words.text),
                 "storage_gb": miss.words.storage_gb, "ram_gb": miss.words.ram_gb,
                 "reason": miss.reason.value, "rows": miss.rows}
                for miss in found.misses
            ],
        })  # fmt: skip
    else:
        from valuation.cli.catalogue_text import print_coverage

        print_coverage(found)
    if not found.device_models:
        sys.exit(common.REFUSED)


@catalogue.command()
@click.argument("query")
@click.option("--json", "as_json", is_flag=True)
def show(query: str, as_json: bool) -> None:
    """A device model by name or id, with its facts, variants, aliases and sources.

    Exit status: 0 shown; 1 no device model has this name: those that come close are.
    """
    with common.one_line(refusals):
        from valuation.catalogue import Match
        from valuation.cli.catalogue_text import described, print_device_model

        lookup = _lookup()
        found = lookup.find(brand=None, text=query, model_only=True)
        if isinstance(found, Match):
            told = described(lookup.catalogue, found.device_model)
        else:
            close = lookup.search(text=query, limit=10)
            told = {"reason": found.reason.value, "close": {h.variant: h.name for h in close}}
    if as_json:
        common.echo_json(told)
    elif isinstance(found, Match):
        print_device_model(told)
    else:
        click.echo(f"{found.reason.value}: {redacted(query)}", err=True)
        for hit in close:
            click.echo(f"  {hit.name} ({hit.variant})")
    if not isinstance(found, Match):
        sys.exit(common.REFUSED)


@catalogue.command()
@click.option("--json", "as_json", is_flag=True)
def unverified(as_json: bool) -> None:
    """How many rows of the catalogue and of today's tables are from memory."""
    settings = common.settings()
    with common.one_line(refusals):
        found = _lookup().catalogue
        day = common.now().astimezone(settings.time_zone).date()
        tables = opening.book(settings).unverified(day)
    ours = found.unverified
    counts = {
        "device models": (ours.device_models, len(found.device_models)),
        "variants": (ours.variants, len(found.variants)),
        **{f"table {name}": count for name, count in tables.items()},
    }
    if as_json:
        common.echo_json({
            name: {"unverified": memory, "rows": rows} for name, (memory, rows) in counts.items()
        })  # fmt: skip
        return
    from valuation.cli.catalogue_text import print_unverified

    print_unverified(counts)


def refusals() -> tuple[type[Exception], ...]:
    """What can be wrong with the files that a command reads."""
    from valuation.catalogue import CatalogueError
    from valuation.intake.rows import IntakeError
    from valuation.intake.toml_section import MappingError

    return (
        CatalogueError, IntakeError, MappingError, UnreadableReference,
        *opening.table_refusals(),
    )  # fmt: skip


def _lookup() -> "Lookup":
    from valuation.catalogue import Lookup, load_catalogue

    return Lookup(load_catalogue())


def _compared(lookup: "Lookup", folder: Path) -> "Comparison":
    from valuation.catalogue.comparison import compare as compared

    try:
        return compared(lookup=lookup, folder=folder)
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise UnreadableReference(
            f"a reference file of {folder.name} has another shape: {error}"
        ) from error


def _records(file: Path, mapping: str) -> "Iterator[Record]":
    from dataclasses import replace

    from valuation.intake.mapping import Purpose
    from valuation.intake.mapping_file import load_mapping
    from valuation.intake.reading import read_records
    from valuation.intake.records import Record

    plan = replace(load_mapping(mapping), purpose=Purpose.STOCK)
    for row in read_records(path=file, mapping=plan):
        if isinstance(row, Record):
            yield row


def _launch_prices(file: Path, mapping: str) -> "Iterator[LaunchPrice]":
    from valuation.catalogue.comparison import LaunchPrice
    from valuation.catalogue.coverage import DeviceWords

    for record in _records(file, mapping):
        words = record.words
        if words.launch_price_cny is not None:
            named = DeviceWords(words.brand, words.model, words.storage_gb, words.ram_gb)
            yield LaunchPrice(named, words.launch_price_cny, f"{file.name}:{record.line}")


def _told(found: "list[Comparison]") -> dict[str, object]:
    return {
        "fields": [
            {"field": count.field, "compared": count.compared, "disagreeing": count.disagreeing}
            for each in found
            for count in each.fields
        ],
        "disagreements": [
            {name: getattr(one, name) for name in one.__dataclass_fields__}
            for each in found
            for one in each.disagreements
        ],
    }
