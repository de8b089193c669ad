"""Fields bound to the columns of one file: functions from a row's cells to a value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from valuation.intake.mapping import Mapping, Split
from valuation.intake.parsers import BadValue, Code, as_it_is
from valuation.intake.values import cleaned

Value = TypeVar("Value")
Cells = Sequence[str]
Parse = Callable[[str], Value]
Getter = Callable[[Cells], Value | None]

# Columns repeat themselves; this many distinct texts of one are remembered, parsed.
REMEMBERED = 16_384


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
        return _first([*self._parts(field, parse, column), own])

    def split(self, field: str, parse: Parse[Value]) -> Getter[Value]:
        """The field from parts of columns that are not its own, else nothing."""
        return _first(self._parts(field, parse, None))

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

    def _parts(self, field: str, parse: Parse[Value], own: str | None) -> list[Getter[Value]]:
        column = self.mapping.columns.get(field)
        return [
            self._getter(field, each.column, parse, _part(each, field))
            for each in self.mapping.splits
            if field in each.fields and (each.column == column) == (own is not None)
        ]

    def _getter(
        self, field: str, column: str, parse: Parse[Value], part: Callable[[str], str]
    ) -> Getter[Value]:
        index = self.index(column)
        absent = self.mapping.absent
        words = self.mapping.values.get(field)

        @lru_cache(maxsize=REMEMBERED)
        def value(cell: str) -> Value | None:
            text = cleaned(cell)
            if not text or text.casefold() in absent:
                return None
            try:
                text = part(text)
                if words is not None and text:
                    text = words.translate(text)
                return parse(text) if text else None
            except BadValue as bad:
                raise BadCell(column, bad.code, str(bad)) from bad

        return lambda cells: value(cells[index])


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
