"""What the reuse of a device spares, stated as a span and only where it is reused."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.quote import Quote
from valuation.tables.table import Table

BEFORE = "impact"  # a table of its own, before a quote told the factors of the ledger
TENTH = Decimal("0.1")
UNIT, UNIT_BEFORE = "kg CO2e", "kg CO2e per year of use"


def impact_of(
    quote: Quote, tables: Mapping[str, Table], saves: Mapping[Route, Mapping[str, Any]]
) -> dict[str, object]:
    """The device's weight in grams, and what its resale avoids; None where that is not known.

    ``saves``: what each route saves by the factors of the ledger, which is what is said here too.
    """
    device, way = quote.subject.device, quote.disposition
    if device is None:
        return {"weight_g": None, "co2e_avoided": None}
    avoided: Mapping[str, object] | None = None
    if BEFORE not in tables:
        span = saves[way.chosen.route]["co2e_avoided_kg"] if way and saves else None
        avoided = span and {"unit": UNIT, "low": span["low"], "high": span["high"]}
    elif way and FLAGS[way.chosen.route] is Flag.RESALE:
        avoided = _avoided_before(tables[BEFORE], device.category.value)
    return {"weight_g": device.facts.weight_g, "co2e_avoided": avoided}


def _avoided_before(table: Table, category: str) -> Mapping[str, object] | None:
    """The avoided emission at both ends of the share in which a reused phone replaces a new one."""
    figures = {row.text("figure"): row for row in table.rows if row.text("category") == category}
    if not {"co2e_avoided", "displacement"} <= figures.keys():
        return None
    low, high = (
        float((figures["co2e_avoided"].decimal(end) * figures["displacement"].decimal(end))
              .quantize(TENTH))
        for end in ("low", "high")
    )  # fmt: skip
    return {"unit": UNIT_BEFORE, "low": low, "high": high}
