"""The table of causes: who can be given to, and what they take."""

from valuation.domain.giving import Cause, Given
from valuation.tables.table import Row, Table

CAUSES = "causes"


def causes(table: Table) -> dict[str, Cause]:
    """The causes by id; BrokenTable."""
    found: dict[str, Cause] = {}
    for row in table.rows:
        cause = Cause(row.text("id"), row.text("en"), row.text("zh"), _takes(row))
        if not (cause.id and cause.en and cause.zh):
            raise row.broken("a cause has an id, and a name in English and in Chinese")
        if found.setdefault(cause.id, cause) is not cause:
            raise row.broken(f"{cause.id} stands here a second time")
    return found


def _takes(row: Row) -> frozenset[Given]:
    named = row.text("takes").split()
    if not named or not set(named) <= set(Given):
        raise row.broken(f"takes is some of {', '.join(Given)}, not {row.text('takes')!r}")
    return frozenset(Given(each) for each in named)
