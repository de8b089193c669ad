"""XLSX, streamed; the first row holds the column names. openpyxl is loaded when one is opened."""

import warnings
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from valuation.intake.cells import UnreadableCell, as_text
from valuation.intake.rows import ColumnPlan, FileOptions, IntakeError, Row, Rows, checked_header

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

# What openpyxl lets through when the archive or the XML inside is damaged; found by damaging one.
DAMAGE = (
    BadZipFile, ParseError, zlib.error, EOFError, OSError,
    KeyError, ValueError, TypeError, IndexError, AttributeError, NotImplementedError,
)  # fmt: skip

Values = Sequence[object]


class _Sheet(Protocol):
    """The part of openpyxl's read-only sheet that is used here; its published types are off."""

    @property
    def max_row(self) -> int | None: ...

    def iter_rows(self, *, values_only: bool) -> Iterable[Values]: ...

    def reset_dimensions(self) -> None: ...


@contextmanager
def open_xlsx(*, path: Path, plan: ColumnPlan, options: FileOptions) -> Iterator[Rows]:
    """Rows of one sheet; IntakeError where the file is damaged or the sheet is not settled."""
    with closing(_workbook(path)) as workbook:
        sheet = _sheet(workbook, options.sheet)
        total = sheet.max_row
        # Some writers state a wrong size, and openpyxl would stop there without a word.
        sheet.reset_dimensions()
        rows = _numbered(sheet.iter_rows(values_only=True))
        line, header = next(rows, (1, ()))
        if not header:
            raise IntakeError("the sheet is empty: it needs a row of column names", line=1)
        columns = checked_header(found=_texts(header, line, (), "."), plan=plan)
        yield Rows(
            columns=columns,
            lines=_rows(rows, columns, options.decimal or "."),
            total=None if total is None else max(total - 1, 0),
        )


def _workbook(path: Path) -> "Workbook":
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            # It warns of styles and validation rules that it drops; no value hangs on them.
            warnings.simplefilter("ignore", UserWarning)
            return load_workbook(path, read_only=True, data_only=True)
    except DAMAGE as broken:
        raise IntakeError(f"no XLSX, or a damaged file: {broken}") from broken


def _sheet(workbook: "Workbook", name: str | None) -> _Sheet:
    names = workbook.sheetnames
    listed = ", ".join(repr(each) for each in names)
    if name is None and len(names) > 1:
        raise IntakeError(f"the file has the sheets {listed}; name one in the mapping's [file]")
    if name is not None and name not in names:
        raise IntakeError(f"the file has no sheet {name!r}; it has {listed}")
    return cast(_Sheet, workbook[name or names[0]])


def _numbered(rows: Iterable[Values]) -> Iterator[tuple[int, Values]]:
    """Rows with their number, without empty cells at the end; empty rows are passed over."""
    line = 0
    try:
        for line, row in enumerate(rows, start=1):
            values = _trimmed(row)
            if values:
                yield line, values
    except DAMAGE as broken:
        raise IntakeError(f"a damaged file: {broken}", line=line + 1) from broken


def _trimmed(row: Values) -> Values:
    width = len(row)
    while width and row[width - 1] is None:
        width -= 1
    return row[:width]


def _rows(
    rows: Iterator[tuple[int, Values]], columns: tuple[str, ...], decimal: str
) -> Iterator[Row]:
    width = len(columns)
    for line, values in rows:
        if len(values) > width:
            raise IntakeError(
                f"{len(values)} cells where the header has {width}", line=line, column=columns[-1]
            )
        texts = _texts(values, line, columns, decimal)
        yield line, texts + [""] * (width - len(texts))


def _texts(values: Values, line: int, columns: tuple[str, ...], decimal: str) -> list[str]:
    texts: list[str] = []
    try:
        for value in values:
            texts.append(as_text(value=value, decimal=decimal))
    except UnreadableCell as broken:
        column = columns[len(texts)] if columns else None
        raise IntakeError(str(broken), line=line, column=column) from broken
    return texts
