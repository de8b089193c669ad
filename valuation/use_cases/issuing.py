"""Issue a quote and find it again: the use case, its archive and one transaction."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

from valuation.domain.device_checks import DeviceCheck
from valuation.domain.extras import Claim
from valuation.domain.happened import opened
from valuation.domain.people import Mode
from valuation.domain.quote import ENTROPY, Quote, receive_within
from valuation.domain.records import Actor, Role
from valuation.quotes.appraising import Appraiser
from valuation.quotes.documents import Document, canonical, digest
from valuation.quotes.life_log import event_of
from valuation.quotes.quoting import QuoteRequest
from valuation.shop import Shop
from valuation.storage.answers import KeptAnswer
from valuation.storage.engine import reading
from valuation.storage.ledger import Entry
from valuation.storage.quotes import CodeTaken, QuoteStore, StoredQuote
from valuation.storage.units import UnitDigest
from valuation.use_cases.claiming import CodeSpent, UnknownCode, claimed
from valuation.use_cases.open_quotes import (
    AlreadyOpen,
    Succeeds,
    claims_again,
    digests_of,
    guard_of,
    successor,
)
from valuation.use_cases.standing import Answered, answered

ATTEMPTS = 5
EXHAUSTED = f"{ATTEMPTS} codes in a row were taken"


class Issued(NamedTuple):
    """A quote that is made and not written yet: its document, its entry in the ledger, and what
    is answered besides."""

    document: Document
    entry: Entry
    standing: Document | None = None

    @property
    def answered(self) -> Answered:
        """As it is answered."""
        return Answered(self.document, self.standing)


Keep = Callable[[Answered], KeptAnswer]


def issue(
    shop: Shop,
    request: QuoteRequest,
    *,
    merchant: str,
    market: str | None,
    mode: Mode = Mode.LIVE,
) -> Document:
    """``issue_now``, the document alone."""
    return issue_now(shop, request, merchant=merchant, market=market, mode=mode).document


def issue_now(
    shop: Shop,
    request: QuoteRequest,
    *,
    merchant: str,
    market: str | None,
    mode: Mode = Mode.LIVE,
) -> Answered:
    """Price, archive the tables, store quote and event together; the quote with what holds besides.

    A quote of the same unit with the same answers that is still open is that quote again, or with
    something else beside them priced as it was.
    Errors: those of ``Desk.quote``, ``Shop.model`` and the database. A code that another quote has
    is made anew from new entropy.
    """
    actor = Actor(role=Role.MERCHANT, id=merchant)
    claims = claims_of_request(shop, request, merchant, mode)
    check = shop.check(request.identifier)
    for made in _attempts(
        shop, request, merchant=merchant, market=market, actor=actor, mode=mode,
        claims=claims, check=check,
    ):  # fmt: skip
        try:
            looked_at = _looked_at(shop, request, made, actor, claims)
            shop.ledger.write(looked_at.entry)
        except AlreadyOpen as standing:
            return _standing(shop, standing.document)
        except (CodeTaken, Succeeds):
            continue
        return looked_at.answered
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
) -> Answered:
    """``issue_now`` for a service: other requests are priced while this one's quote is written.

    ``keep``: what is kept with the quote, to be answered again; KeyTaken where another was first.
    """
    claims = NONE
    if request.codes:
        claims = await asyncio.to_thread(claims_of_request, shop, request, merchant, mode)
    check = await asyncio.to_thread(shop.check, request.identifier) if shop.checking else None
    for made in _attempts(
        shop, request, merchant=merchant, market=market, actor=actor, mode=mode,
        claims=claims, check=check,
    ):  # fmt: skip
        try:
            looked_at = made
            if made.entry.guard:
                looked_at = await asyncio.to_thread(_looked_at, shop, request, made, actor, claims)
            answer = keep(looked_at.answered) if keep else None
            await shop.ledger.add(looked_at.entry._replace(answer=answer))
        except AlreadyOpen as standing:
            again = await asyncio.to_thread(_standing, shop, standing.document)
            if keep:
                await shop.ledger.add(Entry(None, (), keep(again)))
            return again
        except (CodeTaken, Succeeds):
            continue
        return looked_at.answered
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
    claims = claims_of_request(shop, request, merchant, mode)
    check = shop.check(request.identifier)
    made = next(
        _attempts(
            shop, request, merchant=merchant, market=market, actor=actor, mode=mode,
            claims=claims, check=check,
        )
    )  # fmt: skip
    try:
        return _looked_at(shop, request, made, actor, claims)
    except AlreadyOpen as standing:
        again = _standing(shop, standing.document)
        return Issued(again.document, Entry(None, ()), again.standing)


class Claims(NamedTuple):
    """What the codes of a request stand for; ``refused``: why a new quote cannot have them, where
    an open one has."""

    found: frozenset[Claim] = frozenset()
    refused: UnknownCode | CodeSpent | None = None


NONE = Claims()


def claims_of_request(shop: Shop, request: QuoteRequest, merchant: str, mode: Mode) -> Claims:
    """What the request's codes stand for; UnknownCode or CodeSpent.

    What has become of a code since is nothing to the open quote that was asked with it.
    """
    if not request.codes:
        return NONE
    now = shop.clock()
    try:
        return Claims(claimed(shop, request.codes, merchant=merchant, day=shop.today(now), now=now))
    except (UnknownCode, CodeSpent) as refused:
        again = claims_again(shop, request, merchant=merchant, now=now)
        if again is None or mode is Mode.TEST:
            raise
        return Claims(again, refused)


def _looked_at(
    shop: Shop, request: QuoteRequest, made: Issued, actor: Actor, claims: Claims
) -> Issued:
    """The quote to write, which is under an open one's day and versions where there is one with
    the same answers; AlreadyOpen without a write, which a full disk would refuse."""
    try:
        looked_at = _noticed(shop, request, made)
    except Succeeds as first:
        quote, appraiser = successor(shop, made.document, first.document)
        looked_at = _noticed(shop, request, _issued(shop, request, quote, appraiser, actor))
    if claims.refused:
        raise claims.refused
    return looked_at


def _noticed(shop: Shop, request: QuoteRequest, made: Issued) -> Issued:
    """The quote with the others of its unit; AlreadyOpen, Succeeds."""
    stored, guard = made.entry.quote, made.entry.guard
    if stored is None or guard is None:
        return made
    digests = digests_of(shop, request)
    with reading(shop.engine) as connection:
        guard.look(connection)
        found = answered(connection, stored, now=shop.clock(), digests=digests)
    return made._replace(standing=found.standing)


def _standing(shop: Shop, document: Document) -> Answered:
    """An open quote with what holds now."""
    with reading(shop.engine) as connection:
        stored = QuoteStore(connection).get(str(document["id"]))
        return answered(connection, stored, now=shop.clock())


def _attempts(
    shop: Shop,
    request: QuoteRequest,
    *,
    merchant: str,
    market: str | None,
    actor: Actor,
    mode: Mode,
    claims: Claims,
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
            claims=claims.found,
            check=check,
        )
        shop.keep(appraiser.tables.values())
        yield _issued(shop, request, quote, appraiser, actor)


def _issued(
    shop: Shop, request: QuoteRequest, quote: Quote, appraiser: Appraiser, actor: Actor
) -> Issued:
    """The quote with everything that is written of it."""
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
    guard = guard_of(shop, request, stored, document)
    units = tuple(
        UnitDigest(stored.id, 0, each)
        for each in (digests_of(shop, request) if guard else ())
        if each != stored.unit_digest
    )
    return Issued(document, Entry(stored, events, guard=guard, units=units))


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
