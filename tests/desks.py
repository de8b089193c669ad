"""A desk over the tiny bundle, and quotes from it."""

from pathlib import Path
from typing import Any

from tests.factories import AS_OF
from tests.fakes import NOON
from valuation.catalogue import Lookup, load_catalogue
from valuation.catalogue.tac import TacTable
from valuation.domain.answers import CompletedAnswers
from valuation.domain.questions import BY_ID
from valuation.domain.quote import ENTROPY, Indicative, Offer, Quote
from valuation.domain.unit_keys import first_key
from valuation.price_model.champions import ModelStore
from valuation.price_model.model import load_price_model
from valuation.quotes.appraising import Appraiser
from valuation.quotes.quoting import Desk, QuoteRequest
from valuation.tables.book import load_book

RING = first_key(bytes(32))


def make_desk(models: Path, digest: str, *tables: Path) -> Desk:
    """A desk with a bundle of the models folder and the shipped tables, or those of folders."""
    model = load_price_model(ModelStore(models).bundle(digest))
    return Desk(model, Lookup(load_catalogue()), TacTable(), load_book(*tables), lambda: RING)


def quoted(
    desk: Desk, variant: str, answers: CompletedAnswers, *, lock: int = 0, **context: str
) -> Quote:
    """A quote of a variant with the answers that were given."""
    spoken = {question: BY_ID[question].value(level) for question, level in answers.given.items()}
    request = QuoteRequest(answers=spoken, device=variant, context=context, lock_days=lock)
    quote, _ = desk.quote(
        request, merchant="shop", now=NOON, as_of=AS_OF, entropy=bytes(range(ENTROPY))
    )
    return quote


def paid(quote: Quote) -> int:
    """What the quote pays at least, in minor units."""
    match quote.outcome:
        case Offer(amount):
            return amount
        case Indicative(low, _):
            return low
        case _:
            raise AssertionError(f"no offer: {quote.outcome}")


def documented(desk: Desk, quote: Quote) -> dict[str, Any]:
    """The quote's document under the desk's own tables."""
    return Appraiser(desk.model, desk.book.tables_of("shop", AS_OF)).document(quote)
