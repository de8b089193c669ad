"""A quote for somebody's eyes: its document, and what is told beside it of the device's way."""

import logging

from valuation.price_model.bundle import DamagedBundle, ForeignBundle
from valuation.quotes.disposing import disposal_document
from valuation.quotes.disposition_document import customers_disposition, told_disposition
from valuation.quotes.documents import Document, customer_view, merchant_view
from valuation.quotes.replaying import asked_of, versions_of
from valuation.shop import Shop
from valuation.tables.table import BrokenTable
from valuation.use_cases.place_view import Room, whole_view

logger = logging.getLogger(__name__)
REFERRAL = "referral"


def quote_view(
    shop: Shop, document: Document, *, room: Room | None, way: Document | None = None
) -> Document:
    """The merchant's view where there is a ``room`` of facilities, else the customer's.

    What is referred to a person has the ``way`` that one chose, else what its gates leave under the
    quote's own tables: a hazard is one whether or not anybody knows a price.
    """
    view = customer_view(document) if room is None else merchant_view(document)
    if document["outcome"] == REFERRAL:
        view["disposition"] = (
            _chosen({**document, "disposition": way}, customer=room is None)
            if way
            else _way(shop, document, customer=room is None)
        )
    return view if room is None else whole_view(shop, room, view, document)


def _chosen(document: Document, *, customer: bool) -> Document:
    """With the customer's sentence for both: nobody knows what the other routes are worth."""
    told = customers_disposition(document)
    if customer:
        return told
    said = {name: told[name] for name in ("sentence_en", "sentence_zh")}
    return {**told_disposition(document), **said}


def _way(shop: Shop, document: Document, *, customer: bool) -> object:
    """By the gates and what needs no price; None of what nobody recognised."""
    try:
        appraiser = shop.appraiser(versions_of(document))
        told = disposal_document(appraiser.quote(asked_of(document)), appraiser)
    except (BrokenTable, DamagedBundle, ForeignBundle) as error:
        # The quote stands without it; whoever replays it is told the same, as an error.
        logger.warning("the way of %s cannot be told: %s", document["id"], error)
        return None
    return told["customer" if customer else "disposition"]
