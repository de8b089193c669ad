"""Days after the day of a quote: how many of them sales can tell of, and how many a table must.

Season and price level stay those of the quote's day; only the age moves, and successors whose
launch the catalogue knows.
"""

from dataclasses import dataclass
from datetime import date

from valuation.domain.device import Device
from valuation.features import FeatureSpecification, day_number


@dataclass(frozen=True, slots=True)
class Ahead:
    """So many days ahead: first those that the price model ages the device by, then a table's."""

    by_sales: int
    by_table: int


def ahead(*, days: int, device: Device, as_of: date, specification: FeatureSpecification) -> Ahead:
    """How the next ``days`` are priced.

    Sales say nothing of a device whose launch nobody knows, of any where they are undated, and of
    the time after their last one has grown old: there the price model stops ageing.
    """
    until, today = specification.ages_until, day_number(as_of) or 0
    if device.facts.first_sale is None or (until is None and not specification.dated):
        known = 0
    else:
        known = days if until is None else max(0, int(until) - today)
    by_sales = min(days, known)
    return Ahead(by_sales, days - by_sales)
