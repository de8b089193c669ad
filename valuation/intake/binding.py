"""Fields bound to the columns of one file: functions from a row's cells to a value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TypeVar

from valuation.intake.fields import MEMORY
from valuation.intake.mapping import Mapping, Split
from valuation.intake.parsers import BadValue, Code, as_it_is
from valuation.intake.values import cleaned

Value = TypeVar("Value")
Shared = TypeVar("Shared")
Cells = Sequence[str]
Parse = Callable[[str], Value]
Getter = Callable[[Cells], Value | None]

# Columns repeat themselves; this many distinct texts of one are remembered, parsed.
REMEMBERED = 16_384
MOST_CHARACTERS = 500


class BadCell(Exception):
    """A cell that makes its line unreadable; caught where the line becomes a rejection."""

    def __init__(self, column: str | None, code: Code, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.code = code
        self.message = message


def nothing(_cells: Cells) -> None:
    """The getter of a field that no column fills."""


@dataclass(frozen=True, slots=True)
class Binder:
    """A mapping applied to the columns of one file."""

    mapping: Mapping
    columns: tuple[str, ...]

    def own(self, field: str, parse: Parse[Value]) -> Getter[Value]:
        """The field from its constant or its own column, else nothing."""
        constant = self.mapping.constants.get(field)
        if constant is not None:
            value = parse(constant)
            return lambda _cells: value
        column = self.mapping.columns.get(field) or self.mapping.context.get(field)
        if column is None:
            return nothing
        return self._from_column(field, column, parse)

    def _from_column(self, field: str, column: str, parse: Parse[Value]) -> Getter[Value]:
        own = self._getter(field, column, parse, as_it_is)
        # Of a column that is split, the part named for the field comes before the whole.
        return _first([*self._parts(field, parse, of_own_column=True), own])

    def split(self, field: str, parse: Parse[Value]) -> Getter[Value]:
        """The field from parts of columns that are not its own, else nothing."""
        return _first(self._parts(field, parse, of_own_column=False))

    def either(self, field: str, parse: Parse[Value]) -> Getter[Value]:
        """The field from wherever it is, its own column first."""
        return _first([self.own(field, parse), self.split(field, parse)])

    def index(self, column: str) -> int:
        """Where a column stands in a row."""
        return self.columns.index(column)

    def named(self, field: str) -> str | None:
        """The column to name when the field is missing from a line."""
        splits = [each.column for each in self.mapping.splits if field in each.fields]
        return self.mapping.columns.get(field) or next(iter(splits), None)

    def remembering(
        self, fields: Sequence[str], read: Callable[[Cells], Shared]
    ) -> Callable[[Cells], Shared]:
        """The same reader, with equal values shared between rows that agree in these fields.

        A million sales are of a few thousand devices and states, and most of the work is here.
        """
        indices = sorted({self.index(column) for name in fields for column in self._sources(name)})
        pick: Callable[[Cells], object] = itemgetter(*indices) if indices else nothing
        known: dict[object, Shared] = {}

        def remembered(cells: Cells) -> Shared:
            key = pick(cells)
            value = known.get(key)
            if value is None:
                value = read(cells)
                if len(known) >= REMEMBERED:
                    known.clear()
                known[key] = value
            return value

        return remembered

    def _sources(self, field: str) -> list[str]:
        mapping = self.mapping
        own = mapping.columns.get(field) or mapping.context.get(field)
        sources = [each.column for each in mapping.splits if field in each.fields]
        if field in MEMORY:
            sources += [name for move in mapping.moves for name in (*move.when, *move.unless)]
        return [*sources, own] if own else sources

    def _parts(
        self, field: str, parse: Parse[Value], *, of_own_column: bool
    ) -> list[Getter[Value]]:
        column = self.mapping.columns.get(field)
        return [
            self._getter(field, each.column, parse, _part(each, field))
            for each in self.mapping.splits
            if field in each.fields and (each.column == column) == of_own_column
        ]

    def _getter(
        self, field: str, column: str, parse: Parse[Value], part: Callable[[str], str]
    ) -> Getter[Value]:
        index = self.index(column)
        absent = self.mapping.absent
        words = self.mapping.values.get(field)

        @lru_cache(maxsize=REMEMBERED)
        def value(cell: str) -> Value | None:
            try:
                text = cleaned(_sound(cell))
                if not text or (absent and text.casefold() in absent):
                    return None
                text = part(text)
                if words is not None and text:
                    text = words.translate(text)
                return parse(text) if text else None
            except BadValue as bad:
                raise BadCell(column, bad.code, str(bad)) from bad

        return lambda cells: value(cells[index])


def _sound(cell: str) -> str:
    """The cell itself; BadValue where it is too long to be a value, or no database would take it.

    What is refused here is never remembered, so that long cells cannot fill the memory.
    """
    if len(cell) > MOST_CHARACTERS or "\0" in cell:
        raise BadValue(
            Code.UNREADABLE_TEXT, f"longer than {MOST_CHARACTERS} characters, or with a NUL in it"
        )
    return cell


def _part(split: Split, field: str) -> Callable[[str], str]:
    """The part of a text that the first fitting pattern names for the field, else nothing."""

    def part(text: str) -> str:
        for pattern in split.patterns:
            match = pattern.fullmatch(text)
            if match is not None:
                return (match.groupdict().get(field) or "").strip()
        return ""

    return part


def _first(getters: Sequence[Getter[Value]]) -> Getter[Value]:
    """The first value that there is, asking the getters in turn."""
    asked = [each for each in getters if each is not nothing]
    if not asked:
        return nothing
    if len(asked) == 1:
        return asked[0]

    def first(cells: Cells) -> Value | None:
        for get in asked:
            value = get(cells)
            if value is not None:
                return value
        return None

    return first
