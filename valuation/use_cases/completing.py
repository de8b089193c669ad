"""A settled device went its way: what is asked of it before that is recorded."""

from collections.abc import Mapping
from typing import Any

from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.happened import Completion
from valuation.domain.life import Life
from valuation.domain.questions import BY_ID, ERASURE
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.quotes.replaying import asked_of

# Whoever declared what: from such a device nobody erases anything and verifies it.
UNERASABLE = ((ERASURE, "impossible"), ("powers_on", "no"))


def completion(settling: Mapping[str, Any], life: Life, route: Route) -> Completion:
    """What is recorded; IllegalStep where the storage of what is taken apart was to be destroyed.

    ``settling``: the quote of the device as it was settled; ``route``: where it goes.
    """
    answers = asked_of(settling).answers
    levels = answers.levels if answers else {}
    unerasable = any(levels.get(name) == BY_ID[name].level(said) for name, said in UNERASABLE)
    taken_apart = FLAGS[route] is Flag.DISMANTLE
    if taken_apart and life.holds_data and unerasable and not life.destroyed:
        raise IllegalStep(Refusal.NOT_DESTROYED)
    return Completion(route=route)
