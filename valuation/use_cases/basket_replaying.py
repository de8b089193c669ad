"""The use case: a stored basket made again, its quotes first and then what it makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import orjson

from valuation.domain.people import Mode
from valuation.quotes.replaying import Replay, basket_replayed, replayed
from valuation.shop import Shop
from valuation.storage.baskets import StoredBasket
from valuation.storage.engine import reading
from valuation.storage.quotes import QuoteStore, StoredQuote
from valuation.use_cases.baskets import stored_basket


@dataclass(frozen=True, slots=True)
class BasketReplay:
    """Whether a basket and each of its quotes were made again to the byte."""

    stored: StoredBasket
    own: Replay
    quotes: Mapping[str, tuple[StoredQuote, Replay]]

    @property
    def same(self) -> bool:
        """Whether all of them were."""
        return self.own.same and all(made.same for _, made in self.quotes.values())


def replay_basket(
    shop: Shop, reference: str, *, merchant: str | None, mode: Mode | None
) -> BasketReplay:
    """The basket from its quotes' inputs, every table hashed again; BasketNotFound, CannotReplay
    and the errors of ``Shop.appraiser``. ``merchant``, ``mode`` None: whoever's, whatever key's."""
    with reading(shop.engine) as connection:
        stored = stored_basket(connection, reference, merchant=merchant, mode=mode)
        store = QuoteStore(connection)
        told = orjson.loads(stored.document)["lines"]
        quotes = {line["quote"]: store.get(line["quote"]) for line in told if "quote" in line}
    again = partial(shop.appraiser, anew=True)
    made = {id_: (row, replayed(row.document, again)) for id_, row in quotes.items()}
    documents = {id_: each.document for id_, (_, each) in made.items()}
    # An archived table that is read is hashed.
    return BasketReplay(
        stored, basket_replayed(stored.document, documents, shop.archive.table), made
    )
