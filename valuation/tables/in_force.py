"""Which margin makes a merchant's new quotes, from which day to which."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from valuation.domain.margin import Margin
from valuation.tables import readings
from valuation.tables.book import Book, NoTable
from valuation.tables.policy_rows import MARGIN, own_margin, own_margin_id
from valuation.tables.table import Table

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class InForce:
    """A margin, the table that it stands in, its first day and, where it ends, its last."""

    table: Table
    margin: Margin
    since: date
    until: date | None


def margins(book: Book, *, merchant: str, currency: str) -> list[InForce]:
    """What makes the merchant's quotes, day after day, the earliest first; BrokenTable."""
    found: list[tuple[Table, date, date | None]] = []
    for day, table in _changes(book, merchant):
        if found and found[-1][2] is None:
            found[-1] = (*found[-1][:2], day - DAY)
        if table is not None:
            found.append((table, day, None))
    return [InForce(each[0], _margin(each[0], currency), each[1], each[2]) for each in found]


def merchants_with_margins(book: Book) -> list[str]:
    """The ids of merchants with a margin of their own, whenever it is in force."""
    prefix = own_margin_id("")
    return sorted(i.removeprefix(prefix) for i in book.versions if i.startswith(prefix))


def _changes(book: Book, merchant: str) -> Iterator[tuple[date, Table | None]]:
    """The days on which another table comes into force, with that table; None where none is."""
    last = None
    for day in _edges(book, "policy", own_margin_id(merchant)):
        table = _in_force(book, merchant, day)
        if table is not last:
            yield day, table
        last = table


def _edges(book: Book, *table_ids: str) -> list[date]:
    """The first days of windows, and those after the last."""
    tables = [table for i in table_ids for table in book.versions.get(i, ())]
    after = {table.valid_until + DAY for table in tables if table.valid_until}
    return sorted({table.valid_from for table in tables} | after)


def _in_force(book: Book, merchant: str, day: date) -> Table | None:
    try:
        return book.own_margin(merchant, day) or book.table("policy", day)
    except NoTable:
        return None


def _margin(table: Table, currency: str) -> Margin:
    own = table.id.startswith(f"{MARGIN}/")
    return own_margin(table, currency) if own else readings.policy(table, currency).margin
