"""One unit is under one accepted quote: when another quote of the same unit stands in the way.

A settled one is over for a unit that was resold: whoever bought it may trade it in again, on a
later day. What was dismantled, refused or left for recycling cannot be here again.
"""

from collections.abc import Callable
from datetime import date, datetime

from valuation.domain.disposition import FLAGS, Flag
from valuation.domain.happened import Kind, Settlement
from valuation.domain.life import Life
from valuation.domain.moves import Stage
from valuation.domain.refusals import Refusal

KEPT = frozenset({Stage.REVERSED})  # the shop's still, and it goes nowhere yet
GONE = frozenset({Stage.DECLINED_RECYCLING, Stage.RECYCLED})


def in_the_way(
    *, life: Life, since: datetime, mine: datetime, day: Callable[[datetime], date]
) -> Refusal | None:
    """Why a quote keeps its unit from another one; None where it does not.

    ``life``: as it is now. ``since`` and ``mine``: from when on it and the other one are of the
    unit, by an acceptance or an inspection. ``day``: of a moment, in the shop's time zone.
    """
    if life.stage in GONE:
        return Refusal.UNIT_GONE
    if life.stage in KEPT or (life.accepted and since <= mine):
        return Refusal.UNIT_HELD
    settled = life.last(Kind.SETTLED)
    if life.stage is not Stage.SETTLED or settled is None:
        return None
    if _flag(life, settled.detail) is not Flag.RESALE:
        return Refusal.UNIT_GONE
    return None if day(settled.at) < day(mine) else Refusal.UNIT_SETTLED


def _flag(life: Life, detail: object) -> Flag:
    """What became of the device; settlements of before there were flags count as resales."""
    if life.rerouted is not None:
        return FLAGS[life.rerouted]
    return detail.flag if isinstance(detail, Settlement) else Flag.RESALE
