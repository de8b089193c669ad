"""The use case: a device that is quoted again while a quote of it is open.

The same request is that quote again. The same answers with something else beside them are a new
quote under the open one's day and versions, valid as long as it would have been with it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import cast

import orjson
from sqlalchemy import Connection

from valuation.catalogue.identity import parse_identifier
from valuation.domain.extras import Claim
from valuation.domain.life import Life
from valuation.domain.lifecycle import as_at, fold
from valuation.domain.moves import Stage
from valuation.domain.people import Mode
from valuation.domain.pricing import KNOWN_RULES
from valuation.domain.quote import Pin, Quote, held_until
from valuation.domain.tokens import code_digest
from valuation.quotes.appraising import Appraiser
from valuation.quotes.check_document import counted_answers
from valuation.quotes.documents import Document
from valuation.quotes.extra_lines import claims_of, purchase_of
from valuation.quotes.life_log import happened_of
from valuation.quotes.quoting import QuoteRequest
from valuation.quotes.replaying import asked_of, pin_of, versions_of
from valuation.shop import Shop
from valuation.storage.engine import reading
from valuation.storage.ledger import Guard
from valuation.storage.quotes import QuoteStore, StoredQuote, Taken
from valuation.tables.book import BESIDE

SAME = ("market", "context", "lock_days")


class AlreadyOpen(Taken):
    """The merchant has an open quote of the same unit with the same inputs: its document."""

    def __init__(self, document: Document) -> None:
        super().__init__(f"{document['id']} is still open")
        self.document = document


class Succeeds(Taken):
    """The merchant has an open quote of the same unit with the same answers: its document."""

    def __init__(self, document: Document) -> None:
        super().__init__(f"{document['id']} is still open, and its day and versions hold")
        self.document = document


class OpenOverridden(Taken):
    """A person named another amount for the merchant's open quote of the same answers: a new quote
    beside it would be of the amount before."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"a person named another amount for the open quote {code} of this device: go on with "
            "it, or decline or withdraw it and ask again"
        )


def guard_of(
    shop: Shop, request: QuoteRequest, new: StoredQuote, document: Document
) -> Guard | None:
    """Of two that quote one unit at once the second gets the first's; a test quote pins nothing."""
    digests = digests_of(shop, request)
    if not digests or new.mode is Mode.TEST:
        return None
    names = tuple(f"{new.merchant}/{digest}" for digest in digests)
    return Guard(names, partial(_look, shop=shop, digests=digests, new=new, made=document))


def digests_of(shop: Shop, request: QuoteRequest) -> tuple[str, ...]:
    """By which the unit that is quoted is known, today's key first; none where none is named."""
    if request.identifier is None:
        return ()
    return shop.unit_keys().digests(parse_identifier(request.identifier).value)


def claims_again(
    shop: Shop, request: QuoteRequest, *, merchant: str, now: datetime
) -> frozenset[Claim] | None:
    """What the codes of the request stood for in the merchant's valid quote of the unit that was
    asked with the same ones; None where there is none."""
    digests = digests_of(shop, request)
    if not digests:
        return None
    with reading(shop.engine) as connection:
        valid = QuoteStore(connection).of_unit(digests, merchant=merchant, now=now)
    each = (claims_of(orjson.loads(stored.document)) for stored in valid)
    return next((claims for claims in each if _stands_for(claims, request.codes)), None)


def _stands_for(claims: Collection[Claim], given: Sequence[str]) -> bool:
    """Whether the words and codes are those of the claims; of two codes of a campaign one is."""
    words = {claim.campaign for claim in claims if claim.code is None}
    codes = {claim.code for claim in claims if claim.code is not None}
    spelled = (code.strip().lower() for code in given)
    asked = {
        word if word in words else code_digest(code)
        for word, code in zip(spelled, given, strict=True)
    }
    return asked == words | codes


def successor(shop: Shop, made: Document, first: Document) -> tuple[Quote, Appraiser]:
    """What was asked, priced as the open quote was; errors as of ``Shop.appraiser``."""
    new, old, versions = asked_of(made), asked_of(first), versions_of(first)
    asked = replace(
        new,
        as_of=old.as_of,
        subject=replace(new.subject, device=old.subject.device, name_zh=old.subject.name_zh),
        pin=_pin(first),
        rules=versions.rules,
    )
    priced = {name: digest for name, digest in versions.tables.items() if name not in BESIDE}
    beside = {name: digest for name, digest in versions.tables.items() if name in BESIDE}
    if not beside:
        tables = shop.book.beside(old.as_of)
        shop.keep(tables.values())
        beside = {name: table.digest for name, table in tables.items()}
    appraiser = shop.appraiser(replace(versions, tables=priced | beside))
    appraiser.model.check_context(asked.context)
    if not appraiser.has_extras(asked):
        appraiser = shop.appraiser(replace(versions, tables=priced))
    return appraiser.quote(asked), appraiser


def _look(
    connection: Connection, *, shop: Shop, digests: Sequence[str], new: StoredQuote, made: Document
) -> None:
    """AlreadyOpen with the merchant's open quote of the same unit with the same inputs;
    OpenOverridden; Succeeds with one that has the same answers."""
    store, found = QuoteStore(connection), list[tuple[Document, Life]]()
    for stored in store.of_unit(digests, merchant=new.merchant, now=new.issued_at):
        document: Document = orjson.loads(stored.document)
        if _answered(document) != _answered(made):
            continue
        life = _life(store, document, new.issued_at)
        if life.stage is not Stage.OFFERED:
            continue
        if _asked(document) == _asked(made):
            raise AlreadyOpen(document)
        found.append((document, life))
    for document, life in found:
        if life.overridden:
            raise OpenOverridden(str(document["code"]))
    if "pinned" in made:
        return
    held = [each for each, _ in found if _holds(shop, each, made, new.issued_at)]
    if held:
        raise Succeeds(max(held, key=partial(_preferred, made=made)))


def _preferred(document: Document, *, made: Document) -> tuple[bool, int]:
    """The one that differs in what is beside it alone; then the best for the customer."""
    offer = cast(Mapping[str, int], document["offer"])
    return _same(document) == _same(made), offer["amount"]


def _life(store: QuoteStore, document: Document, now: datetime) -> Life:
    events = store.events(str(document["id"]))
    return as_at(life=fold(events=[happened_of(event, document) for event in events]), now=now)


def _holds(shop: Shop, document: Document, made: Document, now: datetime) -> bool:
    """Whether the open quote would still be valid with the lock that is asked for now."""
    versions = versions_of(document)
    if versions.rules not in KNOWN_RULES:
        return False
    policy = shop.appraiser(versions).tariffs.terms.policy
    lock = int(cast(int, made["lock_days"]))
    return now <= held_until(issued_at=_pin(document).issued_at, policy=policy, lock_days=lock)


def _pin(first: Document) -> Pin:
    issued_at = datetime.fromisoformat(str(first["issued_at"]))
    return pin_of(first) or Pin(str(first["code"]), issued_at)


def _answered(document: Document) -> object:
    device = cast(Mapping[str, object], document["device"])["id"]
    return document["market"], device, counted_answers(document)


def _asked(document: Document) -> object:
    return _same(document), purchase_of(document), claims_of(document)


def _same(document: Document) -> object:
    return [document[name] for name in SAME]
