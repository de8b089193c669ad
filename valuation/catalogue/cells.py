"""Rows of text with their place, and the cells in them as numbers, months and slugs."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_SLUG = r"[a-z0-9]+(?:[-.][a-z0-9]+)*"
SLUG_PATHS = {parts: re.compile("/".join([_SLUG] * parts)) for parts in (1, 3, 4)}
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
NUMBER = re.compile(r"\d+(\.\d+)?")


class CatalogueError(ValueError):
    """A row of the catalogue that cannot be right; says in which file and line."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place


@dataclass(slots=True)  # not frozen: there are ten thousand, and a frozen one takes twice as long
class Row:
    """A row of text, and where it stands: a file and a line, or a table and a position."""

    file: str
    line: int
    cells: Mapping[str, str]

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"

    def error(self, problem: str) -> CatalogueError:
        """The error to raise about this row."""
        return CatalogueError(self.place, problem)

    def text(self, column: str) -> str:
        """The cell, which must not be empty."""
        value = self.cells[column].strip()
        if not value:
            raise self.error(f"{column} is empty")
        return value

    def optional(self, column: str) -> str | None:
        """The cell, or None where it is empty."""
        return self.cells[column].strip() or None

    def number(self, column: str, bounds: tuple[float, float]) -> float | None:
        """The cell as a number within bounds; None where it is empty."""
        text = self.cells[column].strip()
        if not text:
            return None
        value = _number(text)
        if value is None:
            raise self.error(f"{column} {text!r} is not a number")
        low, high = bounds
        if not low <= value <= high:
            raise self.error(f"{column} {text} is not plausible: {low:g} to {high:g} would be")
        return value

    def month(self, column: str, years: tuple[int, int]) -> date | None:
        """The cell YYYY-MM as the first day of that month; None where it is empty."""
        text = self.cells[column].strip()
        if not text:
            return None
        match = MONTH.fullmatch(text)
        if match is None:
            raise self.error(f"{column} {text!r} is not a month like 2021-09")
        year = int(match[1])
        if not years[0] <= year <= years[1]:
            raise self.error(f"{column} {text} is not plausible: {years[0]} to {years[1]} would be")
        return date(year, int(match[2]), 1)

    def slug_path(self, column: str, parts: int) -> str:
        """The cell as ``parts`` slugs between slashes."""
        text = self.text(column)
        if not SLUG_PATHS[parts].fullmatch(text):
            raise self.error(f"{column} {text!r} is not {parts} slugs between slashes")
        return text


def csv_rows(path: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a CSV file that has exactly these columns; a line of 1 is the header."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.reader(handle)
        header = tuple(next(reader, ()))
        if header != columns:
            raise CatalogueError(f"{path.name}:1", f"columns must be {', '.join(columns)}")
        file = f"{path.parent.name}/{path.name}"
        for cells in reader:
            if len(cells) == len(columns):
                yield Row(file, reader.line_num, dict(zip(columns, cells, strict=True)))
            elif cells:
                wrong = f"{len(cells)} cells where {len(columns)} are due"
                raise CatalogueError(f"{file}:{reader.line_num}", wrong)


def mapping_rows(
    table: str, columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]
) -> Iterator[Row]:
    """Rows that were frozen elsewhere; their place is the table and the position."""
    for position, cells in enumerate(rows, start=1):
        row = Row(table, position, cells)
        if set(cells) != set(columns):
            raise row.error(f"columns must be {', '.join(columns)}")
        yield row


@cache
def _number(text: str) -> float | None:
    """A plain number; remembered, because a few hundred numbers stand in all rows."""
    return float(text) if NUMBER.fullmatch(text) else None
