"""What a step earns in the ledger of impact: credited when a device is settled, not at intake."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from valuation.domain.disposition import Route
from valuation.domain.happened import Happened, Kind
from valuation.domain.impact_ledger import OUTCOMES, REUSE, Cause, Counted, Outcome
from valuation.domain.market import Market
from valuation.domain.people import Mode
from valuation.shop import Shop
from valuation.storage.engine import reading
from valuation.storage.people import NoSuchClerk, PeopleStore
from valuation.storage.quotes import StoredQuote
from valuation.tables.impact_factors import FACTORS, MATERIALS, MG, ImpactFactors, impact_factors
from valuation.tables.table import Table

CAUSES = {Kind.SETTLED: Cause.SETTLED, Kind.RECYCLED: Cause.RECYCLED}
CLERK = "clerk:"  # how actors of a store begin, as `valuation.people.access` names them


def earned(
    shop: Shop, stored: StoredQuote, document: Mapping[str, Any], event: Happened
) -> Counted | None:
    """What an event earned; None where it earns nothing. ``document``: of the device as found.

    The factors are those that hold on the event's day. NoTable, BrokenTable, ArchiveUnavailable.
    """
    cause, outcome = CAUSES.get(event.kind), _outcome(document, event.kind)
    if cause is None or outcome is None or stored.mode is Mode.TEST:
        return None
    tables = {name: shop.book.table(name, shop.today(event.at)) for name in (FACTORS, MATERIALS)}
    shop.keep(tables.values())
    device, market = document["device"], Market.from_slug(stored.market)
    own = device["facts"]["weight_g"]
    counts = _counts(tables, device["category"], outcome)
    return Counted(
        quote=stored.id,
        outcome=outcome,
        cause=cause,
        merchant=stored.merchant,
        store=_store(shop, event.actor.id),
        region=market.country,
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


def _outcome(document: Mapping[str, Any], kind: Kind) -> Outcome | None:
    if kind is Kind.RECYCLED:
        return Outcome.DISMANTLED
    disposition = document["disposition"]
    return OUTCOMES.get(Route(disposition["route"])) if disposition else None


def _counts(tables: Mapping[str, Table], category: str, outcome: Outcome) -> ImpactFactors:
    """Only a device that is used again avoids another, and only dismantling recovers metals."""
    factors = impact_factors(tables[FACTORS], tables[MATERIALS], category)
    return replace(
        factors,
        co2e_g=factors.co2e_g if outcome in REUSE else None,
        metals_ug=factors.metals_ug if outcome is Outcome.DISMANTLED else {},
    )


def _store(shop: Shop, actor: str) -> str | None:
    """The store of who acted; None of a merchant's own system."""
    if actor.startswith(CLERK):
        with suppress(NoSuchClerk), reading(shop.engine) as connection:
            return PeopleStore(connection).clerk(actor.removeprefix(CLERK)).store_id
    return None
