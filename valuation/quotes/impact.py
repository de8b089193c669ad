"""What the reuse of a device spares, stated as a span and only where it is reused."""

from collections.abc import Mapping
from decimal import Decimal

from valuation.domain.disposition import FLAGS, Flag
from valuation.domain.quote import Quote
from valuation.tables.book import displacement
from valuation.tables.table import Table

TENTH = Decimal("0.1")
UNIT = "kg CO2e per year of use"


def impact_of(quote: Quote, table: Table) -> dict[str, object]:
    """The device's weight in grams, and what its resale avoids; None where that is not known.

    A reused phone replaces a new one in a share of cases: the span is the avoided emission at
    both ends of that share.
    """
    device = quote.subject.device
    weight = None if device is None else device.facts.weight_g
    resold = quote.disposition and FLAGS[quote.disposition.chosen.route] is Flag.RESALE
    avoided = _avoided(table, device.category.value) if device and resold else None
    return {"weight_g": weight, "co2e_avoided": avoided}


def _avoided(table: Table, category: str) -> Mapping[str, object] | None:
    figures = displacement(table, category)
    if not {"co2e_avoided", "displacement"} <= figures.keys():
        return None
    (co2_low, _, co2_high), (low, _, high) = figures["co2e_avoided"], figures["displacement"]
    return {
        "unit": UNIT,
        "low": float((co2_low * low).quantize(TENTH)),
        "high": float((co2_high * high).quantize(TENTH)),
    }
