"""The use case: a signed receipt of a quote or of what happened to it since."""

from collections.abc import Collection
from datetime import datetime
from typing import cast

from valuation.domain import happened
from valuation.domain.giving import Given
from valuation.domain.life import Life
from valuation.domain.lifecycle import fold
from valuation.quotes.basket_document import basket_body, settlement_body
from valuation.quotes.documents import Document
from valuation.quotes.life_log import happened_of, told_of
from valuation.quotes.trail_document import trail_document
from valuation.receipts.envelope import Envelope
from valuation.receipts.key_folder import open_signer
from valuation.receipts.receipt import Kind
from valuation.receipts.signing import SEED, Signer, issue, quote_receipt
from valuation.receipts.steps import step_body
from valuation.shop import Shop
from valuation.storage.baskets import BasketStore, StoredBasket
from valuation.storage.engine import reading
from valuation.use_cases.baskets import Basket
from valuation.use_cases.claiming import extras_at
from valuation.use_cases.giving import gates_of_gift
from valuation.use_cases.living import Held

# The event that each receipt is of, the latest of them where several count.
OF = {
    Kind.ACCEPTANCE: (happened.Kind.ACCEPTED, happened.Kind.COUNTER_ACCEPTED),
    Kind.COUNTER_OFFER: (happened.Kind.COUNTER_OFFERED,),
    Kind.SETTLEMENT: (happened.Kind.SETTLED,),
}
ASK_QUOTE = (
    "ask for the acceptance (of=acceptance) once it is accepted; the life has the amount now"
)
ASK_BASKET = (
    "ask for the settlement (of=settlement) once all have ended; the standing has the sum now"
)


class NothingToReceipt(LookupError):
    """What the receipt would be of has not happened, or another receipt is of it."""


class Overridden(LookupError):
    """The receipt would sign the amount as it was issued, and a person named another since."""


def receipt(shop: Shop, held: Held, kind: Kind) -> Envelope:
    """The receipt, the same bytes whenever it is asked for; NothingToReceipt, Overridden,
    ReceiptRefused, KeyRingDamaged or KeyRingBusy.

    A settlement of a quote that is in a basket names it: its receipt is of the same money.
    """
    signer = open_signer(shop.settings.receipt_keys, now=shop.clock(), seed=shop.entropy(SEED))
    if kind is Kind.QUOTE:
        if held.life.overridden or held.life.appraised:
            raise Overridden(f"a person named the amount since the quote was issued: {ASK_QUOTE}")
        return quote_receipt(held.document, signer=signer)
    if kind is Kind.DONATION:
        return _trail(held, signer)
    place, life = _at(held, kind)
    told = [each for event in held.events[: place + 1] if (each := told_of(event))]
    source = cast(Document, told[-1]["quote"]) if told else held.document
    gift = None if kind is Kind.COUNTER_OFFER else life.gift  # to be said again with an answer
    of_device = gift is not None and gift.what is Given.DEVICE
    body = step_body(
        source,
        amount=life.amount or 0,
        found=next((each for each in reversed(told) if "agreed" in each), None),
        until=life.deadline if kind is Kind.COUNTER_OFFER else None,
        extras=extras_at(shop, source, life.amount),
        gift=gift,
        conditions=gates_of_gift(shop, source) if of_device else (),
    )
    if kind is Kind.SETTLEMENT and (own := _baskets(shop, [held.stored.id])):
        body = {**body, "basket": own[held.stored.id]}
    moment: datetime = held.events[place].at
    return issue(body, kind=kind, issued_at=moment, quote_digest=held.stored.digest, signer=signer)


def _trail(held: Held, signer: Signer) -> Envelope:
    """A donation's trail as far as it has come: another step makes another."""
    if held.life.gift is None:
        raise NothingToReceipt("nothing was given with this quote")
    body = trail_document(held.document, held.settling, held.life, held.life.events)
    moment = held.events[-1].at
    return issue(body, kind=Kind.DONATION, issued_at=moment, quote_digest=None, signer=signer)


def basket_receipt(shop: Shop, basket: Basket, stored: StoredBasket, kind: Kind) -> Envelope:
    """One receipt of all devices of a basket: of its offers, or of what was paid once each line has
    ended, the same bytes as long as nothing is taken back. NothingToReceipt, Overridden,
    ReceiptRefused, KeyRingDamaged or KeyRingBusy."""
    body, moment = basket_body(basket.document), stored.issued_at
    moved = [str(line.position + 1) for line in basket.lines if line.overridden]
    if kind is Kind.BASKET and moved:
        told = ", ".join(moved)
        raise Overridden(f"the amount of line {told} was overridden since: {ASK_BASKET}")
    if kind is Kind.BASKET_SETTLEMENT:
        going = [line for line in basket.lines if not line.ended]
        if going:
            told = ", ".join(f"{line.position + 1} is {line.stage.value}" for line in going)
            raise NothingToReceipt(f"not every line of the basket has ended: {told}")
        if not basket.lines:
            raise NothingToReceipt("no line of the basket has a quote")
        if others := {*_baskets(shop, basket.quotes).values()} - {stored.code}:
            # Made before a quote was in one basket alone.
            told = ", ".join(sorted(others))
            raise NothingToReceipt(f"its quotes are in basket {told} too: ask for that one's")
        body = settlement_body(basket.document, basket.lines)
        moment = max(line.since for line in basket.lines)
    signer = open_signer(shop.settings.receipt_keys, now=shop.clock(), seed=shop.entropy(SEED))
    return issue(body, kind=kind, issued_at=moment, quote_digest=stored.digest, signer=signer)


def _baskets(shop: Shop, quotes: Collection[str]) -> dict[str, str]:
    with reading(shop.engine) as connection:
        return BasketStore(connection).of_quotes(quotes)


def _at(held: Held, kind: Kind) -> tuple[int, Life]:
    """Where the receipt's event stands, and the life as it was then."""
    places = [place for place, event in enumerate(held.events) if event.kind in OF.get(kind, ())]
    if not places:
        raise NothingToReceipt(f"there has been no {kind.value} of this quote yet")
    events = [happened_of(event, held.document) for event in held.events[: places[-1] + 1]]
    return places[-1], fold(events=events)
