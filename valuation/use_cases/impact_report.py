"""The one-page report of impact: its sheet, from the ledger and the archived tables."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from valuation.domain.impact_totals import Totals, together
from valuation.domain.market import Provenance
from valuation.receipts.impact_sheet import ImpactSheet, impact_sheet
from valuation.storage.engine import reading
from valuation.storage.people import PeopleStore
from valuation.tables.book import TableArchive
from valuation.use_cases.impact_exports import factors_of, totals_document
from valuation.use_cases.impact_views import Asked, By, month_of, view

BY_DAY = timedelta(days=31)  # of longer times the plots are by month


class NothingCounted(LookupError):
    """The ledger has no such entries."""


def report_sheet(
    engine: Engine, archive: TableArchive, asked: Asked, *, data: Provenance | None, now: datetime
) -> ImpactSheet:
    """The sheet; demo and real devices are never on one. ``data``: None: real, where there is any.

    NothingCounted, UnreadableEntry or BrokenTable.
    """
    found = view(engine, asked, by=By.DAY)
    kind = data or next(iter(found.groups), None)
    if kind is None or kind not in found.groups:
        raise NothingCounted("nothing is counted in these days")
    counted = found.groups[kind]
    first = asked.first or date.fromisoformat(min(counted))
    last = asked.last or date.fromisoformat(max(counted))
    with reading(engine) as connection:
        named = asked.merchant and PeopleStore(connection).merchant(asked.merchant).name
    said = {"data": kind.value}
    return impact_sheet(
        whose=named or "All merchants 全部商户",
        period=f"{first} – {last}",
        total={**said, **totals_document(found.whole[kind])},
        periods=[
            {"group": name, **said, **totals_document(sums)}
            for name, sums in _by_period(counted, first, last).items()
        ],
        factors=factors_of(found.factors[kind], archive),
        ends=(found.head.seq, found.head.hash),
        made_at=now,
    )


def _by_period(counted: Mapping[str, Totals], first: date, last: date) -> dict[str, Totals]:
    """The sums of every day, or of every month of a longer time, whether anything was counted in it
    or not; months from the first that has something to the last."""
    by_day = last - first < BY_DAY
    if not by_day:
        first, last = (date.fromisoformat(end(counted)) for end in (min, max))
    periods: dict[str, list[Totals]] = {}
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        name = day.isoformat()
        part = periods.setdefault(name if by_day else month_of(name), [])
        part += [counted[name]] if name in counted else []
    return {name: together(part) for name, part in periods.items()}
