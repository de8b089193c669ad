"""The file ``models/promotions.ndjson``: one durable line a promotion, read back whatever happened.

A line torn by a crash, or damaged later, is set apart and hides no other line.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import orjson

from valuation.domain.market import Market


class HistoryNotWritten(OSError):
    """The line could not be made durable, so nothing was promoted."""


class Action(StrEnum):
    """What moved a champion."""

    PROMOTE = "promote"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: ``id`` counts up over all markets and is the pointer's promotion number."""

    id: int
    at: datetime
    action: Action
    market: Market
    digest: str
    replaced: str | None
    actor: str
    reason: str
    evidence: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DamagedLine:
    """A line that is no entry, such as one torn by a crash; counted from 1."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class History:
    """Entries oldest first; damaged lines apart, so that they hide no other."""

    entries: tuple[Entry, ...]
    damaged: tuple[DamagedLine, ...]

    def of(self, market: Market) -> tuple[Entry, ...]:
        """The entries of one market, oldest first."""
        return tuple(entry for entry in self.entries if entry.market == market)


def read_history(path: Path) -> History:
    """Every line of the file; none where there is no file yet."""
    entries, damaged = [], []
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    for number, line in enumerate(lines, start=1):
        try:
            if line:
                entries.append(_entry(line))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            damaged.append(DamagedLine(number, line.decode("utf-8", "replace")[:200]))
    return History(tuple(entries), tuple(damaged))


def append(path: Path, entry: Entry) -> None:
    """Append durably, after closing a torn last line; a failed write leaves the file as it was."""
    created = not path.exists()
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        torn = size > 0 and _last_byte(path) != b"\n"
        try:
            file.write((b"\n" if torn else b"") + _line(entry))
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            os.ftruncate(file.fileno(), size)
            raise HistoryNotWritten(f"{path.name} was not written: {error}") from error
    if created:
        _sync_folder(path.parent)


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _line(entry: Entry) -> bytes:
    data = {**asdict(entry), "market": entry.market.slug, "evidence": dict(entry.evidence)}
    return orjson.dumps(data) + b"\n"


def _entry(line: bytes) -> Entry:
    data = orjson.loads(line)
    return Entry(
        id=int(data["id"]),
        at=datetime.fromisoformat(data["at"]),
        action=Action(data["action"]),
        market=Market.from_slug(data["market"]),
        digest=str(data["digest"]),
        replaced=data["replaced"],
        actor=str(data["actor"]),
        reason=str(data["reason"]),
        evidence=dict(data["evidence"]),
    )
