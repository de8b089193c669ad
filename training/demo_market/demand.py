"""Who sells what on which day: heavy-tailed popularity, recency, and device models nobody sells."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from training.demo_market.fleet import DAYS_PER_YEAR, Bools, Fleet, Floats, Ints
from training.demo_market.params import Demand

WEEK = 7


class NothingToSimulate(ValueError):
    """No device has a launch price in CNY and a first sale inside the window."""


@dataclass(frozen=True, slots=True)
class Sold:
    """Which device of the fleet was sold on which day since 1970-01-01, unordered."""

    device: Ints
    day: Ints


def draw_sold(
    *, fleet: Fleet, until: date, sales: int, demand: Demand, rng: np.random.Generator
) -> Sold:
    """``sales`` sales in the weeks that end at ``until``, none before its device's first sale."""
    last_day = int(np.datetime64(until, "D").astype(np.int64))
    weeks = last_day + 1 - WEEK * np.arange(int(demand.window_weeks), 0, -1, dtype=np.int64)
    weight = _popularity(fleet, demand, rng)[:, None] * _by_age(fleet, weeks, demand)
    if not weight.any():
        raise NothingToSimulate("no device with a launch price in CNY was on sale by then")
    cells = _cells(weight, fleet, sales, demand, rng)
    device, week = np.unravel_index(cells, weight.shape)
    day = weeks[week] + rng.integers(0, WEEK, size=sales)
    return Sold(device=np.asarray(device, dtype=np.int64), day=np.asarray(day, dtype=np.int64))


def _popularity(fleet: Fleet, demand: Demand, rng: np.random.Generator) -> Floats:
    """Each device's weight: its brand's, by Zipf's law its device model's, its variant's share."""
    weight = np.empty(len(fleet))
    brand = np.array([device.brand for device in fleet.devices])
    for name in np.unique(brand):  # sorted, so the draws below do not depend on any order
        rows = np.flatnonzero(brand == name)
        models = np.unique(fleet.device_model[rows])
        zipf = (1.0 + rng.permutation(len(models))) ** -demand.popularity_exponent
        share = zipf / zipf.sum() * demand.brand_weight.get(name, demand.other_brand_weight)
        weight[rows] = share[np.searchsorted(models, fleet.device_model[rows])]
    variant = rng.gamma(2.0, size=len(fleet))
    total = np.bincount(fleet.device_model, weights=variant)
    return np.asarray(weight * variant / total[fleet.device_model], dtype=np.float64)


def _by_age(fleet: Fleet, weeks: Ints, demand: Demand) -> Floats:
    """Weight of each device in each week; 0 in weeks that begin before its first sale."""
    years = (weeks[None, :] - fleet.first_day[:, None]) / DAYS_PER_YEAR
    weight = np.interp(years, demand.sale_age_years, demand.sale_age_weight, right=0.0)
    return np.where(years >= 0, weight, 0.0)


def _cells(
    weight: Floats, fleet: Fleet, sales: int, demand: Demand, rng: np.random.Generator
) -> Ints:
    """Flat indices of (device, week), one a sale."""
    never, rarely = _unpopular(weight, fleet, demand, rng)
    few = [_few(weight, fleet.device_model == model, demand, rng) for model in rarely]
    rare = np.concatenate([*few, np.empty(0, dtype=np.int64)])[:sales]
    rest = weight.copy()
    rest[np.isin(fleet.device_model, np.concatenate([never, rarely]))] = 0.0
    counts = rng.multinomial(sales - len(rare), (rest / rest.sum()).ravel())
    return np.concatenate([np.repeat(np.arange(rest.size), counts), rare])


def _unpopular(
    weight: Floats, fleet: Fleet, demand: Demand, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Device models that never sell, and those that sell a few times: rather small ones."""
    total = np.bincount(fleet.device_model, weights=weight.sum(axis=1))
    offered = np.flatnonzero(total > 0)
    never = int(demand.never_sold_share * len(offered))
    rarely = int(demand.rarely_sold_share * len(offered))
    odds = 1.0 / total[offered]
    chosen = rng.choice(offered, size=never + rarely, replace=False, p=odds / odds.sum())
    return chosen[:never], chosen[never:]


def _few(weight: Floats, rows: Bools, demand: Demand, rng: np.random.Generator) -> Ints:
    odds = np.where(rows[:, None], weight, 0.0).ravel()
    count = int(rng.integers(1, int(demand.rarely_sold_at_most) + 1))
    return rng.choice(odds.size, size=count, p=odds / odds.sum())
