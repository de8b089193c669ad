"""A stock list's results as a file: CSV for people, NDJSON for machines; whole or not there."""

import csv
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TextIO

import orjson

from valuation.domain.money import Money
from valuation.use_cases.stock import Valuation

AMOUNTS = ("p10", "p50", "p90", "offer", "low", "high")
COLUMNS = tuple(each.name for each in fields(Valuation))

Write = Callable[[Valuation], None]


class CannotWrite(ValueError):
    """The results' file is of no kind that is written here, or has no folder."""


@contextmanager
def stock_file(path: Path) -> Iterator[Write]:
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
            yield opener(file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _csv(file: TextIO) -> Write:
    """Amounts in whole units of the currency that stands beside them, exact."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)

    def write(row: Valuation) -> None:
        writer.writerow([_cell(row, column) for column in COLUMNS])

    return write


def _ndjson(file: TextIO) -> Write:
    """Amounts as the service spells them: {amount, currency} in minor units."""

    def write(row: Valuation) -> None:
        told = {column: getattr(row, column) for column in COLUMNS}
        for column in AMOUNTS:
            if told[column] is not None:
                told[column] = {"amount": told[column], "currency": row.currency}
        file.write(orjson.dumps(told).decode() + "\n")

    return write


def _cell(row: Valuation, column: str) -> object:
    value = getattr(row, column)
    if value is None:
        return ""
    if column in AMOUNTS:
        return Money(value, row.currency).in_major_units()
    return " ".join(value) if column == "missing" else value


WRITERS: dict[str, Callable[[TextIO], Write]] = {
    ".csv": _csv,
    ".ndjson": _ndjson,
    ".jsonl": _ndjson,
}
