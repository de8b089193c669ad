"""The use case: several devices handed in together. Each is an ordinary quote with every promise
of one; the basket adds them up, with one purchase and one receipt. A line that fails says why and
sinks no other; what is written is written in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import Connection

from valuation.domain.extra_terms import Purchase
from valuation.domain.extras import Claim
from valuation.domain.happened import Kind
from valuation.domain.lifecycle import as_at
from valuation.domain.moves import Stage
from valuation.domain.people import Mode
from valuation.domain.quote import ENTROPY, quote_id, spoken_code
from valuation.domain.records import Actor
from valuation.price_model.model import PriceModel
from valuation.quotes.basket_document import LineNow, basket_asking, basket_document
from valuation.quotes.documents import Document, canonical, digest
from valuation.quotes.extra_lines import bonuses_of, claims_of, extras_document, purchase_of
from valuation.quotes.life_log import OPENED
from valuation.quotes.quoting import QuoteRequest
from valuation.shop import Shop
from valuation.storage.answers import KeptAnswer
from valuation.storage.baskets import BasketStore, StoredBasket
from valuation.storage.engine import reading
from valuation.storage.ledger import Entry
from valuation.storage.quotes import CodeTaken, QuoteStore
from valuation.tables.extra_readings import extra_terms
from valuation.use_cases.basket_codes import SaidForAll, said_for_all
from valuation.use_cases.basket_lines import Describe, InAnotherBasket, Malformed, Pricing
from valuation.use_cases.issuing import ATTEMPTS, EXHAUSTED, Issued
from valuation.use_cases.living import Held, held
from valuation.use_cases.looking_up import CODE
from valuation.use_cases.open_quotes import AlreadyOpen, Succeeds
from valuation.use_cases.standing import answered

NONE: Mapping[int, Malformed] = {}


class NothingQuoted(ValueError):
    """Every line failed, so there is no basket; ``problems``: of each line, in their order."""

    def __init__(self, problems: Sequence[Document]) -> None:
        super().__init__("no line could be quoted, and nothing was stored")
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketRequest:
    """What a till asks. ``codes``: words that hold for every line or for the purchase, and
    single-use codes of bonuses, each of which goes to one line (``basket_codes``)."""

    lines: Sequence[QuoteRequest | Malformed]
    purchase: Purchase | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Basket:
    """A basket's document; by id the documents of its quotes, and what holds besides of those of
    which something does; and where each line stands that has a quote."""

    document: Document
    quotes: Mapping[str, Document]
    standings: Mapping[str, Document]
    lines: tuple[LineNow, ...]


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

    A quote is in one basket. The same basket of open quotes is the one that they are in; in another
    one a line whose quote is in a basket fails.
    ``describe``: the problem of a line's error. Errors: NothingQuoted, SingleUseCoupon,
    TooManyCodes, UnknownCode, CodeSpent and PurchaseRefused of the basket itself, those of
    ``Shop.model`` and of the database.
    """
    model = shop.model(market)
    pricing = Pricing(shop, merchant, market, actor, mode, describe)
    for _ in range(ATTEMPTS):
        now = shop.clock()
        said = said_for_all(shop, request.codes, merchant=merchant, now=now)
        made = pricing.lines(request.lines, said)
        issued = [line for line in made if isinstance(line, Issued)]
        if not issued:
            raise NothingQuoted([line for line in made if not isinstance(line, Issued)])
        basket, stored = _basket(shop, request, said, made, model, merchant, mode, now)
        entries = [line.entry for line in issued if line.entry.quote]
        try:
            inside = _inside(shop, stored, entries)
            if not inside:
                answer = keep(basket) if keep else None
                shop.ledger.write(*entries, Entry(None, (), answer, basket=stored))
                return basket
        except (CodeTaken, AlreadyOpen, Succeeds):
            # Another's code, or somebody quoted one of the units, or put its quote into a basket,
            # meanwhile: look again.
            continue
        failed = _failed(stored, inside, describe)
        if again := _again(shop, stored, inside, failed):
            if keep:
                shop.ledger.write(Entry(None, (), keep(again)))
            return again
        # The other lines, among which the codes are placed anew.
        lines = [failed.get(at, line) for at, line in enumerate(request.lines)]
        request = replace(request, lines=lines)
    raise CodeTaken(EXHAUSTED)


def _inside(shop: Shop, made: StoredBasket, entries: Sequence[Entry]) -> Mapping[str, str]:
    """By their ids the codes of the baskets that quotes of a basket to write are in already.

    AlreadyOpen or Succeeds where there are any and a line was priced before their units were open.
    """
    with reading(shop.engine) as connection:
        told = [line["quote"] for line in made.lines if "quote" in line]
        inside = BasketStore(connection).of_quotes(told)
        for entry in entries if inside else ():
            if entry.guard:
                entry.guard.look(connection)
    return inside


def _again(
    shop: Shop, made: StoredBasket, inside: Mapping[str, str], failed: Mapping[int, Malformed]
) -> Basket | None:
    """The basket that was asked for before, among those that the quotes of this one are in."""
    for code in sorted({*inside.values()}):
        again, first = find_basket(shop, code, merchant=made.merchant, mode=made.mode)
        others = {
            at: each for at, each in failed.items() if inside[made.lines[at]["quote"]] != code
        }
        if _asked(first) == _asked(made, others):
            return again
    return None


def _asked(basket: StoredBasket, failed: Mapping[int, Malformed] = NONE) -> object:
    """By which two baskets are the same: quotes hold what was said of each device. ``failed``:
    what some lines are instead."""
    document = orjson.loads(basket.document)
    lines = [
        {"position": at, "problem": failed[at].problem} if at in failed else line
        for at, line in enumerate(document["lines"])
    ]
    return lines, purchase_of(document), claims_of(document)


def _failed(
    made: StoredBasket, inside: Mapping[str, str], describe: Describe
) -> Mapping[int, Malformed]:
    """By its position the problem of each line whose quote is in a basket."""
    return {
        at: Malformed(describe(InAnotherBasket(line["code"], inside[line["quote"]])))
        for at, line in enumerate(made.lines)
        if line.get("quote") in inside
    }


def find_basket(
    shop: Shop, reference: str, *, merchant: str, mode: Mode | None = Mode.LIVE
) -> tuple[Basket, StoredBasket]:
    """A merchant's basket by id or code, its quotes as they were issued and where they stand now,
    and its row; BasketNotFound."""
    with reading(shop.engine) as connection:
        store = QuoteStore(connection)
        stored = stored_basket(connection, reference, merchant=merchant, mode=mode)
        document = orjson.loads(stored.document)
        told = [line for line in document["lines"] if "quote" in line]
        found = {
            each["quote"]: answered(connection, store.get(each["quote"]), now=shop.clock())
            for each in told
        }
    lives = {each: held(shop, each, merchant=merchant, mode=stored.mode) for each in found}
    lines = tuple(
        _line_now(lives[each["quote"]], each["position"], now=shop.clock()) for each in told
    )
    quotes = {each: now.document for each, now in found.items()}
    standings = {each: now.standing for each, now in found.items() if now.standing}
    return Basket(document, quotes, standings, lines), stored


def stored_basket(
    connection: Connection, reference: str, *, merchant: str | None, mode: Mode | None
) -> StoredBasket:
    """The row of a merchant's basket by id or code; BasketNotFound for another's or mode's too.

    ``mode``: of the key that asks; None where either will do. ``merchant`` None: whoever's.
    """
    code = CODE.fullmatch(reference.strip().upper())
    named = "-".join(code.groups()) if code else reference
    return BasketStore(connection).get(named, merchant=merchant, mode=mode)


def _line_now(held: Held, position: int, *, now: datetime) -> LineNow:
    life = as_at(life=held.life, now=now)
    came = life.last(Kind(life.stage.value))
    return LineNow(
        position=position,
        stage=life.stage,
        amount=0 if life.gift else life.amount,
        bonuses=bonuses_of(held.extras),
        since=came.at if came else held.stored.issued_at,
        given=life.gift is not None,
        overridden=life.overridden > 0,
    )


def _basket(
    shop: Shop,
    request: BasketRequest,
    said: SaidForAll,
    made: Sequence[Issued | Document],
    model: PriceModel,
    merchant: str,
    mode: Mode,
    now: datetime,
) -> tuple[Basket, StoredBasket]:
    day, entropy = shop.today(now), shop.entropy(ENTROPY)
    tables = shop.book.beside(day)
    shop.keep(tables.values())
    asking = basket_asking(
        day=day, market=model.market, merchant=merchant, purchase=request.purchase,
        claims=frozenset(map(Claim, said.coupons)),
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
    issued = {at: each for at, each in enumerate(made) if isinstance(each, Issued)}
    quotes = {str(each.document["id"]): each for each in issued.values()}
    return Basket(
        document,
        {each: line.document for each, line in quotes.items()},
        {each: line.standing for each, line in quotes.items() if line.standing},
        tuple(_line_new(each, at, now) for at, each in issued.items()),
    ), stored


def _line_new(line: Issued, position: int, now: datetime) -> LineNow:
    """Of a quote that is made just now, or that is open still."""
    document: Mapping[str, Any] = line.document
    amount = (line.standing or {}).get("amount") or document["offer"]
    return LineNow(
        position=position,
        stage=Stage(OPENED[document["outcome"]].value),
        amount=cast(Mapping[str, int], amount)["amount"] if amount else None,
        bonuses=bonuses_of(document.get("extras")),
        since=now,
    )
