"""Issue a quote and find it again: the use case, its archive and one transaction."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple, cast

import orjson
from sqlalchemy import Connection

from valuation.domain.happened import opened
from valuation.domain.lifecycle import as_at, fold
from valuation.domain.moves import Stage
from valuation.domain.quote import ENTROPY, Quote, receive_within
from valuation.domain.records import Actor, Role
from valuation.quotes.documents import Document, canonical, digest
from valuation.quotes.life_log import event_of, happened_of
from valuation.quotes.quoting import QuoteRequest
from valuation.shop import Shop
from valuation.storage.answers import KeptAnswer
from valuation.storage.engine import reading
from valuation.storage.ledger import Entry
from valuation.storage.quotes import CodeTaken, QuoteNotFound, QuoteStore, StoredQuote

ATTEMPTS = 5
EXHAUSTED = f"{ATTEMPTS} codes in a row were taken"
ID = re.compile(r"qt_[0-9a-v]{26}")
CODE = re.compile(r"([2-9A-HJKMNP-TV-Z]{3})-?([2-9A-HJKMNP-TV-Z]{4})")


class Issued(NamedTuple):
    """A quote that is made and not written yet: its document, and its entry in the ledger."""

    document: Document
    entry: Entry


Keep = Callable[[Document], KeptAnswer]


def issue(shop: Shop, request: QuoteRequest, *, merchant: str, market: str | None) -> Document:
    """Price, archive the tables, store quote and event together; the quote's document.

    A quote of the same unit with the same answers that is still open is that quote again.
    Errors: those of ``Desk.quote``, ``Shop.model`` and the database. A code that another quote has
    is made anew from new entropy.
    """
    actor = Actor(role=Role.MERCHANT, id=merchant)
    for made in _attempts(shop, request, merchant=merchant, market=market, actor=actor):
        if standing := _standing(shop, made):
            return standing
        with suppress(CodeTaken):
            shop.ledger.write(made.entry)
            return made.document
    raise CodeTaken(EXHAUSTED)


async def issue_among_others(
    shop: Shop,
    request: QuoteRequest,
    *,
    merchant: str,
    market: str | None,
    actor: Actor,
    keep: Keep | None = None,
) -> Document:
    """``issue`` for a service: other requests are priced while this one's quote is written.

    ``keep``: what is kept with the quote, to be answered again; KeyTaken where another was first.
    """
    for made in _attempts(shop, request, merchant=merchant, market=market, actor=actor):
        if _names_a_unit(made) and (standing := await asyncio.to_thread(_standing, shop, made)):
            if keep:
                await shop.ledger.add(Entry(None, (), keep(standing)))
            return standing
        with suppress(CodeTaken):
            answer = keep(made.document) if keep else None
            await shop.ledger.add(made.entry._replace(answer=answer))
            return made.document
    raise CodeTaken(EXHAUSTED)


SAME = ("market", "answers", "context", "lock_days")


def _standing(shop: Shop, made: Issued) -> Document | None:
    """The merchant's open quote of the same unit with the same inputs, if there is one."""
    new = made.entry.quote
    if new is None or new.unit_digest is None:
        return None
    with reading(shop.engine) as connection:
        store = QuoteStore(connection)
        for stored in store.of_unit(new.unit_digest, merchant=new.merchant, now=new.issued_at):
            document: Document = orjson.loads(stored.document)
            same = all(document[name] == made.document[name] for name in SAME)
            if same and _device(document) == _device(made.document):
                life = fold(events=[happened_of(e, document) for e in store.events(stored.id)])
                if as_at(life=life, now=new.issued_at).stage is Stage.OFFERED:
                    return document
    return None


def _names_a_unit(made: Issued) -> bool:
    return made.entry.quote is not None and made.entry.quote.unit_digest is not None


def _device(document: Document) -> object:
    return cast(Mapping[str, object], document["device"])["id"]


def _attempts(
    shop: Shop, request: QuoteRequest, *, merchant: str, market: str | None, actor: Actor
) -> Iterator[Issued]:
    """The quote, and the same under other ids and codes."""
    now = shop.clock()
    day = shop.today(now)
    desk = shop.desk(shop.model(market), day)
    for _ in range(ATTEMPTS):
        quote, appraiser = desk.quote(
            request, merchant=merchant, now=now, as_of=day, entropy=shop.entropy(ENTROPY)
        )
        shop.keep(appraiser.tables.values())
        document = appraiser.document(quote)
        stored = stored_of(quote, document)
        policy = quote.policy
        opening = opened(
            quote=quote,
            actor=actor,
            receive_within=receive_within(policy=policy, lock_days=quote.lock_days),
            answer_within=timedelta(days=policy.answer_days),
        )
        yield Issued(document, Entry(stored, (event_of(opening, quote_id=stored.id, position=0),)))


def find(shop: Shop, reference: str, *, merchant: str) -> Document:
    """The document of a merchant's quote by id or code; QuoteNotFound for another's too."""
    with reading(shop.engine) as connection:
        stored = stored_quote(connection, reference, merchant=merchant)
    document: Document = orjson.loads(stored.document)
    return document


def stored_quote(connection: Connection, reference: str, *, merchant: str) -> StoredQuote:
    """The row of a merchant's quote by id or code; QuoteNotFound for another's too."""
    store, code = QuoteStore(connection), CODE.fullmatch(reference.strip().upper())
    if code:
        stored = store.get_by_code("-".join(code.groups()))
    elif ID.fullmatch(reference):
        stored = store.get(reference)
    else:
        raise QuoteNotFound("neither an id nor a code")
    if stored.merchant != merchant:
        raise QuoteNotFound("another merchant's quote")
    return stored


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
