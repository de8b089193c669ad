"""The use case: where devices go, one by one or a stock list, and nothing is stored of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from valuation.domain.disposition import FLAGS, Route
from valuation.domain.outside import kind_of
from valuation.domain.questions import holds_data
from valuation.domain.quote import ENTROPY, Quote
from valuation.intake.records import Record, Rejected
from valuation.quotes.appraising import Appraiser
from valuation.quotes.disposing import Disposed, disposal_document, disposed, weight_of
from valuation.quotes.disposition_document import ERASURE_RECORD
from valuation.quotes.documents import Document
from valuation.quotes.quoting import QuoteRequest
from valuation.shop import Shop
from valuation.tables.impact_factors import FACTORS, UnknownKind, check_kind, weights_of
from valuation.use_cases.place_view import Room, metals_under, with_metals, with_place
from valuation.use_cases.stock import RouteIf, StockPricing, Valuation

GRAMS = 1000  # in a kilogram


def dispose(
    shop: Shop, request: QuoteRequest, room: Room, *, merchant: str, market: str | None
) -> Document:
    """Where the device of a request goes, as the merchant and the customer are told; ``room``: of
    the facilities, for whoever asks.

    Errors: those of ``Desk.quote``, ``Shop.model`` and ``Shop.check``; NoTable, BrokenTable.
    """
    now = shop.clock()
    day = shop.today(now)
    desk = shop.desk(shop.model(market), day)
    quote, appraiser = desk.quote(
        request, merchant=merchant, now=now, as_of=day, entropy=bytes(ENTROPY),
        check=shop.check(request.identifier),
    )  # fmt: skip
    return _told(disposal_document(quote, appraiser), quote, appraiser, room)


def _told(told: Document, quote: Quote, appraiser: Appraiser, room: Room) -> Document:
    """The document with what its route rests on: answers, the facility, the price of metals."""
    way = cast(dict[str, Any] | None, told["disposition"])
    device, answers = quote.subject.device, quote.answers
    if way is None or device is None or answers is None:
        return {**told, "route_if": None}
    metals = metals_under(
        appraiser.tables, device.variant, device.category.value, quote.market.currency
    )
    return {
        **told,
        "route_if": _stands(answers.missing, way["route"]).value,
        "disposition": with_metals(with_place(way, room, answers), metals),
    }


def _stands(missing: Collection[str], route: str | None) -> RouteIf:
    """Under which condition a route stands: what is refused already is refused whatever else is
    answered."""
    return RouteIf.MISSING_GOOD if missing and route != Route.REFUSE else RouteIf.ANSWERED


@dataclass(frozen=True, slots=True)
class Disposal:
    """One row's way; ``expected`` in minor units of ``currency``, None where its price is not known
    and matters.

    ``route``: None where a person must look, and ``reason`` says why. ``gates``: what closed
    routes; ``conditions``: what must happen first. ``kg``: None where nobody knows; ``weighed``:
    by the ``device`` itself or the ``table``.
    """

    line: int
    record_id: str | None
    currency: str
    device: str | None = None
    name: str | None = None
    category: str | None = None
    route: str | None = None
    route_if: str | None = None
    flag: str | None = None
    priced: str | None = None
    expected: int | None = None
    gates: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    kg: float | None = None
    weighed: str | None = None
    missing: tuple[str, ...] = ()
    reason: str | None = None


def disposals(pricing: StockPricing, rows: Iterable[Record | Rejected]) -> Iterator[Disposal]:
    """One result a row, in their order; a batch of rows is held at a time."""
    weights = weights_of(pricing.appraiser.tables[FACTORS])
    for valuation, quote in pricing.quoted(rows):
        yield _disposal(valuation, quote, pricing.appraiser, weights)


def _disposal(
    valuation: Valuation, quote: Quote | None, appraiser: Appraiser, weights: Mapping[str, float]
) -> Disposal:
    it = valuation
    row = Disposal(it.line, it.record_id, it.currency, it.device, it.name, reason=it.reason)
    done = disposed(quote, appraiser) if quote else None
    if quote is None or done is None or quote.answers is None:
        return row
    missing, way, chosen = quote.answers.missing, done.quote.disposition, done.chosen
    weight = weight_of(done.device, weights)
    gates = dict.fromkeys(gate.code for each in done.routes for gate in each.closed_by)
    conditions = dict.fromkeys(gate.code for gate in way.conditions) if way else {}
    if holds_data(done.device.category) and (chosen is None or chosen.route is not Route.REFUSE):
        conditions[ERASURE_RECORD] = None
    return replace(
        row,
        category=done.device.category.value,
        route=chosen.route.value if chosen else None,
        route_if=_stands(missing, chosen.route if chosen else None).value,
        flag=FLAGS[chosen.route].value if chosen else None,
        priced="yes" if done.priced else "no",
        expected=chosen.expected if chosen else None,
        gates=tuple(gates),
        conditions=tuple(conditions),
        kg=weight and weight.grams / GRAMS,
        weighed=weight and ("device" if weight.own else "table"),
        missing=missing,
        reason=" ".join(_reasons(row, done, weights)) or None,
    )


def _reasons(row: Disposal, done: Disposed, weights: Mapping[str, float]) -> Iterator[str]:
    """Why there is no price, what must be said of the way, which kind nobody knows."""
    if row.reason:
        yield row.reason
    yield from (f"{note.code}: {note.en}" for note in done.notes)
    try:
        check_kind(weights, kind_of(done.device.variant, done.device.category))
    except UnknownKind as error:
        yield f"unknown_kind: {error}"
