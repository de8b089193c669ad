"""CSV, with one row of column names."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from valuation.intake.rows import ColumnPlan, FileOptions, IntakeError, Row, Rows, checked_header
from valuation.intake.text_lines import open_text


@contextmanager
def open_csv(*, path: Path, plan: ColumnPlan, options: FileOptions) -> Iterator[Rows]:
    """Rows of a CSV file, plain or gzip; IntakeError where it has no header or a broken one."""
    with open_text(path) as text:
        records = _records(text, options.delimiter)
        _, header = next(records, (1, ()))
        if not header:
            raise IntakeError("the file is empty: it needs a line of column names", line=1)
        columns = checked_header(found=header, plan=plan)
        yield Rows(
            columns=columns,
            lines=_whole(records, columns),
            total=text.total,
            bytes_read=text.bytes_read,
        )


def _records(text: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Each record with the line that it starts on; blank lines are passed over."""
    # Strict, so that a quote that is never closed is an error and not one very long cell.
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            raise IntakeError(f"no CSV: {broken}", line=line) from broken
        if cells:
            yield line, cells


def _whole(records: Iterator[Row], columns: tuple[str, ...]) -> Iterator[Row]:
    width = len(columns)
    for line, cells in records:
        if len(cells) != width:
            column = columns[len(cells)] if len(cells) < width else columns[-1]
            where = "ends before" if len(cells) < width else "goes on after"
            raise IntakeError(
                f"{len(cells)} cells where the header has {width}; the line {where} this column",
                line=line,
                column=column,
            )
        yield line, cells
