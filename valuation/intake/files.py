"""Which reader a file needs, told by its name."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from valuation.intake.delimited import open_csv
from valuation.intake.json_lines import open_ndjson
from valuation.intake.parquet import open_parquet
from valuation.intake.rows import ColumnPlan, FileOptions, IntakeError, Rows
from valuation.intake.spreadsheet import open_xlsx


class _Opener(Protocol):
    def __call__(
        self, *, path: Path, plan: ColumnPlan, options: FileOptions
    ) -> AbstractContextManager[Rows]: ...


OPENERS: dict[str, _Opener] = {
    ".csv": open_csv,
    ".csv.gz": open_csv,
    ".tsv": open_csv,
    ".tsv.gz": open_csv,
    ".ndjson": open_ndjson,
    ".ndjson.gz": open_ndjson,
    ".jsonl": open_ndjson,
    ".jsonl.gz": open_ndjson,
    ".xlsx": open_xlsx,
    ".xlsm": open_xlsx,
    ".parquet": open_parquet,
}


def open_rows(
    *, path: Path, plan: ColumnPlan, options: FileOptions
) -> AbstractContextManager[Rows]:
    """Open a file as a stream of rows; IntakeError where there is no such file or no reader."""
    if not path.is_file():
        raise IntakeError(f"there is no file {path.name}")
    for suffix, opener in OPENERS.items():
        if path.name.lower().endswith(suffix):
            return opener(path=path, plan=plan, options=options)
    raise IntakeError(
        f"{path.name}: no reader for this kind of file; there is {', '.join(OPENERS)}"
    )
