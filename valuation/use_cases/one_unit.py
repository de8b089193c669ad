"""The use case: one device is accepted and settled once, whoever quoted it and how often."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from valuation.catalogue.identity import parse_identifier
from valuation.domain.happened import Kind
from valuation.domain.life import Life
from valuation.domain.lifecycle import as_at, fold
from valuation.domain.moves import Stage, Step
from valuation.domain.one_unit import holds, in_the_way
from valuation.domain.people import Mode
from valuation.domain.refusals import IllegalStep
from valuation.quotes.documents import Document
from valuation.quotes.life_log import happened_of
from valuation.shop import Shop
from valuation.storage.engine import reading
from valuation.storage.ledger import Guard
from valuation.storage.quotes import QuoteStore, StoredQuote
from valuation.storage.units import Known, UnitDigest, UnitStore
from valuation.use_cases.step_request import StepRequest

BINDING = frozenset({Step.ACCEPT, Step.SETTLE, Step.COMPLETE, Step.DELIVER, Step.REVERSE})


class Mine(NamedTuple):
    """The quote that is about to bind its unit, or to send it somewhere: whether it holds its unit
    already, and when it was or is being accepted."""

    stored: StoredQuote
    digests: frozenset[str]
    holds: bool
    accepted: datetime


def alone(shop: Shop, stored: StoredQuote, life: Life, step: Step, now: datetime) -> Guard | None:
    """What refuses the step where another accepted quote has the unit; None where none could.

    ``life``: the quote's before the step. A test key's quote binds nobody, and keeps no unit.
    """
    if step not in BINDING or stored.mode is Mode.TEST:
        return None
    with reading(shop.engine) as connection:
        known = UnitStore(connection).of_quote(stored.id)
    if not known.digests:
        return None
    accepted = life.last(Kind.ACCEPTED)
    mine = Mine(stored, known.digests, _holds(life, known), accepted.at if accepted else now)
    names = tuple(f"unit/{digest}" for digest in sorted(known.digests))
    return Guard(names, partial(_look, shop=shop, mine=mine, now=now))


def found_digests(
    shop: Shop, stored: StoredQuote, request: StepRequest, position: int
) -> tuple[UnitDigest, ...]:
    """What is kept of a unit that an inspection names, where it is not the one that was quoted."""
    if request.step is not Step.INSPECT or request.identifier is None:
        return ()
    digests = shop.unit_keys().digests(parse_identifier(request.identifier).value)
    with reading(shop.engine) as connection:
        if UnitStore(connection).of_quote(stored.id).digests & set(digests):
            return ()
    return tuple(UnitDigest(stored.id, position, each) for each in digests)


def same_device(
    connection: Connection, stored: StoredQuote, *, now: datetime, digests: Collection[str] = ()
) -> list[Document]:
    """The merchant's other quotes of the same unit that are open or under way, the latest first.

    ``digests``: of the unit, where the quote is not written yet.
    """
    units = UnitStore(connection)
    digests = digests or units.of_quote(stored.id).digests
    if not digests or stored.mode is Mode.TEST:
        return []
    found = (each for each in units.of_merchant(digests, stored.merchant) if each != stored.id)
    lives = ((quote, *_life(connection, quote, now)) for quote in found)
    return [
        {"id": quote, "code": other.code, "stage": life.stage.value}
        for quote, other, life in lives
        if life.stage is Stage.OFFERED or life.accepted
    ]


def _look(connection: Connection, *, shop: Shop, mine: Mine, now: datetime) -> None:
    """IllegalStep where another quote stands in the way."""
    for quote, known in UnitStore(connection).accepted(mine.digests).items():
        if quote == mine.stored.id:
            continue
        stored, life = _life(connection, quote, now)
        rival = not mine.holds or _holds(life, known)
        why = in_the_way(life=life, rival=rival, accepted=mine.accepted, day=shop.today)
        if why is not None:
            own = stored.merchant == mine.stored.merchant
            raise IllegalStep(
                why, quote=f"the quote {stored.code}" if own else "another merchant's quote"
            )


def _life(connection: Connection, quote: str, now: datetime) -> tuple[StoredQuote, Life]:
    store = QuoteStore(connection)
    stored = store.get(quote)
    document = orjson.loads(stored.document)
    events = [happened_of(event, document) for event in store.events(quote)]
    return stored, as_at(life=fold(events=events), now=now)


def _holds(life: Life, known: Known) -> bool:
    return holds(life, found=known.position > 0)
