"""The month goes by: every device takes its steps when they are due, across all stores."""

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np

from training.demo_month.arriving import Arriving
from training.demo_month.stores import Clock, Store
from training.demo_month.told import Told
from training.demo_month.visit import Habits, Visit
from valuation.domain.giving import Given
from valuation.domain.moves import Step
from valuation.shop import Shop


def live(
    shop: Shop,
    clock: Clock,
    arriving: Sequence[Arriving],
    stores: Sequence[Store],
    *,
    until: datetime,
    seed: int,
    habits: Habits,
) -> Told:
    """Let every device take its steps until a moment; the same seed gives the same month.

    Errors of the use cases: a step that is refused ends it.
    """
    told, random = Told(len(arriving)), np.random.default_rng(seed)
    wishes: set[Given | Step] = {*Given, Step.REVERSE}
    waiting: list[tuple[datetime, int, Iterator[timedelta]]] = []
    for number, each in enumerate(arriving):
        store = stores[int(random.integers(len(stores)))]
        chance = np.random.default_rng([seed, number])
        visit = Visit(shop, store, each, habits, chance, wishes, told)
        heapq.heappush(waiting, (each.at, number, visit.life()))
    while waiting and waiting[0][0] < until:
        clock.now, number, life = heapq.heappop(waiting)
        pause = next(life, None)
        if pause is not None:
            heapq.heappush(waiting, (clock.now + pause, number, life))
    clock.now = until
    return told
