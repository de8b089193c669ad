"""TAC lists that others publish, brought to our device models; what does not fit is reported."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from valuation.catalogue.catalogue import Catalogue
from valuation.catalogue.codes import load_codes
from valuation.catalogue.lookup import Lookup
from valuation.catalogue.matches import Match
from valuation.catalogue.tac import TAC, TacTable

NAMES = ("tac", "brand", "model", "aka")
CODES = ("tac", "model", "model2")
TRACFONE = re.compile(r"SM-S\d{3}[DVT]L")


class UnknownTacShape(ValueError):
    """The file has neither of the two headers that the import knows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One TAC of a file, the name it goes by there, and the device models it leads to."""

    tac: str
    name: str
    device_models: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A name or code that leads to no device model, or to several, and its rows."""

    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class TacImport:
    """The table and what became of every row: matched, unmatched, ambiguous, malformed.

    ``conflicting`` TACs stand in several rows that lead to different device models; like the
    ambiguous they are left out of the table.
    """

    table: TacTable
    rows: int
    matched: int
    malformed: int
    unmatched: tuple[Unmatched, ...]
    ambiguous: tuple[Unmatched, ...]
    conflicting: tuple[str, ...]


def import_tac(
    path: Path, catalogue: Catalogue, *, codes: Mapping[str, str] | None = None
) -> TacImport:
    """Read a TAC list of either shape; UnknownTacShape where it has neither header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(line for line in file if not line.startswith("#"))
        header = tuple(next(reader, ()))
        to_entry = _reading(header, catalogue, codes)
        rows = [cells for cells in reader if cells]
    well_formed = [cells for cells in rows if len(cells) > 1 and TAC.fullmatch(cells[0])]
    entries = [to_entry(cells) for cells in well_formed]
    return _report(entries, malformed=len(rows) - len(entries))


def merged(*, old: TacTable, new: TacTable) -> TacTable:
    """Both tables together; where they differ the newer import counts."""
    return TacTable(MappingProxyType({**old.entries, **new.entries}))


def _reading(
    header: tuple[str, ...], catalogue: Catalogue, codes: Mapping[str, str] | None
) -> Callable[[list[str]], Entry]:
    if header == NAMES:
        lookup = Lookup(catalogue)
        return lambda cells: _by_name(cells, lookup)
    if header[:3] == CODES:
        known = load_codes(catalogue=catalogue) if codes is None else codes
        return lambda cells: _by_code(cells, known)
    shapes = f"{','.join(NAMES)} or {','.join(CODES)},…"
    raise UnknownTacShape(f"columns are {','.join(header)[:80]!r}; known: {shapes}")


def _by_name(cells: list[str], lookup: Lookup) -> Entry:
    tac, brand, name, *aka = cells
    others = ",".join(aka).split(",")
    found = frozenset(_device_models(lookup, brand, (name,)))
    # Other names count only where the first says nothing: "iPhone 3GS 16GB" adds nothing to it.
    return Entry(tac, f"{brand} {name}", found or frozenset(_device_models(lookup, brand, others)))


def _device_models(lookup: Lookup, brand: str, names: Iterator[str] | tuple[str, ...] | list[str]
) -> Iterator[str]:  # fmt: skip
    for name in filter(None, (each.strip() for each in names)):
        answer = lookup.find(brand=brand, text=name, model_only=True, suggestions=False)
        if isinstance(answer, Match):
            yield answer.device_model.id


def _by_code(cells: list[str], codes: Mapping[str, str]) -> Entry:
    tac, *listed = (cell.strip() for cell in cells)
    said = [code for code in listed if code]
    known = {code: codes[code] for code in said if code in codes}
    found = set(known.values())
    # A code that we do not know may be another device, unless it is a sister of one that we do.
    series = {_series(code) for code in known}
    if any(_is_samsung(code) and _series(code) not in series for code in said):
        found.add("")
    return Entry(tac, "/".join(said), frozenset(found) if known else frozenset())


def _is_samsung(code: str) -> bool:
    """Not the codes of Japanese carriers and of TracFone (SM-S326DL), which name no series."""
    return code.startswith("SM-") and TRACFONE.fullmatch(code) is None


def _series(code: str) -> str:
    """SM-N960 of SM-N960F and SM-N9600: the rest is the region."""
    return code[:7]


def _report(entries: list[Entry], *, malformed: int) -> TacImport:
    sure = [entry for entry in entries if len(entry.device_models) == 1]
    candidates: defaultdict[str, set[str]] = defaultdict(set)
    for entry in sure:
        candidates[entry.tac] |= entry.device_models
    table = {tac: min(found) for tac, found in candidates.items() if len(found) == 1}
    return TacImport(
        table=TacTable(MappingProxyType(table)),
        rows=len(entries) + malformed,
        matched=sum(entry.tac in table for entry in sure),
        malformed=malformed,
        unmatched=_counted(entry.name for entry in entries if not entry.device_models),
        ambiguous=_counted(entry.name for entry in entries if len(entry.device_models) > 1),
        conflicting=tuple(sorted(tac for tac, found in candidates.items() if len(found) > 1)),
    )


def _counted(names: Iterator[str]) -> tuple[Unmatched, ...]:
    return tuple(Unmatched(name, rows) for name, rows in Counter(names).most_common())
