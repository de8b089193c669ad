"""The table of how long customers' data are kept."""

import re
from datetime import timedelta

from valuation.domain.customers import Purpose
from valuation.domain.retention import Retention
from valuation.tables.table import BrokenTable, Row, Table

LONGEST_DAYS = 36_525  # a hundred years
REASON = re.compile(r"[a-z][a-z0-9_]{0,63}")


def retention(table: Table) -> Retention:
    """The periods; BrokenTable where a purpose has none, or a row cannot be read."""
    purposes: dict[Purpose, timedelta] = {}
    holds: dict[str, timedelta] = {}
    for row in table.rows:
        name, period = row.text("name"), _period(row)
        match row.text("kind"):
            case "purpose" if name in set(Purpose):
                known = purposes.setdefault(Purpose(name), period)
            case "hold" if REASON.fullmatch(name):
                known = holds.setdefault(name, period)
            case _:
                names = ", ".join(Purpose)
                raise row.broken(f"a row is of a purpose ({names}) or of a hold and its reason")
        if known is not period:
            raise row.broken(f"{name} stands here a second time")
    missing = [purpose for purpose in Purpose if purpose not in purposes]
    if missing:
        raise BrokenTable(f"{table.id}: no row for {', '.join(missing)}")
    return Retention(purposes=purposes, holds=holds)


def _period(row: Row) -> timedelta:
    days = row.whole("days")
    if not 0 <= days <= LONGEST_DAYS:
        raise row.broken(f"days are 0 to {LONGEST_DAYS}, not {days}")
    return timedelta(days=days)
