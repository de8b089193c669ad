"""A basket as JSON-able data: its quotes by id, their sum, and one net to pay over all of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from valuation.domain.extras import NetToPay
from valuation.domain.market import Market, Provenance
from valuation.domain.people import Mode
from valuation.quotes.documents import DEMO_NOTICE, Document, customer_view, merchant_view
from valuation.quotes.extra_lines import customers_extras, net_document

SCHEMA = 1
SECRET = ("merchant", "schema", "versions")
PAID = ("offer", "refused")


def basket_document(
    *,
    id: str,
    code: str,
    merchant: str,
    mode: Mode,
    market: Market,
    issued_at: datetime,
    as_of: date,
    lines: Sequence[Mapping[str, Any]],
    beside: Mapping[str, Any],
    tables: Mapping[str, str],
) -> Document:
    """``lines``: a quote's document each, or {"problem": …}; ``beside``: what comes off the
    purchase. Offers and bonuses are summed over the quotes that have an offer."""
    quotes = [line for line in lines if "problem" not in line]
    offers = [quote for quote in quotes if quote["outcome"] in PAID]
    offer = sum(quote["offer"]["amount"] for quote in offers)
    bonuses = [
        {**line, "quote": quote["id"]}
        for quote in offers
        for line in (quote.get("extras") or {}).get("lines", ())
    ]
    extra_lines = [*beside["lines"], *bonuses]
    price = (beside["purchase"] or {"price": {"amount": 0}})["price"]["amount"]
    net = price - offer - sum(line["amount"]["amount"] for line in extra_lines)
    return {
        "schema": SCHEMA,
        "id": id,
        "code": code,
        "merchant": merchant,
        **({"mode": mode.value} if mode is Mode.TEST else {}),
        "market": market.slug,
        "data": market.provenance.value,
        **({"notice": DEMO_NOTICE} if market.provenance is Provenance.DEMO else {}),
        "issued_at": issued_at.isoformat().replace("+00:00", "Z"),
        "as_of": as_of.isoformat(),
        "valid_until": min((quote["valid_until"] for quote in offers), default=None),
        "lines": [_line(line, position) for position, line in enumerate(lines)],
        "offer": {"amount": offer, "currency": market.currency},
        "bonus": {
            "amount": sum(line["amount"]["amount"] for line in bonuses),
            "currency": market.currency,
        },
        "extras": {
            **beside,
            "lines": extra_lines,
            "net_to_pay": net_document(NetToPay(net), market.currency),
        },
        "versions": {"tables": dict(tables)},
    }


def basket_view(
    document: Mapping[str, Any], quotes: Mapping[str, Document], *, customer: bool
) -> Document:
    """The basket with each of its quotes in place of the quote's id, for somebody's eyes."""
    shown = customer_view if customer else merchant_view
    lines = [
        {**line, "quote": shown(quotes[line["quote"]])} if "quote" in line else line
        for line in document["lines"]
    ]
    if not customer:
        return {**document, "lines": lines}
    view = {name: value for name, value in document.items() if name not in SECRET}
    return {**view, "lines": lines, "extras": customers_extras(document["extras"])}


def basket_body(document: Mapping[str, Any]) -> Document:
    """What a receipt of the basket holds: a line for each device that has an offer."""
    view = {name: value for name, value in document.items() if name not in SECRET}
    lines = [
        {
            "label_en": line["name"],
            "label_zh": line["name_zh"],
            "answer": line["code"],
            "amount": line["offer"],
        }
        for line in document["lines"]
        if line.get("offer")
    ]
    extras = customers_extras(document["extras"])
    return {**view, "outcome": "offer", "lines": lines, "extras": extras}


def _line(line: Mapping[str, Any], position: int) -> Document:
    if "problem" in line:
        return {"position": position, "problem": line["problem"]}
    return {
        "position": position,
        "quote": line["id"],
        "code": line["code"],
        "name": line["device"]["name"] or line["device"]["words"],
        "name_zh": line["device"]["name_zh"] or "",
        "outcome": line["outcome"],
        "offer": line["offer"],
    }
