"""Reports of a diagnostics tool: JSON, NDJSON or CSV read through a small mapping in TOML.

[columns]                    # our field = the tool's column; a dot leads into JSON objects
identifier = "device.imei"   # or `quote`: the quote's id or code
finished_at = "report.end"
[constants]                  # what the tool does not say; never technique, passed, verified_by
place = "Shanghai, bench 2"
[values.method]              # the tool's words = ours; `*` stands for any letters
"Secure Erase*" = "purge"
[values.passed]
"OK" = "yes"
"*" = "no"                   # a lone `*` decides these three only to what counts for nothing
[time]
format = "%d.%m.%Y %H:%M"    # else ISO 8601
zone = "Asia/Shanghai"       # of times that name none
"""

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from valuation.domain.erasure import Method, Technique, says_reset
from valuation.intake.parsers import BadValue
from valuation.intake.rows import IntakeError
from valuation.intake.toml_section import MappingError, Section
from valuation.intake.values import ITSELF, ValueMap, ValuePatterns, cleaned, folded

TIMES = ("started_at", "finished_at", "verified_at")
NEEDED = ("method", "technique", "tool", "tool_version", "verification", "passed", "erased_by",
          "verified_by", *TIMES, "place")  # fmt: skip
FIELDS = ("quote", "identifier", *NEEDED, "note")
PASSED = {"true": True, "yes": True, "passed": True, "false": False, "no": False, "failed": False}
RESET, CLEAR = Technique.FACTORY_RESET.value, Method.CLEAR.value
# What each report says itself, or one mapping would make every report count; and what a lone `*`
# may nonetheless make of it.
ITS_OWN = {
    "technique": frozenset({RESET, ITSELF}),
    "passed": frozenset({*(word for word, passed in PASSED.items() if not passed), ITSELF}),
    "verified_by": frozenset({ITSELF}),
}
SAYS_HOW = ("method", "technique", "tool")
LONGEST_FILE = 50_000_000  # bytes

Row = Mapping[str, str]
Facts = dict[str, str | bool | datetime]


@dataclass(frozen=True, slots=True)
class ErasureMapping:
    """How a tool's columns become the fields of a record."""

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    values: Mapping[str, ValueMap]
    time_format: str | None
    zone: ZoneInfo | None

    def facts(self, row: Row, line: int) -> Facts:
        """A line's fields, empty ones left out; IntakeError names the line and the column."""
        found: Facts = {}
        for field in FIELDS:
            column = self.columns.get(field)
            if column is not None and column not in row:
                raise IntakeError(f"{field}: the line has no such column", line=line, column=column)
            text = self.constants.get(field, "") if column is None else cleaned(row[column])
            try:
                ours = self.values[field].translate(text) if field in self.values else text
                if ours:
                    found[field] = self._read(field, ours, said=text)
            except (BadValue, ValueError) as error:
                raise IntakeError(f"{field}: {error}", line=line, column=column) from error
        missing = [field for field in NEEDED if field not in found]
        if missing:
            raise IntakeError(f"nothing is said of {', '.join(missing)}", line=line)
        return found

    def _read(self, field: str, text: str, *, said: str) -> str | bool | datetime:
        """Our value; ValueError where the report ``said`` the contrary."""
        if field == "passed":
            return _passed(text, said)
        if field in SAYS_HOW and says_reset(said) and not (says_reset(text) or text == CLEAR):
            raise ValueError(
                f"the report says a reset, and [values.{field}] makes it {text!r}: make it the "
                f"technique {RESET}, or the method {CLEAR}"
            )
        return self._moment(text) if field in TIMES else text

    def _moment(self, text: str) -> datetime:
        if self.time_format is None:
            moment = datetime.fromisoformat(text)
        else:
            moment = datetime.strptime(text, self.time_format)  # noqa: DTZ007 -- the zone follows
        if moment.tzinfo is None:
            if self.zone is None:
                raise ValueError("a time without a zone: name one under [time] zone")
            moment = moment.replace(tzinfo=self.zone)
        return moment.astimezone(UTC)


def read_mapping(path: Path) -> ErasureMapping:
    """The mapping of a file; MappingError says what is accepted."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise MappingError(f"{path.name}: no TOML in UTF-8: {broken}") from broken
    root = Section(path.name, data).only(("columns", "constants", "values", "time"))
    columns = root.section("columns").only(FIELDS).pairs()
    constants = root.section("constants").only(FIELDS).pairs()
    untold = [field for field in NEEDED if field not in {*columns, *constants}]
    if untold:
        raise root.error(f"[columns] or [constants] must say {', '.join(untold)}")
    if not {"quote", "identifier"} & columns.keys():
        raise root.error("[columns] must say quote or identifier")
    if fixed := [field for field in ITS_OWN if field in constants]:
        raise root.error(
            f"[constants] may not say {', '.join(fixed)}: each report says that itself, so name "
            "its column in [columns]"
        )
    if columns["verified_by"] == columns.get("erased_by"):
        raise root.error("erased_by and verified_by are of one column: a second person verifies")
    time = root.section("time").only(("format", "zone"))
    values = root.section("values").only(FIELDS)
    for field in filter(values.data.__contains__, ITS_OWN):
        _check_any(field, values.section(field))
    return ErasureMapping(
        columns,
        constants,
        {field: ValueMap(ValuePatterns.of(values.section(field).pairs()), None)
         for field in values.data},
        time.text("format"),
        _zone(time),
    )  # fmt: skip


def read_reports(path: Path) -> Iterator[tuple[int, Row]]:
    """The lines of a CSV file, or the objects of a JSON or NDJSON one, counted from 1 besides a
    header; IntakeError where it is neither."""
    if path.stat().st_size > LONGEST_FILE:
        raise IntakeError(f"{path.name}: at most {LONGEST_FILE:,} bytes are read; split the file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise IntakeError(f"{path.name}: this is no UTF-8") from error
    match path.suffix.lower():
        case ".csv":
            lines = csv.DictReader(text.splitlines(), restval="")
            yield from ((line, {k: v for k, v in row.items() if isinstance(v, str)})
                        for line, row in enumerate(lines, 2))  # fmt: skip
        case ".json":
            yield from _objects(_parsed(text, 1))
        case ".ndjson" | ".jsonl":
            for line, each in enumerate(text.splitlines(), 1):
                if each.strip():
                    yield from ((line, row) for _, row in _objects(_parsed(each, line)))
        case _:
            raise IntakeError(f"{path.name}: a name ends in .csv, .json, .ndjson or .jsonl")


def _passed(text: str, said: str) -> bool:
    passed = PASSED.get(text.casefold())
    if passed is None:
        raise ValueError(f"one of {', '.join(PASSED)} is needed; see [values.passed]")
    if passed and not PASSED.get(folded(said), True):
        raise ValueError("the report says that it failed, and [values.passed] makes it passed")
    return passed


def _check_any(field: str, section: Section) -> None:
    """MappingError where whatever a report says would come to count."""
    for words, ours in section.pairs().items():
        if not cleaned(words).strip(f"{ITSELF} ") and ours not in ITS_OWN[field]:
            raise section.error(
                f'"{words}" stands for whatever a report says, and may not make it {ours!r}: name '
                "the tool's own words"
            )


def _parsed(text: str, line: int) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise IntakeError("no JSON", line=line) from error


def _objects(data: object) -> Iterator[tuple[int, Row]]:
    for place, each in enumerate(data if isinstance(data, list) else [data], 1):
        if not isinstance(each, dict):
            raise IntakeError("a report is a JSON object", line=place)
        yield place, dict(_flat("", each))


def _flat(prefix: str, data: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        elif not isinstance(value, list):
            yield f"{prefix}{name}", _word(value)


def _word(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _zone(time: Section) -> ZoneInfo | None:
    name = time.text("zone")
    try:
        return None if name is None else ZoneInfo(name)
    except (KeyError, ValueError) as error:
        raise time.error(f"zone is a name such as Asia/Shanghai, not {name!r}") from error
