"""The table of how devices travel."""

from valuation.domain.dispatch import Dispatch, Instruction, Way
from valuation.tables.by_category import scope_of
from valuation.tables.table import Row, Table

DISPATCH = "dispatch"


def dispatch(table: Table) -> Dispatch:
    """The instructions by gate; BrokenTable for a row, DispatchRefused for the whole."""
    rows: dict[str, Instruction] = {}
    by_category: dict[str, Instruction] = {}
    for row in table.rows:
        gate, category = row.text("gate"), scope_of(row)
        if (gate and category) or "/" in category:
            raise row.broken("a row speaks of a gate or of a whole category, not of both")
        told, name = (by_category, category) if category else (rows, gate)
        if name in told:
            raise row.broken(f"{name or 'no gate'} stands here a second time")
        told[name] = Instruction(_ways(row), _sentence(row, "packing"), _sentence(row, "transport"))
    return Dispatch(rows, by_category)


def _ways(row: Row) -> tuple[Way, ...]:
    named = row.text("ways").split()
    if unknown := [each for each in named if each not in list(Way)]:
        raise row.broken(f"unknown way {unknown[0]!r}; known: {', '.join(Way)}")
    return tuple(Way(each) for each in named)


def _sentence(row: Row, name: str) -> tuple[str, str]:
    en, zh = (row.text(f"{name}_{language}").strip() for language in ("en", "zh"))
    if not en or not zh:
        raise row.broken(f"{name} is told in English and in Chinese")
    return en, zh
