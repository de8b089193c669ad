"""What a mapping file says, checked and ready to be applied to a file."""

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from enum import StrEnum
from re import Pattern

from valuation.domain.market import Provenance
from valuation.intake.prices import PriceFormat
from valuation.intake.rows import ColumnPlan, FileOptions
from valuation.intake.values import Filter, ValueMap, ValuePatterns


class Purpose(StrEnum):
    """Sales teach prices and need one; stock is priced and needs none."""

    SALES = "sales"
    STOCK = "stock"


@dataclass(frozen=True, slots=True)
class Split:
    """One column that holds several fields; the groups of the first pattern that fits name them.

    A group speaks for its field where the field has no column, or this one, or an empty cell.
    """

    column: str
    patterns: tuple[Pattern[str], ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the patterns can fill."""
        return tuple(dict.fromkeys(group for each in self.patterns for group in each.groupindex))


@dataclass(frozen=True, slots=True)
class Move:
    """A size up to ``at_most`` GB in ``source`` belongs to ``target`` where the columns say so.

    ``when`` and ``unless`` list values by column; a target that has a value of its own keeps it.
    """

    source: str
    target: str
    at_most: float
    when: ReadOnly[str, ValuePatterns]
    unless: ReadOnly[str, ValuePatterns]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column of a file is which field, and how its values are read.

    ``columns`` and ``constants`` go by field, ``context`` from our name to the file's column;
    ``values`` go by field or context name. ``serve`` holds the context that quotes take by default.
    ``digest`` is the SHA-256 of the file, for the record of what a bundle was trained on.
    """

    name: str
    title: str
    purpose: Purpose
    digest: str
    file: FileOptions
    price: PriceFormat
    date_format: str
    provenance: Provenance | None
    absent: frozenset[str]
    columns: ReadOnly[str, str]
    constants: ReadOnly[str, str]
    context: ReadOnly[str, str]
    values: ReadOnly[str, ValueMap]
    splits: tuple[Split, ...]
    moves: tuple[Move, ...]
    filters: tuple[Filter, ...]
    serve: ReadOnly[str, str]
    unused: tuple[str, ...]

    @property
    def plan(self) -> ColumnPlan:
        """The columns that a file must have, and those that it may have."""
        used = [*self.columns.values(), *self.context.values()]
        used += [split.column for split in self.splits]
        used += [column for move in self.moves for column in (*move.when, *move.unless)]
        used += [each.column for each in self.filters]
        return ColumnPlan(used=tuple(dict.fromkeys(used)), unused=self.unused)
