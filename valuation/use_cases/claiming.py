"""Codes that customers say: which campaigns they stand for, who holds them, what they give now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

import orjson
from sqlalchemy import Connection

from valuation.domain.extra_terms import Needs
from valuation.domain.extras import Claim
from valuation.domain.happened import Kind
from valuation.domain.life import Life
from valuation.domain.lifecycle import as_at, fold
from valuation.domain.market import Market
from valuation.domain.moves import Stage
from valuation.domain.tokens import code_digest
from valuation.quotes.appraising import asking_of
from valuation.quotes.documents import Document
from valuation.quotes.extra_lines import claims_of, extras_document
from valuation.quotes.life_log import happened_of
from valuation.quotes.replaying import asked_of, versions_of
from valuation.shop import Shop
from valuation.storage.codes import CodeMove, CodeStore, Fate, StoredCode
from valuation.storage.engine import reading
from valuation.storage.quotes import QuoteStore
from valuation.tables.book import BESIDE
from valuation.tables.extra_readings import extra_terms


class UnknownCode(ValueError):
    """No campaign has this word or code; ``place`` among those given, from 0."""

    def __init__(self, place: int) -> None:
        super().__init__("no campaign has this word or code")
        self.place = place


class CodeSpent(ValueError):
    """The code was used, or another accepted quote holds it; ``place`` among those given."""

    def __init__(self, place: int) -> None:
        super().__init__("this code was used, or another accepted quote holds it")
        self.place = place


def claimed(
    shop: Shop, codes: Sequence[str], *, merchant: str, day: date, now: datetime
) -> frozenset[Claim]:
    """What the codes stand for, in whatever order they are given; UnknownCode, also for those of
    another merchant's campaign, or CodeSpent.

    Of two codes of one campaign one is taken: a campaign gives once.
    """
    campaigns = extra_terms(shop.book.beside(day)).campaigns
    others = {each.id for each in campaigns if each.merchant not in ("", merchant)}
    words = {each.id: Claim(each.id) for each in campaigns if each.needs is Needs.WORD}
    with reading(shop.engine) as connection:
        stored = CodeStore(connection).of([code_digest(code) for code in codes])
        found: dict[str, Claim] = {}
        for place, code in enumerate(codes):
            claim = words.get(code.strip().lower())
            if claim is None:
                claim = _by_code(connection, stored, code, place, now)
            if claim.campaign in others:
                raise UnknownCode(place)
            found[claim.campaign] = min(claim, found.get(claim.campaign, claim), key=_digest)
    return frozenset(found.values())


def code_moves(
    shop: Shop,
    document: Document,
    *,
    quote: str,
    life: Life,
    extras: Document | None,
    now: datetime,
) -> tuple[CodeMove, ...]:
    """What a step does to the quote's codes, ``extras`` being those after it.

    Held from acceptance on, used by the settlement if their campaign gave anything, free again
    where the sale is off.
    """
    codes = {claim.code: claim.campaign for claim in claims_of(document) if claim.code}
    if not codes or life.last(Kind.ACCEPTED) is None:
        return ()
    if life.stage is Stage.SETTLED:
        lines = cast(Sequence[Mapping[str, object]], (extras or {}).get("lines", ()))
        gave = {line["id"] for line in lines}
        fates = {code: Fate.USED if name in gave else Fate.FREE for code, name in codes.items()}
    else:
        fates = dict.fromkeys(codes, Fate.HELD if life.accepted else Fate.FREE)
    with reading(shop.engine) as connection:
        ended = _ended(connection, list(codes), now)
    return tuple(CodeMove(code, quote, fate, now, ended.get(code)) for code, fate in fates.items())


def extras_at(shop: Shop, document: Mapping[str, Any], amount: int | None) -> Document | None:
    """What stands beside a quote whose amount people may have moved, under its own tables; None
    where nothing stands beside it. BrokenTable where one of them was changed or is gone.

    The lines are those of the computed offer, so that an override moves exactly itself; what is
    left to pay counts with the ``amount``.
    """
    if "extras" not in document:
        return None
    named = versions_of(document).tables
    terms = extra_terms({each: shop.archive.table(named[each]) for each in BESIDE})
    market = Market.from_slug(str(document["market"]))
    offer = document["offer"] and document["offer"]["amount"]
    extras = terms.extras(asking_of(asked_of(document), market=market), offer=offer)
    return extras_document(replace(extras, offer=amount), market.currency)


def _by_code(
    connection: Connection, stored: Mapping[str, StoredCode], code: str, place: int, now: datetime
) -> Claim:
    digest = code_digest(code)
    if digest not in stored:
        raise UnknownCode(place)
    holder = stored[digest].holder
    if stored[digest].used_at or (holder and not _is_over(connection, holder, now)):
        raise CodeSpent(place)
    return Claim(stored[digest].campaign, digest)


def _ended(connection: Connection, codes: Sequence[str], now: datetime) -> dict[str, str]:
    """By code, its holder whose quote time or people have ended without a word to the codes."""
    held = {code: row.holder for code, row in CodeStore(connection).of(codes).items()}
    return {code: who for code, who in held.items() if who and _is_over(connection, who, now)}


def _is_over(connection: Connection, quote: str, now: datetime) -> bool:
    store = QuoteStore(connection)
    document = orjson.loads(store.get(quote).document)
    life = fold(events=[happened_of(event, document) for event in store.events(quote)])
    return not as_at(life=life, now=now).accepted


def _digest(claim: Claim) -> str:
    return claim.code or ""
