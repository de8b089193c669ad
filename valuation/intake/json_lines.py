"""NDJSON: one JSON object a line, plain or gzip."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from valuation.intake.cells import UnreadableCell, as_text
from valuation.intake.rows import (
    ColumnPlan,
    FileOptions,
    IntakeError,
    Row,
    Rows,
    missing_columns,
    unknown_columns,
)
from valuation.intake.text_lines import TextFile, open_text


@contextmanager
def open_ndjson(*, path: Path, plan: ColumnPlan, options: FileOptions) -> Iterator[Rows]:
    """Rows of an NDJSON file, used columns only. A key that a line leaves out is absent.

    There is no header, so a column that occurs in no line is found at the end of the file.
    """
    with open_text(path) as text:
        yield Rows(
            columns=plan.used,
            lines=_rows(text, plan, options.decimal or "."),
            total=text.total,
            bytes_read=text.bytes_read,
        )


def _rows(text: TextFile, plan: ColumnPlan, decimal: str) -> Iterator[Row]:
    seen = set[str]()
    for line, source in enumerate(text, start=1):
        if source.isspace():
            continue
        values = _parsed(source, line)
        if not values.keys() <= seen:
            _check_keys(values.keys() - seen, plan, line)
            seen |= values.keys()
        yield line, _cells(values, plan.used, line, decimal)
    missing = [name for name in plan.used if name not in seen]
    if missing:
        raise missing_columns(missing=missing, found=sorted(seen))


def _check_keys(new: set[str], plan: ColumnPlan, line: int) -> None:
    stray = sorted(new.difference(plan.all))
    if stray:
        raise unknown_columns(stray=stray, line=line)


def _parsed(source: str, line: int) -> dict[str, object]:
    try:
        value = orjson.loads(source)
    except orjson.JSONDecodeError as broken:
        raise IntakeError(
            f"no JSON: {broken.msg} (character {broken.colno})", line=line
        ) from broken
    if not isinstance(value, dict):
        raise IntakeError("each line holds one JSON object", line=line)
    return value


def _cells(values: dict[str, object], columns: Sequence[str], line: int, decimal: str) -> list[str]:
    cells = []
    for column in columns:
        try:
            cells.append(as_text(value=values.get(column), decimal=decimal))
        except UnreadableCell as broken:
            raise IntakeError(str(broken), line=line, column=column) from broken
    return cells
