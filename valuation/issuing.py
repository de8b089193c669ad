"""Issue a quote and find it again: the use case, its archive and one transaction."""

import re
from datetime import datetime

import orjson

from valuation.documents import Document, canonical, digest, document_of
from valuation.domain.quote import ENTROPY, Quote
from valuation.impact import impact_of
from valuation.quoting import QuoteRequest
from valuation.shop import Shop
from valuation.storage.engine import reading, writing
from valuation.storage.quotes import CodeTaken, Event, QuoteNotFound, QuoteStore, StoredQuote

ATTEMPTS = 5
ID = re.compile(r"qt_[0-9a-v]{26}")
CODE = re.compile(r"([2-9A-HJKMNP-TV-Z]{3})-?([2-9A-HJKMNP-TV-Z]{4})")


def issue(shop: Shop, request: QuoteRequest, *, merchant: str, market: str | None) -> Document:
    """Price, archive the tables, store quote and event together; the quote's document.

    Errors: those of ``Desk.quote``, ``Shop.model`` and the database. A code that another quote has
    is made anew from new entropy.
    """
    now = shop.clock()
    day = shop.today(now)
    desk = shop.desk(shop.model(market), day)
    for attempt in range(1, ATTEMPTS + 1):
        quote, tables = desk.quote(
            request, merchant=merchant, now=now, as_of=day, entropy=shop.entropy(ENTROPY)
        )
        shop.keep(tables)
        impact = next(table for table in tables if table.id == "impact")
        document = document_of(quote, impact=impact_of(quote, impact))
        try:
            _store(shop, stored_of(quote, document), now)
        except CodeTaken:
            if attempt == ATTEMPTS:
                raise
            continue
        break
    return document


def find(shop: Shop, reference: str, *, merchant: str) -> Document:
    """The document of a merchant's quote by id or code; QuoteNotFound for another's too."""
    code = CODE.fullmatch(reference.strip().upper())
    with reading(shop.engine) as connection:
        store = QuoteStore(connection)
        if code:
            stored = store.get_by_code("-".join(code.groups()))
        elif ID.fullmatch(reference):
            stored = store.get(reference)
        else:
            raise QuoteNotFound("neither an id nor a code")
    if stored.merchant != merchant:
        raise QuoteNotFound("another merchant's quote")
    document: Document = orjson.loads(stored.document)
    return document


def stored_of(quote: Quote, document: Document) -> StoredQuote:
    """The quote's row."""
    data = canonical(document)
    unit = quote.subject.unit
    return StoredQuote(
        id=quote.id,
        code=quote.code,
        merchant=quote.merchant,
        market=quote.market.slug,
        bundle=quote.versions.bundle,
        outcome=str(document["outcome"]),
        issued_at=quote.issued_at,
        valid_until=quote.valid_until,
        unit_digest=unit.digest if unit else None,
        document=data,
        digest=digest(data),
    )


def _store(shop: Shop, stored: StoredQuote, now: datetime) -> None:
    with writing(shop.engine) as connection:
        store = QuoteStore(connection)
        store.add(stored)
        payload = orjson.dumps({"digest": stored.digest}).decode()
        store.record(Event(stored.id, "issued", stored.merchant, now, payload))
