"""Files of sales or stock as records, with a count of what became of every line."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from pathlib import Path

from valuation.intake.files import open_rows
from valuation.intake.lines import Filtered, LineReader
from valuation.intake.mapping import Mapping
from valuation.intake.records import Record, Rejected
from valuation.intake.rows import Rows


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """Lines read so far, and what became of them: kept, filtered by rule, rejected by code."""

    read: int
    kept: int
    filtered: ReadOnly[str, int]
    rejected: ReadOnly[str, int]

    @property
    def kept_of_wanted(self) -> float:
        """The share of records among the lines that no filter left out; 1 where there are none."""
        wanted = self.read - sum(self.filtered.values())
        return self.kept / wanted if wanted else 1.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading is: ``done`` of ``total``, both in bytes or in rows.

    ``total`` is None where the file does not tell.
    """

    done: int
    total: int | None


class Reading:
    """The lines of a file, one pass; its report and progress can be asked at any moment."""

    def __init__(self, *, path: Path, mapping: Mapping) -> None:
        self._path = path
        self._mapping = mapping
        self._rows: Rows | None = None
        self._read = 0
        self._kept = 0
        self._filtered: Counter[str] = Counter({each.rule: 0 for each in mapping.filters})
        self._rejected: Counter[str] = Counter()
        self._outcomes = self._all()

    def __iter__(self) -> Iterator[Record | Rejected]:
        return self._outcomes

    @property
    def report(self) -> IntakeReport:
        """The counts so far."""
        return IntakeReport(self._read, self._kept, dict(self._filtered), dict(self._rejected))

    @property
    def progress(self) -> Progress:
        """How much of the file has been read."""
        if self._rows is None:
            return Progress(done=0, total=None)
        in_bytes = self._rows.bytes_read
        return Progress(done=in_bytes() if in_bytes else self._read, total=self._rows.total)

    def _all(self) -> Iterator[Record | Rejected]:
        mapping = self._mapping
        with open_rows(path=self._path, plan=mapping.plan, options=mapping.file) as rows:
            self._rows = rows
            reader = LineReader(mapping=mapping, columns=rows.columns)
            for line, cells in rows.lines:
                outcome = reader.read(line, cells)
                self._count(outcome)
                if not isinstance(outcome, Filtered):
                    yield outcome

    def _count(self, outcome: Record | Rejected | Filtered) -> None:
        self._read += 1
        match outcome:
            case Record():
                self._kept += 1
            case Rejected():
                self._rejected[outcome.code] += 1
            case Filtered():
                self._filtered[outcome.rule] += 1


def read_records(*, path: Path, mapping: Mapping) -> Reading:
    """Stream a file through a mapping; iterating raises IntakeError where the file is broken."""
    return Reading(path=path, mapping=mapping)
