"""Find a stored quote by what people say of it: its id or its spoken code."""

import re

import orjson
from sqlalchemy import Connection

from valuation.domain.people import Mode
from valuation.quotes.documents import Document
from valuation.shop import Shop
from valuation.storage.engine import reading
from valuation.storage.quotes import QuoteNotFound, QuoteStore, StoredQuote
from valuation.use_cases.standing import Answered, answered

ID = re.compile(r"qt_[0-9a-v]{26}")
CODE = re.compile(r"([2-9A-HJKMNP-TV-Z]{3})-?([2-9A-HJKMNP-TV-Z]{4})")


def find_now(
    shop: Shop, reference: str, *, merchant: str, mode: Mode | None = Mode.LIVE
) -> Answered:
    """A merchant's quote by id or code with what holds now; QuoteNotFound for another's too."""
    with reading(shop.engine) as connection:
        stored = stored_quote(connection, reference, merchant=merchant, mode=mode)
        return answered(connection, stored, now=shop.clock())


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
