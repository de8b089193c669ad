"""Issue a quote and find it again: the use case, its archive and one transaction."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import NamedTuple, cast

import orjson
from sqlalchemy import Connection

from valuation.catalogue.identity import parse_identifier
from valuation.domain.device_checks import DeviceCheck
from valuation.domain.extras import Claim
from valuation.domain.happened import opened
from valuation.domain.lifecycle import as_at, fold
from valuation.domain.moves import Stage
from valuation.domain.people import Mode
from valuation.domain.quote import ENTROPY, Quote, receive_within
from valuation.domain.records import Actor, Role
from valuation.quotes.check_document import counted_answers
from valuation.quotes.documents import Document, canonical, digest
from valuation.quotes.extra_lines import claims_of, purchase_of
from valuation.quotes.life_log import event_of, happened_of
from valuation.quotes.quoting import QuoteRequest
from valuation.shop import Shop
from valuation.storage.answers import KeptAnswer
from valuation.storage.engine import reading
from valuation.storage.ledger import Entry, Guard
from valuation.storage.quotes import CodeTaken, QuoteNotFound, QuoteStore, StoredQuote, Taken
from valuation.use_cases.claiming import claimed

ATTEMPTS = 5
EXHAUSTED = f"{ATTEMPTS} codes in a row were taken"
ID = re.compile(r"qt_[0-9a-v]{26}")
CODE = re.compile(r"([2-9A-HJKMNP-TV-Z]{3})-?([2-9A-HJKMNP-TV-Z]{4})")


class Issued(NamedTuple):
    """A quote that is made and not written yet: its document, and its entry in the ledger."""

    document: Document
    entry: Entry


class AlreadyOpen(Taken):
    """The merchant has an open quote of the same unit with the same inputs: its document."""

    def __init__(self, document: Document) -> None:
        super().__init__(f"{document['id']} is still open")
        self.document = document


Keep = Callable[[Document], KeptAnswer]


def issue(
    shop: Shop,
    request: QuoteRequest,
    *,
    merchant: str,
    market: str | None,
    mode: Mode = Mode.LIVE,
) -> Document:
    """Price, archive the tables, store quote and event together; the quote's document.

    A quote of the same unit with the same answers that is still open is that quote again.
    Errors: those of ``Desk.quote``, ``Shop.model`` and the database. A code that another quote has
    is made anew from new entropy.
    """
    actor = Actor(role=Role.MERCHANT, id=merchant)
    claims, check = claims_of_request(shop, request), shop.check(request.identifier)
    for made in _attempts(
        shop, request, merchant=merchant, market=market, actor=actor, mode=mode,
        claims=claims, check=check,
    ):  # fmt: skip
        try:
            _look_before(shop, made)
            shop.ledger.write(made.entry)
        except AlreadyOpen as standing:
            return standing.document
        except CodeTaken:
            continue
        return made.document
    raise CodeTaken(EXHAUSTED)


async def issue_among_others(
    shop: Shop,
    request: QuoteRequest,
    *,
    merchant: str,
    market: str | None,
    actor: Actor,
    mode: Mode = Mode.LIVE,
    keep: Keep | None = None,
) -> Document:
    """``issue`` for a service: other requests are priced while this one's quote is written.

    ``keep``: what is kept with the quote, to be answered again; KeyTaken where another was first.
    """
    claims = await asyncio.to_thread(claims_of_request, shop, request) if request.codes else NONE
    check = await asyncio.to_thread(shop.check, request.identifier) if shop.checking else None
    for made in _attempts(
        shop, request, merchant=merchant, market=market, actor=actor, mode=mode,
        claims=claims, check=check,
    ):  # fmt: skip
        answer = keep(made.document) if keep else None
        try:
            if made.entry.guard:
                await asyncio.to_thread(_look_before, shop, made)
            await shop.ledger.add(made.entry._replace(answer=answer))
        except AlreadyOpen as standing:
            if keep:
                await shop.ledger.add(Entry(None, (), keep(standing.document)))
            return standing.document
        except CodeTaken:
            continue
        return made.document
    raise CodeTaken(EXHAUSTED)


def attempt(
    shop: Shop,
    request: QuoteRequest,
    *,
    merchant: str,
    market: str | None,
    actor: Actor,
    mode: Mode,
) -> Issued:
    """A quote that is priced and not written; one that is open already has an empty entry."""
    claims, check = claims_of_request(shop, request), shop.check(request.identifier)
    made = next(
        _attempts(
            shop, request, merchant=merchant, market=market, actor=actor, mode=mode,
            claims=claims, check=check,
        )
    )  # fmt: skip
    try:
        _look_before(shop, made)
    except AlreadyOpen as standing:
        return Issued(standing.document, Entry(None, ()))
    return made


def claims_of_request(shop: Shop, request: QuoteRequest) -> frozenset[Claim]:
    """What the request's codes stand for; UnknownCode or CodeSpent."""
    now = shop.clock()
    return claimed(shop, request.codes, day=shop.today(now), now=now) if request.codes else NONE


NONE: frozenset[Claim] = frozenset()
SAME = ("market", "context", "lock_days")


def _look_before(shop: Shop, made: Issued) -> None:
    """AlreadyOpen without a write, which a full disk would refuse."""
    if made.entry.guard:
        with reading(shop.engine) as connection:
            made.entry.guard.look(connection)


def _guard(shop: Shop, request: QuoteRequest, new: StoredQuote, document: Document) -> Guard | None:
    """Of two that quote one unit at once the second gets the first's; a test quote pins nothing."""
    if request.identifier is None or new.mode is Mode.TEST:
        return None
    digests = shop.unit_keys().digests(parse_identifier(request.identifier).value)
    names = tuple(f"{new.merchant}/{digest}" for digest in digests)
    return Guard(names, partial(_look, digests=digests, new=new, made=document))


def _look(
    connection: Connection, *, digests: Sequence[str], new: StoredQuote, made: Document
) -> None:
    """AlreadyOpen with the merchant's open quote of the same unit with the same inputs."""
    store = QuoteStore(connection)
    for stored in store.of_unit(digests, merchant=new.merchant, now=new.issued_at):
        document: Document = orjson.loads(stored.document)
        same = all(document[name] == made[name] for name in SAME)
        if same and _asked(document) == _asked(made):
            life = fold(events=[happened_of(e, document) for e in store.events(stored.id)])
            if as_at(life=life, now=new.issued_at).stage is Stage.OFFERED:
                raise AlreadyOpen(document)


def _asked(document: Document) -> object:
    device = cast(Mapping[str, object], document["device"])["id"]
    return device, counted_answers(document), purchase_of(document), claims_of(document)


def _attempts(
    shop: Shop,
    request: QuoteRequest,
    *,
    merchant: str,
    market: str | None,
    actor: Actor,
    mode: Mode,
    claims: frozenset[Claim],
    check: DeviceCheck | None,
) -> Iterator[Issued]:
    """The quote, and the same under other ids and codes."""
    now = shop.clock()
    day = shop.today(now)
    desk = shop.desk(shop.model(market), day)
    for _ in range(ATTEMPTS):
        quote, appraiser = desk.quote(
            request,
            merchant=merchant,
            now=now,
            as_of=day,
            entropy=shop.entropy(ENTROPY),
            mode=mode,
            claims=claims,
            check=check,
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
        events = (event_of(opening, quote_id=stored.id, position=0),)
        guard = _guard(shop, request, stored, document)
        yield Issued(document, Entry(stored, events, guard=guard))


def find(shop: Shop, reference: str, *, merchant: str, mode: Mode | None = Mode.LIVE) -> Document:
    """The document of a merchant's quote by id or code; QuoteNotFound for another's too."""
    with reading(shop.engine) as connection:
        stored = stored_quote(connection, reference, merchant=merchant, mode=mode)
    document: Document = orjson.loads(stored.document)
    return document


def stored_quote(
    connection: Connection, reference: str, *, merchant: str | None, mode: Mode | None = Mode.LIVE
) -> StoredQuote:
    """The row of a merchant's quote by id or code; QuoteNotFound for another's or mode's too.

    ``mode``: of the key that asks; None where either will do. ``merchant`` None: whoever's.
    """
    store, code = QuoteStore(connection), CODE.fullmatch(reference.strip().upper())
    if code:
        stored = store.get_by_code("-".join(code.groups()))
    elif ID.fullmatch(reference):
        stored = store.get(reference)
    else:
        raise QuoteNotFound("neither an id nor a code")
    if merchant not in (None, stored.merchant):
        raise QuoteNotFound("another merchant's quote")
    if mode not in (None, stored.mode):
        raise QuoteNotFound(f"a quote of a {stored.mode} key")
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
        mode=quote.mode,
    )
