"""A stock list's results as a file: CSV for people, NDJSON for machines; whole or not there."""

import csv
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Protocol, TextIO

import orjson

from valuation.domain.money import Money
from valuation.use_cases.stock import Valuation

AMOUNTS = frozenset({"p10", "p50", "p90", "offer", "low", "high", "expected", "held_expected"})


class Result(Protocol):
    """A frozen dataclass; its fields are the columns, AMOUNTS in minor units of ``currency``."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def currency(self) -> str: ...


Write = Callable[[Result], None]
Columns = tuple[str, ...]


class CannotWrite(ValueError):
    """The results' file is of no kind that is written here, or has no folder."""


@contextmanager
def stock_file(path: Path, of: type[Result] = Valuation) -> Iterator[Write]:
    """Write results through the function given; the file appears when all are there, or never.

    CannotWrite before anything is written; OSError where the disk does not take it.
    """
    opener = WRITERS.get(path.suffix.lower())
    if opener is None:
        raise CannotWrite(f"{path.name}: results are written as {' or '.join(WRITERS)}")
    if not path.parent.is_dir():
        raise CannotWrite(f"{path.name}: there is no folder {path.parent.name} to write it to")
    draft = path.with_name(f".{path.name}.draft-{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            yield opener(file, tuple(of.__dataclass_fields__))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _csv(file: TextIO, columns: Columns) -> Write:
    """Amounts in whole units of the currency that stands beside them, exact."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)

    def write(row: Result) -> None:
        writer.writerow([_cell(row, column) for column in columns])

    return write


def _ndjson(file: TextIO, columns: Columns) -> Write:
    """Amounts as the service spells them: {amount, currency} in minor units."""

    def write(row: Result) -> None:
        told = {column: getattr(row, column) for column in columns}
        for column in AMOUNTS.intersection(columns):
            if told[column] is not None:
                told[column] = {"amount": told[column], "currency": row.currency}
        file.write(orjson.dumps(told).decode() + "\n")

    return write


def _cell(row: Result, column: str) -> object:
    value = getattr(row, column)
    if value is None:
        return ""
    if column in AMOUNTS:
        return Money(value, row.currency).in_major_units()
    return " ".join(value) if isinstance(value, tuple) else value


WRITERS: dict[str, Callable[[TextIO, Columns], Write]] = {
    ".csv": _csv,
    ".ndjson": _ndjson,
    ".jsonl": _ndjson,
}
