"""The ledger of the demo market: its columns, and the slips with which sales are written down."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from training.demo_market.fleet import Bools, Fleet, Floats, Ints
from training.demo_market.params import Recording
from training.demo_market.truth import Units
from training.demo_market.vocabulary import DIRT, KINDS, Dirt

ABSURD_DAY = 0  # 1970-01-01: what an empty date becomes in careless software
CLEAN = KINDS.index(Dirt.CLEAN)


@dataclass(frozen=True, slots=True)
class DemoSales:
    """Sales in the order of their ids, as columns of one length.

    ``units`` holds the real answers, ``*_known`` whether the cell was filled. ``price_yuan``,
    ``recorded_day`` (since 1970-01-01) and ``storage_gb`` are what was written down, ``dirt`` the
    position in ``KINDS`` of what is wrong with it. ``median_yuan`` is the true conditional median,
    NaN where the row is dirty. ``seller`` numbers merchants from 0.
    """

    fleet: Fleet
    channels: tuple[str, ...]
    regions: tuple[str, ...]
    units: Units
    seller: Ints
    battery_known: Bools
    channel_known: Bools
    name_typed: Bools
    recorded_day: Ints
    storage_gb: Floats
    price_yuan: Floats
    median_yuan: Floats
    dirt: Ints

    def __len__(self) -> int:
        return len(self.price_yuan)

    def take(self, rows: Ints) -> "DemoSales":
        """The given rows, in their order."""
        return replace(
            self,
            units=self.units.take(rows),
            seller=self.seller[rows],
            battery_known=self.battery_known[rows],
            channel_known=self.channel_known[rows],
            name_typed=self.name_typed[rows],
            recorded_day=self.recorded_day[rows],
            storage_gb=self.storage_gb[rows],
            price_yuan=self.price_yuan[rows],
            median_yuan=self.median_yuan[rows],
            dirt=self.dirt[rows],
        )


def dirty_counts(*, sales: int, recording: Recording) -> dict[Dirt, int]:
    """How many of ``sales`` rows are dirty in which way."""
    dirty = recording.dirty_share * sales
    total = sum(recording.dirty_mix.values())
    return {Dirt(kind): round(dirty * recording.dirty_mix[kind] / total) for kind in DIRT}


def soil(
    *,
    sales: DemoSales,
    counts: Mapping[Dirt, int],
    recording: Recording,
    rng: np.random.Generator,
) -> DemoSales:
    """The sales with their slips; a duplicate is a row more, every other slip spoils one."""
    chosen = rng.choice(len(sales), size=sum(counts.values()), replace=False)
    dirt = np.full(len(sales), CLEAN)
    dirt[chosen] = np.repeat([KINDS.index(kind) for kind in counts], list(counts.values()))
    return _with_duplicates(_spoilt(sales, dirt, recording, rng))


def _spoilt(
    sales: DemoSales, dirt: Ints, recording: Recording, rng: np.random.Generator
) -> DemoSales:
    placeholder, usd, absurd, storage = (
        dirt == KINDS.index(kind)
        for kind in (
            Dirt.PLACEHOLDER_PRICE, Dirt.PRICE_IN_USD, Dirt.ABSURD_DATE, Dirt.IMPOSSIBLE_STORAGE,
        )
    )  # fmt: skip
    in_usd = np.round(sales.price_yuan / recording.yuan_per_usd, 2)
    impossible = rng.choice(recording.impossible_storage_gb, size=len(sales))
    slips = placeholder | usd | absurd | storage
    return replace(
        sales,
        dirt=dirt,
        price_yuan=np.select(
            [placeholder, usd], [np.float64(recording.placeholder_yuan), in_usd], sales.price_yuan
        ),
        recorded_day=np.where(absurd, ABSURD_DAY, sales.recorded_day),
        storage_gb=np.where(storage, impossible, sales.storage_gb),
        median_yuan=np.where(slips, np.nan, sales.median_yuan),
    )


def _with_duplicates(sales: DemoSales) -> DemoSales:
    """Each row marked as a duplicate twice, of which the first is the clean sale."""
    marked = sales.dirt == KINDS.index(Dirt.DUPLICATE)
    rows = np.repeat(np.arange(len(sales)), 1 + marked)
    second = np.append(False, rows[1:] == rows[:-1])
    twice = sales.take(rows)
    return replace(
        twice,
        dirt=np.where(marked[rows] & ~second, CLEAN, twice.dirt),
        median_yuan=np.where(second, np.nan, twice.median_yuan),
    )
