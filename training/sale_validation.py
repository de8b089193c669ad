"""Which sales count: one function per rule; each names what it drops."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b

from training.params import SaleRules
from valuation.domain.device import Device
from valuation.domain.disposition import Gates, Route
from valuation.domain.questions import BY_ID
from valuation.intake.records import Record


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sale with its device, under the rules and the day on which it is imported."""

    record: Record
    device: Device
    rules: SaleRules
    until: date
    gates: Gates


def no_market(sale: Candidate) -> str | None:
    """A sale needs country, currency, kind of price and provenance, and a price."""
    if sale.record.market is None or sale.record.price is None:
        return "country, currency, kind of price, provenance and price are needed"
    return None


def placeholder_price(sale: Candidate) -> str | None:
    """A price far below anything that a device brings is a placeholder."""
    price = sale.record.price
    if price is None:
        return None
    least = sale.rules.least_price.get(price.currency, 0)
    if price.in_major_units() < least:
        return f"{price} is below the least price that counts, {least} {price.currency}"
    return None


def impossible_date(sale: Candidate) -> str | None:
    """A sale before the device was sold, or after the day of the import."""
    sold_on, first = sale.record.sold_on, sale.device.facts.first_sale
    if sold_on is None:
        return None
    if sold_on > sale.until:
        return f"sold on {sold_on}, after {sale.until}"
    if first is not None and sold_on < first - timedelta(days=sale.rules.days_before_first_sale):
        return f"sold on {sold_on}, before the first sale in {first:%Y-%m}"
    return None


def gated_device(sale: Candidate) -> str | None:
    """A locked or listed device was sold for something else than its resale value.

    A dead one was not: its answer is priced, so its sale teaches.
    """
    met = sale.gates.closed(sale.record.answers).get(Route.AS_IS, [])
    closed = [gate.code for gate in met if not BY_ID[gate.question].priced]
    return f"closed for resale: {', '.join(closed)}" if closed else None


RULES: tuple[Callable[[Candidate], str | None], ...] = (
    no_market,
    placeholder_price,
    impossible_date,
    gated_device,
)


def broken_rule(sale: Candidate) -> tuple[str, str] | None:
    """The first rule that the sale breaks, with the reason."""
    for rule in RULES:
        reason = rule(sale)
        if reason is not None:
            return rule.__name__, reason
    return None


def fingerprint(record: Record) -> int:
    """64 bits over everything a line says but its place and id: equal for a repeated sale."""
    content = repr(
        (
            record.words, record.market, record.price, record.sold_on, record.unit_state,
            sorted(record.answers.items()), sorted(record.context.items()), record.seller,
        )
    )  # fmt: skip
    return int.from_bytes(blake2b(content.encode(), digest_size=8).digest(), "big")
