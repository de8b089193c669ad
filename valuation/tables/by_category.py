"""Rows that speak of one category of devices, or of one kind of appliance, by themselves.

The column ``category`` is a category (``laptop``), a kind of appliance (``appliance/dryer``), or
empty: such a row is general. A table without the column is general as a whole.
"""

from collections.abc import Callable, Iterable, Sequence

from valuation.domain.device import CATALOGUED, Category
from valuation.domain.outside import slug
from valuation.domain.questions import BY_ID
from valuation.tables.table import Row, Table

CATEGORY = "category"
KINDS = f"{Category.APPLIANCE.value}/"  # how the scopes of kinds of appliance begin
GENERAL: tuple[str, ...] = ("",)
KNOWN = frozenset({"", *(category.value for category in Category)})


def scope_of(row: Row) -> str:
    """The category or kind that a row names, "" for none; BrokenTable for an unknown one."""
    named = row.cells.get(CATEGORY, "")
    kind = named.removeprefix(KINDS)
    if named in KNOWN or kind == slug(kind) != named:
        return named
    raise row.broken(f"unknown category {named!r}; known: {', '.join(Category)}, {KINDS}KIND")


def scopes_named(*tables: Table) -> set[str]:
    """The categories and kinds that rows of the tables name."""
    return {scope_of(row) for table in tables for row in table.rows} - {""}


def category_of(scope: str) -> Category:
    """The category of a scope that is not general."""
    return Category(scope.partition("/")[0])


def costing(scope: str) -> tuple[str, ...]:
    """Where costs of a scope are looked for, the narrowest first.

    The general ones come last whatever the category: a cost that is left out would pay more.
    """
    return (*dict.fromkeys((scope, category_of(scope).value)), "")


def bringing(scope: str) -> tuple[str, ...]:
    """Where repairs and parts of a scope are looked for, the narrowest first.

    The general ones are of phones and tablets, and no other category gets those.
    """
    found = costing(scope)
    return found if category_of(scope) in CATALOGUED else found[:-1]


def narrowest(
    rows: Iterable[Row], scopes: Sequence[str], subject: Callable[[Row], str]
) -> list[Row]:
    """Of each subject the rows of the first scope that has any, and no other's."""
    found: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        found.setdefault(subject(row), {}).setdefault(scope_of(row), []).append(row)
    return [
        row
        for by_scope in found.values()
        for row in next((by_scope[scope] for scope in scopes if scope in by_scope), ())
    ]


def check_asked(row: Row, question: str) -> None:
    """BrokenTable where a row names a category of which its question is not asked."""
    scope = scope_of(row)
    if scope and category_of(scope) not in BY_ID[question].categories:
        raise row.broken(f"{question} is not asked of the category {category_of(scope).value}")
