"""The one-page report of impact: its sheet, from the ledger and the archived tables."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from valuation.domain.impact_totals import grouped, total
from valuation.domain.market import Provenance
from valuation.receipts.impact_sheet import ImpactSheet, impact_sheet
from valuation.storage.engine import reading
from valuation.storage.impact_entries import ImpactStore
from valuation.storage.people import PeopleStore
from valuation.tables.book import TableArchive
from valuation.use_cases.impact_exports import factors_of, totals_document
from valuation.use_cases.impact_views import Asked, By, entries_of, key

BY_DAY = timedelta(days=31)  # of longer times the plots are by month


class NothingCounted(LookupError):
    """The ledger has no such entries."""


def report_sheet(
    engine: Engine, archive: TableArchive, asked: Asked, *, data: Provenance | None, now: datetime
) -> ImpactSheet:
    """The sheet; demo and real devices are never on one. ``data``: None: real, where there is any.

    NothingCounted, UnreadableEntry or BrokenTable.
    """
    entries = entries_of(engine, asked)
    kind = data or min((each.data for each in entries), key=list(Provenance).index, default=None)
    entries = [each for each in entries if each.data is kind]
    if not entries:
        raise NothingCounted("nothing is counted in these days")
    days = [each.at.astimezone(asked.zone).date() for each in entries]
    first, last = asked.first or min(days), asked.last or max(days)
    by = By.DAY if last - first < BY_DAY else By.MONTH
    with reading(engine) as connection:
        head = ImpactStore(connection).head()
        named = asked.merchant and PeopleStore(connection).merchant(asked.merchant).name
    said = {"data": entries[0].data.value}
    return impact_sheet(
        whose=named or "All merchants 全部商户",
        period=f"{first} – {last}",
        total={**said, **totals_document(total(entries))},
        periods=[
            {"group": name, **said, **totals_document(sums)}
            for name, sums in grouped(entries, lambda each: key(each, by, asked.zone)).items()
        ],
        factors=factors_of(entries, archive),
        ends=(head.seq, head.hash),
        made_at=now,
    )
