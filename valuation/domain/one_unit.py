"""One unit is under one accepted quote: when another quote of the same unit stands in the way.

A settled one keeps its unit until it went its way. Whoever bought it then may trade it in again, on
a later day. What was dismantled or left for recycling cannot be here again.

Who came first is nothing that two machines' clocks can say: a quote that holds its unit was looked
at under the unit's lock and goes on, and of others none does before the rest are ended.
"""

from collections.abc import Callable
from datetime import date, datetime

from valuation.domain.disposition import FLAGS, Flag
from valuation.domain.happened import Kind
from valuation.domain.life import Life
from valuation.domain.moves import Stage
from valuation.domain.refusals import Refusal

KEPT = frozenset({Stage.REVERSED})  # the shop's still, and it goes nowhere yet
GONE = frozenset({Stage.DECLINED_RECYCLING, Stage.RECYCLED})


def holds(life: Life, *, found: bool) -> bool:
    """Whether the quote has its unit: it was consented to, after a look at all others of the unit.

    ``found``: by an inspection, which looks at no other quote; until the counter-offer is accepted
    such a unit is only claimed.
    """
    return life.last(Kind.COUNTER_ACCEPTED if found else Kind.ACCEPTED) is not None


def in_the_way(
    *, life: Life, rival: bool, accepted: datetime, day: Callable[[datetime], date]
) -> Refusal | None:
    """Why a quote keeps its unit from another one; None where it does not.

    ``life``: as it is now. ``rival``: whether it matters that it is under way. ``accepted``: when
    the other one was or is being accepted. ``day``: of a moment, in the shop's time zone.
    """
    if life.stage in GONE:
        return Refusal.UNIT_GONE
    if life.stage in KEPT or (life.accepted and rival):
        return Refusal.UNIT_HELD
    if life.stage is not Stage.SETTLED:
        return None
    if life.completed is None:
        return Refusal.NOT_RESOLD
    if FLAGS[life.completed] is not Flag.RESALE:
        return Refusal.UNIT_GONE
    went = life.last(Kind.DELIVERED if life.gives_device else Kind.COMPLETED)
    assert went is not None  # noqa: S101 -- it is completed
    return None if day(went.at) < day(accepted) else Refusal.UNIT_SETTLED
