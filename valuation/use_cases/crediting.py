"""What a step enters in the ledger of impact: credited once a device went its way, not when it was
taken in, and taken back when that does not last."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from valuation.domain.disposition import Route
from valuation.domain.happened import Completion, Kind
from valuation.domain.impact_ledger import (
    OUTCOMES,
    REUSE,
    Cause,
    Counted,
    Outcome,
    countered,
    standing,
)
from valuation.domain.life import Life
from valuation.domain.market import Market
from valuation.domain.outside import kind_of
from valuation.domain.people import Mode
from valuation.domain.reversals import Rerouting, Reversal
from valuation.people.places import store_of
from valuation.shop import Shop
from valuation.storage.engine import reading
from valuation.storage.impact_entries import ImpactStore
from valuation.storage.people import Store
from valuation.storage.quotes import StoredQuote
from valuation.tables.impact_factors import FACTORS, MATERIALS, MG, ImpactFactors, impact_factors
from valuation.tables.table import Table

CAUSES = {
    Kind.COMPLETED: Cause.COMPLETED,
    Kind.DELIVERED: Cause.DELIVERED,
    Kind.RECYCLED: Cause.RECYCLED,
}


def entered(
    shop: Shop, stored: StoredQuote, document: Mapping[str, Any], life: Life
) -> tuple[Counted, ...]:
    """The entry of the life's last event: what it earns or takes back. ``document``: of the device
    as found. Errors of ``earned``."""
    event, made = life.events[-1], earned(shop, stored, document, life)
    back = isinstance(event.detail, Reversal | Rerouting) and stored.mode is not Mode.TEST
    if made is None and not back:
        return ()
    with reading(shop.engine) as connection:
        counts = standing(ImpactStore(connection).of_quote(stored.id))
    if made is not None:
        return () if counts else (made,)  # one of before was counted when it was settled
    if counts is None:
        return ()  # it had not gone its way yet
    assert isinstance(event.detail, Reversal | Rerouting)  # noqa: S101 -- it takes back
    cause = Cause(event.detail.reason.value)
    return (countered(counts, cause=cause, actor=event.actor.id, at=event.at),)


def earned(
    shop: Shop, stored: StoredQuote, document: Mapping[str, Any], life: Life
) -> Counted | None:
    """What the life's last event earned; None where it earns nothing. ``document``: of the device
    as found.

    The factors are those that hold on the event's day, the store is the one that settled it.
    NoTable, BrokenTable, ArchiveUnavailable.
    """
    event = life.events[-1]
    cause, outcome = CAUSES.get(event.kind), _outcome(life)
    if cause is None or outcome is None or stored.mode is Mode.TEST:
        return None
    tables = {name: shop.book.table(name, shop.today(event.at)) for name in (FACTORS, MATERIALS)}
    shop.keep(tables.values())
    device, market = document["device"], Market.from_slug(stored.market)
    own = device["facts"]["weight_g"]
    counts = _counts(tables, device, outcome)
    store = _store(shop, life)
    return Counted(
        quote=stored.id,
        outcome=outcome,
        cause=cause,
        merchant=stored.merchant,
        store=store.id if store else None,
        region=market.country,
        campus=store.campus if store else None,
        data=market.provenance,
        category=device["category"],
        actor=event.actor.id,
        at=event.at,
        weight_mg=counts.weight_mg if own is None else round(own * MG),
        weighed=own is not None,
        co2e_g=counts.co2e_g,
        metals_ug=counts.metals_ug,
        factors={name: table.digest for name, table in tables.items()},
    )


def _outcome(life: Life) -> Outcome | None:
    """What became of the device by the last event; of money that was delivered nothing."""
    event = life.events[-1]
    if event.kind is Kind.RECYCLED:
        return Outcome.DISMANTLED
    if isinstance(event.detail, Completion):
        return OUTCOMES.get(event.detail.route)
    given = event.kind is Kind.DELIVERED and life.gives_device
    return OUTCOMES[Route.DONATE] if given else None


def _store(shop: Shop, life: Life) -> Store | None:
    """That bought the device, else the one that acts: a resale is often another place's."""
    settled = life.last(Kind.SETTLED)
    of_settlement = settled and store_of(shop.engine, settled.actor.id)
    return of_settlement or store_of(shop.engine, life.events[-1].actor.id)


def _counts(
    tables: Mapping[str, Table], device: Mapping[str, Any], outcome: Outcome
) -> ImpactFactors:
    """Only a device that is used again avoids another, and only dismantling recovers metals."""
    category = device["category"]
    kind = kind_of(device["id"], category)
    factors = impact_factors(tables[FACTORS], tables[MATERIALS], category, kind)
    return replace(
        factors,
        co2e_g=factors.co2e_g if outcome in REUSE else None,
        metals_ug=factors.metals_ug if outcome is Outcome.DISMANTLED else {},
    )
