"""Sales from a file to Parquet, one file a market, named by its digest.

A line goes through the mapping, the catalogue and the rules of ``sale_validation``; whatever does
not count goes to the rejects file with its line and reason. Memory stays bounded: lines are
written in chunks, and repeats are found across chunks by a 64-bit fingerprint.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from training.contract import CONTRACT, row_of, schema_of
from training.matching import Matched, Matcher
from training.params import SaleRules
from training.sale_validation import Candidate, broken_rule, fingerprint
from valuation.catalogue import Lookup
from valuation.domain.disposition import Gates
from valuation.domain.market import Market
from valuation.domain.outside import OUTSIDE
from valuation.intake.mapping import Mapping as IntakeMapping
from valuation.intake.reading import IntakeReport, Progress, read_records
from valuation.intake.records import Record, Rejected

CHUNK = 20_000
CONTEXT_FIELDS = ("channel", "region", "buyer")


@dataclass(slots=True)
class ImportReport:
    """What became of every line; ``dropped`` by rule, ``matched`` by how."""

    intake: IntakeReport | None = None
    kept: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    matched: Counter[str] = field(default_factory=Counter)

    @property
    def share_kept(self) -> float:
        """Sales kept, of the lines that no filter of the mapping left out."""
        if self.intake is None:
            return 0.0
        wanted = self.intake.read - sum(self.intake.filtered.values())
        return sum(self.kept.values()) / wanted if wanted else 0.0

    def to_json(self) -> dict[str, object]:
        """The report as JSON-able data."""
        intake = self.intake
        return {
            "lines_read": intake.read if intake else 0,
            "filtered": dict(intake.filtered) if intake else {},
            "unreadable": dict(intake.rejected) if intake else {},
            "dropped": dict(self.dropped),
            "kept": dict(self.kept),
            "matched": dict(self.matched),
            "share_kept": round(self.share_kept, 4),
        }


@dataclass(frozen=True, slots=True)
class Imported:
    """The sales of one market: where, under which digest, how many."""

    market: Market
    path: Path
    digest: str
    sales: int


@dataclass(frozen=True, slots=True)
class Importer:
    """One import: the file, its mapping, the catalogue, the rules and the day."""

    mapping: IntakeMapping
    lookup: Lookup
    rules: SaleRules
    gates: Gates
    until: date
    folder: Path
    progress: Callable[[Progress], None] | None = None

    def run(self, path: Path) -> tuple[list[Imported], ImportReport]:
        """Every market's sales, and what became of each line; IntakeError on a broken file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        report = ImportReport()
        reading = read_records(path=path, mapping=self.mapping)
        matcher, seen = Matcher(self.lookup), set[int]()
        rejects_path = self.folder / f"{path.stem}.rejects.ndjson"
        with _Rejects(rejects_path) as rejects, _Writers(self.folder, self._context()) as writers:
            for number, outcome in enumerate(reading):
                if isinstance(outcome, Rejected):
                    rejects.add(outcome.line, outcome.code, outcome.message, outcome.raw)
                else:
                    self._take(outcome, matcher, seen, report, rejects, writers)
                if self.progress is not None and number % 1000 == 0:
                    self.progress(reading.progress)
            report.intake = reading.report
            return writers.finish(), report

    def _take(
        self, record: Record, matcher: Matcher, seen: set[int], report: ImportReport,
        rejects: "_Rejects", writers: "_Writers",
    ) -> None:  # fmt: skip
        matched = matcher.match(record.words)
        sale = Candidate(record, matched.device, self.rules, self.until, self.gates)
        broken = broken_rule(sale) or self._repeated(record, seen)
        if broken is not None:
            report.dropped[broken[0]] += 1
            rejects.add(record.line, broken[0], broken[1], {"model": record.words.model})
            return
        assert record.market is not None  # noqa: S101 -- the rule no_market has seen to it
        report.kept[record.market.slug] += 1
        report.matched[matched.how] += 1
        writers.add(record.market, row_of(record, matched))

    def _repeated(self, record: Record, seen: set[int]) -> tuple[str, str] | None:
        mark = fingerprint(record)
        if mark in seen:
            return "repeated_sale", "an earlier line says the same"
        if self._tells_sales_apart():
            seen.add(mark)
        return None

    def _tells_sales_apart(self) -> bool:
        """Without a day or a seller two lines alike are two units, not one sale told twice."""
        columns = self.mapping.columns
        return self.rules.drop_duplicates and ("sold_on" in columns or "seller" in columns)

    def _context(self) -> tuple[str, ...]:
        own = [name for name in CONTEXT_FIELDS if _mapped(self.mapping, name)]
        return tuple(sorted({*own, *self.mapping.context}))


def _mapped(mapping: IntakeMapping, name: str) -> bool:
    return name in mapping.columns or name in mapping.constants


class _Rejects:
    """The rejects file: a JSON object a line with place, code, reason and words."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def __enter__(self) -> "_Rejects":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, line: int, code: str, message: str, raw: Mapping[str, str]) -> None:
        entry = {"line": line, "code": code, "message": message, "raw": dict(raw)}
        self._file.write(orjson.dumps(entry) + b"\n")


class _Writers:
    """One Parquet writer a market; a file gets its name when its digest is known."""

    def __init__(self, folder: Path, context: Sequence[str]) -> None:
        self._folder = folder
        self._schema = schema_of(context)
        self._rows: dict[Market, list[dict[str, object]]] = {}
        self._files: dict[Market, pq.ParquetWriter] = {}
        self._sales: Counter[Market] = Counter()

    def __enter__(self) -> "_Writers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        for market, writer in self._files.items():
            writer.close()
            if kind is not None:
                self._draft(market).unlink(missing_ok=True)

    def add(self, market: Market, row: dict[str, object]) -> None:
        rows = self._rows.setdefault(market, [])
        rows.append(row)
        if len(rows) >= CHUNK:
            self._flush(market)

    def finish(self) -> list[Imported]:
        imported = []
        for market in sorted(self._rows):
            self._flush(market)
            self._files.pop(market).close()
            digest = hashlib.sha256(self._draft(market).read_bytes()).hexdigest()
            path = self._folder / f"{digest}.parquet"
            os.replace(self._draft(market), path)
            imported.append(Imported(market, path, digest, self._sales[market]))
        return imported

    def _flush(self, market: Market) -> None:
        rows = self._rows[market]
        if market not in self._files:
            metadata = {b"market": market.slug.encode()}
            schema = self._schema.with_metadata(metadata)
            self._files[market] = pq.ParquetWriter(self._draft(market), schema)
        if rows:
            table = pa.Table.from_pylist(rows, schema=self._schema)
            CONTRACT.validate(_checked_part(table), lazy=True)
            self._files[market].write_table(table.replace_schema_metadata(None))
            self._sales[market] += len(rows)
            self._rows[market] = []

    def _draft(self, market: Market) -> Path:
        return self._folder / f".draft-{market.slug}-{os.getpid()}.parquet"


def _checked_part(table: pa.Table) -> pd.DataFrame:
    """The columns that the contract checks, as pandera wants them."""
    frame: pd.DataFrame = table.select(list(CONTRACT.columns)).to_pandas()
    return frame


__all__ = ["OUTSIDE", "ImportReport", "Imported", "Importer", "Matched"]
