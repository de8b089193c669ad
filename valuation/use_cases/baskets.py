"""The use case: several devices handed in together. Each is an ordinary quote with every promise
of one; the basket adds them up, with one purchase and one receipt. A line that fails says why and
sinks no other; what is written is written in one transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from valuation.catalogue.identity import NotAnIdentifier
from valuation.domain.answers import ImpossibleAnswers
from valuation.domain.extra_terms import Kind, Purchase
from valuation.domain.extras import Asking, Claim
from valuation.domain.people import Mode
from valuation.domain.questions import UnknownAnswer, UnknownQuestion
from valuation.domain.quote import ENTROPY, UnknownLock, quote_id, spoken_code
from valuation.domain.records import Actor
from valuation.price_model.model import PriceModel, UnknownContext
from valuation.quotes.basket_document import basket_document
from valuation.quotes.documents import Document, canonical, digest
from valuation.quotes.extra_lines import claims_of, extras_document
from valuation.quotes.quoting import AmbiguousDevice, DeviceNeeded, QuoteRequest
from valuation.shop import Shop
from valuation.storage.answers import KeptAnswer
from valuation.storage.baskets import BasketStore, StoredBasket
from valuation.storage.engine import reading
from valuation.storage.ledger import Entry
from valuation.storage.quotes import CodeTaken, QuoteStore
from valuation.tables.extra_readings import extra_terms
from valuation.use_cases.claiming import CodeSpent, UnknownCode, claimed
from valuation.use_cases.issuing import ATTEMPTS, EXHAUSTED, AlreadyOpen, Issued, attempt

MOST_LINES = 20


class SameUnit(ValueError):
    """An earlier line of the basket is about the same unit."""


class LineCode(ValueError):
    """A single-use code belongs to a line: a basket has no life that could hold it."""


# What is wrong with one line alone; everything else ends the basket.
LINE_ERRORS = (
    UnknownQuestion, UnknownAnswer, ImpossibleAnswers, UnknownContext, AmbiguousDevice,
    DeviceNeeded, NotAnIdentifier, UnknownLock, UnknownCode, CodeSpent, SameUnit,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that could not be read, with what is wrong with it."""

    problem: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketRequest:
    """What a till asks. ``codes``: words that hold for every line and for the purchase."""

    lines: Sequence[QuoteRequest | Malformed]
    purchase: Purchase | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Basket:
    """A basket's document, and the documents of its quotes by id."""

    document: Document
    quotes: Mapping[str, Document]


Describe = Callable[[Exception], Document]
Keep = Callable[[Basket], KeptAnswer]


def issue_basket(
    shop: Shop,
    request: BasketRequest,
    *,
    merchant: str,
    market: str | None,
    actor: Actor,
    describe: Describe,
    mode: Mode = Mode.LIVE,
    keep: Keep | None = None,
) -> Basket:
    """Price every line, then write all quotes and the basket together.

    ``describe``: the problem of a line's error. Errors: LineCode, UnknownCode and PurchaseRefused
    of the basket itself, those of ``Shop.model`` and the database.
    """
    model = shop.model(market)
    for _ in range(ATTEMPTS):
        now = shop.clock()
        made = list(_lines(shop, request, merchant, market, actor, mode, describe))
        issued = [line for line in made if isinstance(line, Issued)]
        basket, stored = _basket(shop, request, made, model, merchant, mode, now)
        entries = [line.entry for line in issued if line.entry.quote]
        answer = keep(basket) if keep else None
        try:
            shop.ledger.write(*entries, Entry(None, (), answer, basket=stored))
        except (CodeTaken, AlreadyOpen):
            continue  # another's code, or somebody quoted one of the units meanwhile: look again
        return basket
    raise CodeTaken(EXHAUSTED)


def find_basket(shop: Shop, reference: str, *, merchant: str, mode: Mode) -> Basket:
    """A merchant's basket by id or code, its quotes as they were issued; BasketNotFound."""
    return stored_basket(shop, reference, merchant=merchant, mode=mode)[0]


def stored_basket(
    shop: Shop, reference: str, *, merchant: str, mode: Mode
) -> tuple[Basket, StoredBasket]:
    """The same with its row."""
    with reading(shop.engine) as connection:
        stored = BasketStore(connection).get(reference, merchant=merchant, mode=mode)
        document = orjson.loads(stored.document)
        ids = [line["quote"] for line in document["lines"] if "quote" in line]
        store = QuoteStore(connection)
        quotes = {each: orjson.loads(store.get(each).document) for each in ids}
    return Basket(document, quotes), stored


def _lines(
    shop: Shop,
    request: BasketRequest,
    merchant: str,
    market: str | None,
    actor: Actor,
    mode: Mode,
    describe: Describe,
) -> Iterator[Issued | Document]:
    """Each line as a quote or as its problem."""
    words = _words(shop, request, Kind.BONUS)
    units, codes = set[str](), set[Claim]()
    for line in request.lines:
        if isinstance(line, Malformed):
            yield line.problem
            continue
        asked = replace(line, codes=(*line.codes, *words), purchase=None)
        try:
            made = attempt(shop, asked, merchant=merchant, market=market, actor=actor, mode=mode)
            _check_once(made, line, units, codes)
        except LINE_ERRORS as error:
            yield describe(error)
        else:
            yield made


def _check_once(made: Issued, line: QuoteRequest, units: set[str], codes: set[Claim]) -> None:
    """SameUnit or CodeSpent for what an earlier line has already; else it is noted."""
    device = made.document["device"]
    unit = device["unit"] and device["unit"]["digest"]  # type: ignore[index]  # JSON
    if unit in units:
        raise SameUnit("an earlier line of the basket is about the same unit")
    secret = {claim for claim in claims_of(made.document) if claim.code}
    if secret & codes:
        raise CodeSpent(len(line.codes) - 1)
    units |= {unit} if unit else set()
    codes |= secret


def _words(shop: Shop, request: BasketRequest, kind: Kind) -> list[str]:
    """The basket's words for campaigns of a kind; LineCode, UnknownCode."""
    now = shop.clock()
    day = shop.today(now)
    claims = claimed(shop, request.codes, day=day, now=now) if request.codes else frozenset()
    if any(claim.code for claim in claims):
        raise LineCode("a single-use code belongs to one of the lines")
    campaigns = extra_terms(shop.book.beside(day)).campaigns
    named = {claim.campaign for claim in claims}
    return [each.id for each in campaigns if each.kind is kind and each.id in named]


def _basket(
    shop: Shop,
    request: BasketRequest,
    made: Sequence[Issued | Document],
    model: PriceModel,
    merchant: str,
    mode: Mode,
    now: datetime,
) -> tuple[Basket, StoredBasket]:
    day, entropy = shop.today(now), shop.entropy(ENTROPY)
    tables = shop.book.beside(day)
    shop.keep(tables.values())
    asking = Asking(
        day=day, data=model.market.provenance.value, country=model.market.country,
        currency=model.market.currency, brand=None, category=None, channel=None,
        purchase=request.purchase,
        claims=frozenset(map(Claim, _words(shop, request, Kind.COUPON))),
    )  # fmt: skip
    beside = extras_document(extra_terms(tables).extras(asking, offer=None), asking.currency)
    lines = [each.document if isinstance(each, Issued) else {"problem": each} for each in made]
    document = basket_document(
        id=quote_id(issued_at=now, entropy=entropy).replace("qt_", "bk_"),
        code=spoken_code(entropy),
        merchant=merchant,
        mode=mode,
        market=model.market,
        issued_at=now,
        as_of=day,
        lines=lines,
        beside=beside,
        tables={name: table.digest for name, table in sorted(tables.items())},
    )
    data = canonical(document)
    stored = StoredBasket(
        str(document["id"]), str(document["code"]), merchant, mode, now, data, digest(data)
    )
    quotes = {str(e.document["id"]): e.document for e in made if isinstance(e, Issued)}
    return Basket(document, quotes), stored
