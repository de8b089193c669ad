"""Devices of the demo market as their owners bring them: when, which, and what is declared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from training.cli.demo_market import PARAMS, simulated
from training.demo_market import load_params, write
from training.proof_disposition.market import DemoMarket, Sold, sampled
from valuation.domain.answers import Levels, complete, missing_at_best
from valuation.domain.device import Device
from valuation.domain.questions import BY_ID

DAYS, OPENS, OPEN_MINUTES = 30, time(10), 600
SALES = 60_000  # simulated, two years of them, as `tradein demo-market` does
NOT_ERASED = {"erasure": BY_ID["erasure"].level("pending")}  # a device comes with its owner's data


@dataclass(frozen=True, slots=True)
class Arriving:
    """A device at the counter: when (UTC), the variant, a level for each answer, the context."""

    at: datetime
    device: Device
    levels: Levels
    context: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """The devices that were drawn, in the order in which they come, of how many."""

    arriving: Sequence[Arriving]
    of: int
    first: date
    last: date


def sample(*, until: date, devices: int | None, seed: int, zone: ZoneInfo, folder: Path) -> Sample:
    """The used devices sold in the ``DAYS`` days that end with ``until``; at most ``devices``, if
    that is given.

    Another seed than the demo market's, so another draw of the same market: the champion has seen
    none of these sales. ``folder`` gets their files.
    """
    demo = simulated(until=until, sales=SALES, seed=seed)
    market, files = DemoMarket(demo, load_params(PARAMS)), write(demo=demo, folder=folder)
    first, rng = until - timedelta(days=DAYS - 1), np.random.default_rng(seed)
    sold = [
        each
        for each in market.sold(files.sales_path, truth=files.truth_path)
        if each.record.sold_on and first <= each.record.sold_on <= until
    ]
    drawn = sampled(sold, devices or len(sold), rng, wanted=lambda _: True)
    found = sorted(_arriving(drawn, market, zone, rng), key=lambda each: each.at)
    return Sample(found, len(sold), first, until)


def _arriving(
    drawn: Sequence[Sold], market: DemoMarket, zone: ZoneInfo, rng: np.random.Generator
) -> Iterator[Arriving]:
    """Each on the day of its sale. Nobody wrote down some batteries' health: the till reads it."""
    demo = market.demo
    for sold in map(market.inspected, drawn):
        day, minute = sold.record.sold_on, int(rng.integers(OPEN_MINUTES))
        assert day is not None  # noqa: S101 -- drawn by its day
        at = datetime.combine(day, OPENS, zone) + timedelta(minutes=minute)
        device = demo.fleet.devices[int(demo.units.device[sold.place])]
        yield Arriving(at.astimezone(UTC), device, declared(sold.record.answers, device),
                       sold.record.context)  # fmt: skip


def declared(answers: Levels, device: Device) -> Levels:
    """The sale's answers; what it does not say of locks and hazards is good."""
    given = complete(given={**NOT_ERASED, **answers}, category=device.category)
    return missing_at_best(given).given
