"""Device checks from a CSV file: what a shop got from the police, an operator or a service.

    # source: Harbour police list
    # date: 2026-11-20
    identifier,block_list,activation_lock
    490154203237518,listed,

A unit that is not in the file is unknown, as an empty cell is: not to be listed is not to be clean.
"""

import csv
import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import NamedTuple, TypeVar

from valuation.catalogue.device_checks import DigestsOf
from valuation.catalogue.identity import Identifier, NotAnIdentifier, parse_identifier
from valuation.domain.device_checks import DeviceCheck, Listing, LockState, Why
from valuation.domain.redaction import holds_identifier

COLUMNS = ("identifier", "block_list", "activation_lock")
HEAD = ("source", "date")
LONGEST_SOURCE = 120

Status = TypeVar("Status", bound=StrEnum)


class BrokenBlockList(ValueError):
    """The file cannot be read as a block list; names the line and never an identifier."""


class _Entry(NamedTuple):
    block_list: Listing
    activation_lock: LockState


@dataclass(frozen=True, slots=True)
class BlockList:
    """One state of the file; ``digest`` is the SHA-256 of its bytes."""

    source: str
    dated: date
    digest: str
    entries: Mapping[tuple[str, str], _Entry]

    def check(self, identifier: Identifier, *, now: datetime) -> DeviceCheck:
        """What the file says of a unit."""
        return self.said(self.entries.get((identifier.kind.value, identifier.value)), now=now)

    def said(self, entry: _Entry | None, *, now: datetime) -> DeviceCheck:
        """An entry as an answer; None: the unit is not in the file."""
        return DeviceCheck(
            block_list=entry.block_list if entry else Listing.UNKNOWN,
            activation_lock=entry.activation_lock if entry else LockState.UNKNOWN,
            source=self.source,
            at=now,
            digest=self.digest,
            dated=self.dated,
            why=None if entry else Why.NOT_IN_SOURCE,
        )


class BlockListFile:
    """The file as it is now: a new list counts without a restart. BrokenBlockList at the start.

    While a file is unreadable the last good one still says what is listed or locked, and of every
    other unit nothing is said.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._turn = path, Lock()
        self._seen, self._list = _signature(path), read_block_list(path)
        self._digested: tuple[object, dict[str, _Entry]] | None = None

    @property
    def source(self) -> str:
        """As the file named itself when it was last read."""
        return self._list.source

    def check(self, identifier: Identifier, *, now: datetime) -> DeviceCheck:
        """What the file says of a unit; BrokenBlockList where it is none and the last good one
        had nothing against the unit."""
        return self._now(lambda found: found.check(identifier, now=now))

    def check_known(
        self, digests: Collection[str], digests_of: DigestsOf, *, now: datetime
    ) -> DeviceCheck:
        """The same of a unit that is known by its digests alone; BrokenBlockList."""

        def said(found: BlockList) -> DeviceCheck:
            entries = self._by_digest(found, digests_of)
            return found.said(next((entries[d] for d in digests if d in entries), None), now=now)

        return self._now(said)

    def _now(self, answer: Callable[[BlockList], DeviceCheck]) -> DeviceCheck:
        with self._turn:
            seen = _signature(self._path)
            try:
                if seen != self._seen:
                    self._list, self._seen = read_block_list(self._path), seen
            except BrokenBlockList:
                known = answer(self._list)
                if Listing.LISTED is known.block_list or LockState.ON is known.activation_lock:
                    return known
                raise
            return answer(self._list)

    def _by_digest(self, found: BlockList, digests_of: DigestsOf) -> dict[str, _Entry]:
        """The entries by their digests, made once for each state of the file and of the keys."""
        state = found.digest, digests_of("")
        if self._digested is None or self._digested[0] != state:
            entries = {
                digest: entry
                for (_, value), entry in found.entries.items()
                for digest in digests_of(value)
            }
            self._digested = state, entries
        return self._digested[1]


def read_block_list(path: Path) -> BlockList:
    """The file's state; BrokenBlockList names the line and what is accepted."""
    try:
        data = path.read_bytes()
        lines = data.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise BrokenBlockList(f"{path.name}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise BrokenBlockList(f"{path.name}: UTF-8 is expected") from None
    head = _head(path.name, lines)
    entries: dict[tuple[str, str], _Entry] = {}
    for place, row in _rows(path.name, lines):
        key, entry = _entry(place, row)
        if key in entries:
            raise BrokenBlockList(f"{place}: an earlier line is about the same identifier")
        entries[key] = entry
    return BlockList(*head, hashlib.sha256(data).hexdigest(), entries)


def _head(name: str, lines: list[str]) -> tuple[str, date]:
    marked = (line[1:].partition(":") for line in lines if line.startswith("#"))
    told = {key.strip(): value.strip() for key, _, value in marked}
    source = told.get("source", "")
    if not 0 < len(source) <= LONGEST_SOURCE or holds_identifier(source):
        raise BrokenBlockList(f"{name}: a line '# source: TITLE' says whose list it is")
    try:
        return source, date.fromisoformat(told.get("date", ""))
    except ValueError:
        raise BrokenBlockList(f"{name}: a line '# date: YYYY-MM-DD' says of when it is") from None


def _rows(name: str, lines: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row with its place in the file."""
    numbered = [(i, line) for i, line in enumerate(lines, 1) if line and not line.startswith("#")]
    # Cell by cell: no cell of this file has a line break.
    cells = [(f"{name}, line {i}", next(csv.reader([line]))) for i, line in numbered]
    header = cells[0][1] if cells else []
    if "identifier" not in header or not set(header) <= set(COLUMNS) or len(header) < 2:
        raise BrokenBlockList(f"{name}: the columns are {', '.join(COLUMNS)}")
    for place, row in cells[1:]:
        if len(row) != len(header):
            raise BrokenBlockList(f"{place}: {len(header)} cells are expected, not {len(row)}")
        yield place, dict(zip(header, row, strict=True))


def _entry(place: str, row: Mapping[str, str]) -> tuple[tuple[str, str], _Entry]:
    try:
        identifier = parse_identifier(row["identifier"])
    except NotAnIdentifier as error:
        raise BrokenBlockList(f"{place}: {error}") from None
    return (identifier.kind.value, identifier.value), _Entry(
        _status(place, row, "block_list", Listing),
        _status(place, row, "activation_lock", LockState),
    )


def _status(
    place: str, row: Mapping[str, str], column: str, kind: Callable[[str], Status]
) -> Status:
    try:
        return kind(row.get(column, "").strip().lower() or "unknown")
    except ValueError:
        known = ", ".join(kind)  # type: ignore[arg-type]  # an enum's class is its members
        raise BrokenBlockList(f"{place}: {column} is one of {known}, or empty") from None


def _signature(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
