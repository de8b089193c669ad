"""Parquet, batch by batch; pyarrow is loaded only when such a file is opened."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from valuation.intake.cells import UnreadableCell, as_text
from valuation.intake.rows import ColumnPlan, FileOptions, IntakeError, Row, Rows, checked_header

BATCH_ROWS = 4_096


class _Batch(Protocol):
    """The part of pyarrow's RecordBatch that is used here; pyarrow ships no types."""

    num_rows: int

    def to_pydict(self) -> dict[str, list[object]]: ...


@contextmanager
def open_parquet(*, path: Path, plan: ColumnPlan, options: FileOptions) -> Iterator[Rows]:
    """Rows of a Parquet file, used columns only; IntakeError where it is damaged."""
    import pyarrow
    from pyarrow import parquet

    # A damaged file shows itself in any of these, whichever part of it pyarrow meets first.
    damage = (pyarrow.ArrowException, OSError, UnicodeDecodeError)
    with path.open("rb") as raw:
        try:
            file = parquet.ParquetFile(raw)
            names = file.schema_arrow.names
        except damage as broken:
            raise IntakeError(f"no Parquet, or a damaged file: {broken}") from broken
        checked_header(found=names, plan=plan)
        used = list(plan.used)
        batches = file.iter_batches(batch_size=BATCH_ROWS, columns=used, use_threads=False)
        yield Rows(
            columns=plan.used,
            lines=_rows(batches, plan.used, damage, options.decimal or "."),
            total=file.metadata.num_rows,
        )


def _rows(
    batches: Iterable[_Batch],
    used: Sequence[str],
    damage: tuple[type[Exception], ...],
    decimal: str,
) -> Iterator[Row]:
    read = 0
    try:
        for batch in batches:
            columns = batch.to_pydict()
            texts = [_texts(name, columns[name], read, decimal) for name in used]
            yield from enumerate(zip(*texts, strict=True), start=read + 1)
            read += batch.num_rows
    except damage as broken:
        raise IntakeError(f"a damaged file: {broken}", line=read + 1) from broken


def _texts(column: str, values: Sequence[object], before: int, decimal: str) -> list[str]:
    texts: list[str] = []
    try:
        for value in values:
            texts.append(as_text(value=value, decimal=decimal))
    except UnreadableCell as broken:
        line = before + len(texts) + 1
        raise IntakeError(str(broken), line=line, column=column) from broken
    return texts
