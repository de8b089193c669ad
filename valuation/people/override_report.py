"""The report of amounts that people named, overrides and appraisals, from the append-only log."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from valuation.domain.appraisals import Appraised
from valuation.domain.happened import Kind
from valuation.domain.market import Market
from valuation.domain.override_report import Overridden, counted
from valuation.domain.overrides import Override
from valuation.domain.people import Mode
from valuation.quotes.life_log import happened_of
from valuation.storage.engine import reading
from valuation.storage.quotes import Event, QuoteStore

EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)  # days that can be asked for


def overrides_of(
    engine: Engine,
    *,
    merchant: str,
    mode: Mode,
    first: date | None,
    last: date | None,
    zone: ZoneInfo,
) -> tuple[Overridden, ...]:
    """A merchant's overrides and appraisals of some days in a time zone, both ends counted; None:
    no end.

    ImpossibleHistory where the log was changed.
    """
    begin = None if first is None else _midnight(first, zone)
    end = None if last is None else _midnight(last + timedelta(days=1), zone)
    with reading(engine) as connection:
        store = QuoteStore(connection)
        found = [
            each
            for kind in (Kind.OVERRIDDEN, Kind.APPRAISED)
            for each in store.events_of_kind(
                kind.value, merchant=merchant, mode=mode, begin=begin, end=end
            )
        ]
    return counted((_named(event), Market.from_slug(market).currency) for event, market in found)


def report(
    lines: tuple[Overridden, ...], first: date | None, last: date | None
) -> dict[str, object]:
    """The report as data."""
    return {
        "from_day": first and first.isoformat(),
        "until_day": last and last.isoformat(),
        "overrides": [
            {
                "actor": line.by.id,
                "role": line.by.role.value,
                "direction": line.direction,
                "count": line.count,
                "amount": {"amount": line.amount, "currency": line.currency},
                "second_person": line.second_person,
                "reasons": dict(line.reasons),
            }
            for line in lines
        ],
    }


def _named(event: Event) -> Override | Appraised:
    made = happened_of(event, {}).detail
    assert isinstance(made, Override | Appraised)  # noqa: S101 -- an event of this kind has no other detail
    return made


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
