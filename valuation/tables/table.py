"""One format for every table: a head of ``# key: value`` lines, then rows as CSV.

The head has id, valid-from, unit, currency (``-`` where the rows are shares), source and date; and
``valid-until``, its last day, where the version before it, or none, shall hold again afterwards.
Every row names its own source, or ``unverified`` where it is from memory. Cells are read as they
stand, spaces included: the bytes of an archived table mean what they meant. The digest is the
SHA-256 of the file's bytes.
"""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

HEAD = ("id", "valid-from", "unit", "currency", "source", "date")
UNTIL = "valid-until"
UNVERIFIED = "unverified"


class BrokenTable(ValueError):
    """A table that cannot be used: the file, the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its place, for errors that name it."""

    table: str
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """A cell; BrokenTable where the column is missing."""
        if column not in self.cells:
            raise self.broken(f"has no column {column!r}")
        return self.cells[column]

    def decimal(self, column: str) -> Decimal:
        """A finite decimal number."""
        try:
            value = Decimal(self.text(column))
        except InvalidOperation as error:
            raise self.broken(f"{column} is not a number: {self.cells[column]!r}") from error
        if not value.is_finite():
            raise self.broken(f"{column} is not a finite number")
        return value

    def whole(self, column: str) -> int:
        """A whole number."""
        value = self.decimal(column)
        if value != value.to_integral_value():
            raise self.broken(f"{column} is not a whole number: {self.cells[column]!r}")
        return int(value)

    def broken(self, reason: str) -> BrokenTable:
        """The error that names this row."""
        return BrokenTable(f"{self.table}, line {self.line}: {reason}")


@dataclass(frozen=True, slots=True)
class Table:
    """A table version: its head, its rows, its bytes and their digest."""

    id: str
    valid_from: date
    valid_until: date | None
    unit: str
    currency: str
    source: str
    rows: tuple[Row, ...]
    data: bytes
    digest: str

    def holds(self, day: date) -> bool:
        """Whether a day lies in the window in which the version makes new quotes."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    @property
    def dated(self) -> str:
        """The day of its figures, as the head says it."""
        return _head(self.data.decode("utf-8").splitlines(), self.id)[0]["date"]

    def unverified(self) -> int:
        """How many rows are from memory."""
        return sum(row.cells.get("source") == UNVERIFIED for row in self.rows)


def parse_table(*, data: bytes, name: str) -> Table:
    """The table in a file's bytes; BrokenTable names file and line."""
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise BrokenTable(f"{name}: not UTF-8 text: {error}") from error
    head, start = _head(lines, name)
    reader = csv.DictReader(lines[start:], strict=True)
    rows = []
    try:
        for cells in reader:
            line = start + reader.line_num
            if None in cells or None in cells.values():
                raise BrokenTable(f"{name}, line {line}: another number of cells than columns")
            row = Row(name, line, cells)
            if not row.text("source"):
                raise row.broken("names no source; write 'unverified' for a figure from memory")
            rows.append(row)
    except csv.Error as error:
        line = start + reader.reader.line_num  # the outer reader has not counted this one yet
        raise BrokenTable(f"{name}, line {line}: {error}") from error
    if not rows:
        raise BrokenTable(f"{name}: has no rows; the file may have been cut off")
    return Table(
        id=head["id"],
        valid_from=_date(head["valid-from"], name),
        valid_until=_until(head, name),
        unit=head["unit"],
        currency=head["currency"],
        source=head["source"],
        rows=tuple(rows),
        data=data,
        digest=hashlib.sha256(data).hexdigest(),
    )


def read_table(path: Path) -> Table:
    """The table in a file; BrokenTable where it cannot be read."""
    try:
        return parse_table(data=path.read_bytes(), name=path.name)
    except OSError as error:
        raise BrokenTable(f"{path}: {error}") from error


class Stamp(NamedTuple):
    """What the disk says of a file without reading it: another, and the file may be another."""

    modified: int  # nanoseconds
    changed: int  # of the entry on the disk: who sets the moment above back, moves this one
    size: int
    place: int


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None where there is none that can be looked at."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def _head(lines: list[str], name: str) -> tuple[dict[str, str], int]:
    head: dict[str, str] = {}
    start = 0
    for start, line in enumerate(lines):  # noqa: B007 -- the loop's end is where the rows start
        if not line.startswith("#"):
            break
        key, separator, value = line.lstrip("# ").partition(":")
        if separator:
            head[key.strip()] = value.strip()
    if stray := [key for key in head if key.startswith("valid") and key not in (*HEAD, UNTIL)]:
        raise BrokenTable(f"{name}: the head has {stray[0]!r}; valid-from or {UNTIL} is meant")
    missing = [key for key in HEAD if not head.get(key)]
    if missing:
        raise BrokenTable(f"{name}: the head lacks {', '.join(missing)}")
    _date(head["date"], name)
    return head, start


def _until(head: Mapping[str, str], name: str) -> date | None:
    if UNTIL not in head:
        return None
    until = _date(head[UNTIL], name)
    if until < _date(head["valid-from"], name):
        raise BrokenTable(f"{name}: {UNTIL} {until} lies before valid-from")
    return until


def _date(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BrokenTable(f"{name}: {text!r} is not a date like 2026-11-21") from error
