"""The use case: what the customer gives, to whom, and whether that is possible."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from valuation.domain.dispatch import Way
from valuation.domain.disposition import Gate, Route
from valuation.domain.giving import Gift, Given
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.quotes.replaying import asked_of, versions_of
from valuation.shop import Shop
from valuation.tables import readings
from valuation.tables.book import NoTable
from valuation.tables.causes import CAUSES, causes
from valuation.use_cases.step_request import StepIncomplete


def gift_of(
    shop: Shop, wish: tuple[Given, str], settling: Mapping[str, Any], now: datetime
) -> Gift:
    """The gift, its table archived; StepIncomplete or IllegalStep where it is not possible.

    ``wish``: what the customer gives, and the id of the cause. ``settling``: the quote's document,
    of the device as it was found.
    """
    try:
        table = shop.book.table(CAUSES, shop.today(now))
    except NoTable as error:
        raise StepIncomplete("donate", f"there is nobody to give to: {error}") from error
    (what, named), known = wish, causes(table)
    cause = known.get(named)
    if cause is None or what not in cause.takes:
        fit = ", ".join(each.id for each in known.values() if what in each.takes)
        raise StepIncomplete("donate", f"the {what.value} can be given to: {fit or 'nobody'}")
    if "extras" in settling:
        raise IllegalStep(Refusal.GIFT_BESIDE_EXTRAS)
    if what is Given.DEVICE:
        check_given(settling)
    shop.keep([table])
    return Gift(what=what, cause=cause.id, en=cause.en, zh=cause.zh, table=table.digest)


def check_given(settling: Mapping[str, Any]) -> None:
    """IllegalStep where the device cannot be used on, whoever gets it."""
    if not may_be_given(settling):
        routes = (settling["disposition"] or {"routes": ()})["routes"]
        gates = next((each["closed_by"] for each in routes if each["route"] == Route.DONATE), ())
        raise IllegalStep(Refusal.CANNOT_BE_GIVEN, gates=", ".join(gates) or "no such route")


def may_be_given(settling: Mapping[str, Any]) -> bool:
    """Whether the quote knows the route, and no gate closes it."""
    routes = (settling["disposition"] or {"routes": ()})["routes"]
    return any(each["route"] == Route.DONATE and each["open"] for each in routes)


def gates_of_gift(shop: Shop, settling: Mapping[str, Any]) -> list[Gate]:
    """What must happen before a device that is given is settled, by its quote's own gates;
    BrokenTable where they were changed or are gone."""
    answers = asked_of(settling).answers
    table = shop.archive.table(versions_of(settling).tables["gates"])
    return readings.gates(table).conditions(answers.levels, Route.DONATE) if answers else []


def conditions_of_gift(
    shop: Shop, gift: Gift | None, settling: Mapping[str, Any]
) -> tuple[str, ...] | None:
    """Their codes, each once; None where no device is given."""
    if gift is None or gift.what is not Given.DEVICE:
        return None
    return tuple(dict.fromkeys(gate.code for gate in gates_of_gift(shop, settling)))


def check_way(way: Way, settling: Mapping[str, Any]) -> None:
    """IllegalStep where the device may not be handed over so, such as a hazard by post."""
    handling = (settling["disposition"] or {}).get("handling")
    if handling and way not in handling["ways"]:
        raise IllegalStep(Refusal.WAY_CLOSED, way=way.value, ways=", ".join(handling["ways"]))
