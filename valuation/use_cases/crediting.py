"""What a step enters in the ledger of impact: credited when a device is settled, not at intake, and
taken back when that does not last."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from valuation.domain.disposition import Route
from valuation.domain.happened import Happened, Kind, Settlement
from valuation.domain.impact_ledger import (
    OUTCOMES,
    REUSE,
    Cause,
    Counted,
    Outcome,
    countered,
    standing,
)
from valuation.domain.market import Market
from valuation.domain.outside import kind_of
from valuation.domain.people import Mode
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.reversals import Rerouting, Reversal
from valuation.people.places import store_of
from valuation.shop import Shop
from valuation.storage.engine import reading
from valuation.storage.impact_entries import ImpactStore
from valuation.storage.quotes import StoredQuote
from valuation.tables.impact_factors import FACTORS, MATERIALS, MG, ImpactFactors, impact_factors
from valuation.tables.table import Table

CAUSES = {
    Kind.SETTLED: Cause.SETTLED,
    Kind.RECYCLED: Cause.RECYCLED,
    Kind.REROUTED: Cause.REROUTED,
}


def entered(
    shop: Shop, stored: StoredQuote, document: Mapping[str, Any], event: Happened
) -> tuple[Counted, ...]:
    """The entries of an event: what it takes back, then what it earns. ``document``: of the device
    as found. IllegalStep where there is nothing to take back; errors of ``earned``."""
    made = earned(shop, stored, document, event)
    if not isinstance(event.detail, Reversal | Rerouting) or stored.mode is Mode.TEST:
        return () if made is None else (made,)
    with reading(shop.engine) as connection:
        entries = ImpactStore(connection).of_quote(stored.id)
    counts = standing(entries)
    if not entries or (counts is None and made is None):
        raise IllegalStep(Refusal.NOTHING_COUNTED)
    if made is not None and counts is not None and made.outcome is counts.outcome:
        return ()  # it goes elsewhere, and counts as it did
    if made is not None and made.outcome in {each.outcome for each in entries}:
        raise IllegalStep(Refusal.COUNTED_BEFORE, outcome=made.outcome.value)
    cause, actor = Cause(event.detail.reason.value), event.actor.id
    back = counts and countered(counts, cause=cause, actor=actor, at=event.at)
    return tuple(each for each in (back, made) if each is not None)


def earned(
    shop: Shop, stored: StoredQuote, document: Mapping[str, Any], event: Happened
) -> Counted | None:
    """What an event earned; None where it earns nothing. ``document``: of the device as found.

    The factors are those that hold on the event's day. NoTable, BrokenTable, ArchiveUnavailable.
    """
    cause, outcome = CAUSES.get(event.kind), _outcome(document, event)
    if cause is None or outcome is None or stored.mode is Mode.TEST:
        return None
    tables = {name: shop.book.table(name, shop.today(event.at)) for name in (FACTORS, MATERIALS)}
    shop.keep(tables.values())
    device, market = document["device"], Market.from_slug(stored.market)
    own = device["facts"]["weight_g"]
    counts = _counts(tables, device, outcome)
    store = store_of(shop.engine, event.actor.id)
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


def _outcome(document: Mapping[str, Any], event: Happened) -> Outcome | None:
    if event.kind is Kind.RECYCLED:
        return Outcome.DISMANTLED
    if isinstance(event.detail, Rerouting | Settlement) and event.detail.route:
        return OUTCOMES.get(event.detail.route)
    disposition = document["disposition"]
    return OUTCOMES.get(Route(disposition["route"])) if disposition else None


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
