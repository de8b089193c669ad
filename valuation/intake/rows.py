"""A file as a stream of rows of text, whatever its format."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Row = tuple[int, Sequence[str]]


class IntakeError(ValueError):
    """The file cannot be read any further: which line, and which column where one is to blame."""

    def __init__(self, message: str, *, line: int | None = None, column: str | None = None) -> None:
        place = [f"line {line}"] if line is not None else []
        place += [f"column {column!r}"] if column is not None else []
        super().__init__(f"{', '.join(place)}: {message}" if place else message)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How the file is written: delimiter of CSV, sheet of XLSX, decimal mark of its numbers.

    ``decimal`` is None where the mapping does not say; then it is a point, and a number that could
    as well be a group of thousands is refused.
    """

    delimiter: str = ","
    sheet: str | None = None
    decimal: Literal[".", ","] | None = None


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """The columns that a mapping uses and those that it leaves out on purpose."""

    used: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every column that may occur."""
        return (*self.used, *self.unused)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows in the order of ``columns``; a cell without content is an empty text.

    For a progress bar, ``total`` is in bytes where ``bytes_read`` is there to ask, otherwise in
    rows, and None where the file does not tell. Lines count from 1, the header included; in
    Parquet, which has none, rows do.
    """

    columns: tuple[str, ...]
    lines: Iterator[Row]
    total: int | None
    bytes_read: Callable[[], int] | None = None


def checked_header(*, found: Sequence[str], plan: ColumnPlan) -> tuple[str, ...]:
    """The file's columns, trimmed; IntakeError where they are not what the mapping expects."""
    columns = tuple(name.strip() for name in found)
    for position, name in enumerate(columns, start=1):
        if not name:
            raise IntakeError(f"the column in position {position} has no name", line=1)
        if name in columns[: position - 1]:
            raise IntakeError("two columns have this name", line=1, column=name)
    missing = [name for name in plan.used if name not in columns]
    if missing:
        raise missing_columns(missing=missing, found=columns)
    stray = [name for name in columns if name not in plan.all]
    if stray:
        raise unknown_columns(stray=stray)
    return columns


def missing_columns(*, missing: Sequence[str], found: Sequence[str]) -> IntakeError:
    """The error for columns that the mapping names and the file does not have."""
    return IntakeError(
        f"the file has no column {_quoted(missing)}; it has {_quoted(found)}", column=missing[0]
    )


def unknown_columns(*, stray: Sequence[str], line: int | None = None) -> IntakeError:
    """The error for columns of the file that the mapping neither maps nor names as unused."""
    return IntakeError(
        f"the mapping says nothing of {_quoted(stray)}; map each, or list it under unused",
        line=line,
        column=stray[0],
    )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
