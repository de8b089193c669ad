"""The use case: a signed receipt of a quote or of what happened to it since."""

from datetime import datetime
from typing import cast

import orjson

from valuation.domain import happened
from valuation.domain.lifecycle import Life, fold
from valuation.quotes.basket_document import basket_body
from valuation.quotes.documents import Document
from valuation.quotes.life_log import happened_of, told_of
from valuation.receipts.envelope import Envelope
from valuation.receipts.key_folder import open_signer
from valuation.receipts.receipt import Kind
from valuation.receipts.signing import SEED, issue, quote_receipt
from valuation.receipts.steps import step_body
from valuation.shop import Shop
from valuation.storage.baskets import StoredBasket
from valuation.use_cases.claiming import extras_at
from valuation.use_cases.living import Held

# The event that each receipt is of, the latest of them where several count.
OF = {
    Kind.ACCEPTANCE: (happened.Kind.ACCEPTED, happened.Kind.COUNTER_ACCEPTED),
    Kind.COUNTER_OFFER: (happened.Kind.COUNTER_OFFERED,),
    Kind.SETTLEMENT: (happened.Kind.SETTLED,),
}


class NothingToReceipt(LookupError):
    """What the receipt would be of has not happened."""


def receipt(shop: Shop, held: Held, kind: Kind) -> Envelope:
    """The receipt, the same bytes whenever it is asked for; NothingToReceipt, ReceiptRefused,
    KeyRingDamaged or KeyRingBusy."""
    signer = open_signer(shop.settings.receipt_keys, now=shop.clock(), seed=shop.entropy(SEED))
    if kind is Kind.QUOTE:
        return quote_receipt(held.document, signer=signer)
    place, life = _at(held, kind)
    told = [each for event in held.events[: place + 1] if (each := told_of(event))]
    source = cast(Document, told[-1]["quote"]) if told else held.document
    body = step_body(
        held.document,
        amount=life.amount or 0,
        found=told[-1] if told else None,
        until=life.deadline if kind is Kind.COUNTER_OFFER else None,
        extras=extras_at(shop, source, life.amount),
    )
    moment: datetime = held.events[place].at
    return issue(body, kind=kind, issued_at=moment, quote_digest=held.stored.digest, signer=signer)


def basket_receipt(shop: Shop, stored: StoredBasket) -> Envelope:
    """One receipt of all devices of a basket; ReceiptRefused, KeyRingDamaged or KeyRingBusy."""
    signer = open_signer(shop.settings.receipt_keys, now=shop.clock(), seed=shop.entropy(SEED))
    return issue(
        basket_body(orjson.loads(stored.document)),
        kind=Kind.BASKET,
        issued_at=stored.issued_at,
        quote_digest=stored.digest,
        signer=signer,
    )


def _at(held: Held, kind: Kind) -> tuple[int, Life]:
    """Where the receipt's event stands, and the life as it was then."""
    places = [place for place, event in enumerate(held.events) if event.kind in OF.get(kind, ())]
    if not places:
        raise NothingToReceipt(f"there has been no {kind.value} of this quote yet")
    events = [happened_of(event, held.document) for event in held.events[: places[-1] + 1]]
    return places[-1], fold(events=events)
