"""A settled device went its way: what is asked of it before that is recorded."""

from collections.abc import Mapping
from typing import Any

from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.erasure import can_be_erased
from valuation.domain.happened import Completion
from valuation.domain.life import Life
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.quotes.replaying import asked_of


def completion(settling: Mapping[str, Any], life: Life, route: Route) -> Completion:
    """What is recorded; IllegalStep where the storage of what is taken apart was to be destroyed.

    ``settling``: the quote of the device as it was settled; ``route``: where it goes.
    """
    answers = asked_of(settling).answers
    unerasable = answers is not None and not can_be_erased(answers.levels)
    taken_apart = FLAGS[route] is Flag.DISMANTLE
    if taken_apart and life.holds_data and unerasable and not life.destroyed:
        raise IllegalStep(Refusal.NOT_DESTROYED)
    return Completion(route=route)
