"""The shipped catalogue, or any folder of the same shape, from disk."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from valuation.catalogue.assembly import assemble
from valuation.catalogue.catalogue import Catalogue
from valuation.catalogue.cells import CatalogueError, Row, csv_rows
from valuation.catalogue.parsing import COLUMNS

DATA = Path(__file__).parent / "data"


def load_catalogue(folder: Path = DATA) -> Catalogue:
    """Read and check a catalogue folder; CatalogueError names file and line. The shipped one is
    read once in a process: it changes with the program alone."""
    return _shipped() if folder == DATA else _read(folder)


@cache
def _shipped() -> Catalogue:
    return _read(DATA)


def _read(folder: Path) -> Catalogue:
    return assemble({table: _rows(folder, table) for table in COLUMNS})


def _rows(folder: Path, table: str) -> Iterator[Row]:
    """A table in one file, or in one file a brand."""
    single = folder / f"{table}.csv"
    files = [single] if single.is_file() else sorted((folder / table).glob("*.csv"))
    if not files:
        raise CatalogueError(table, f"no {table}.csv and no {table}/*.csv in {folder.name}")
    for file in files:
        yield from csv_rows(file, COLUMNS[table])
