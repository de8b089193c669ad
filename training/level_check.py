"""The whole catalogue of a bundle priced once: are the levels possible at all?

Test sales are of devices that people sell; what a broken term does to the others only shows when
every device model is priced.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from training.checks import EXAMPLES, Finding
from training.monotone_check import Pricer
from valuation.domain.device import Device
from valuation.domain.market import Market, PriceKind
from valuation.domain.money import exponent
from valuation.domain.questions import BY_ID
from valuation.features import Columns, FeatureRow, Floats, columns_of
from valuation.tables import readings
from valuation.tables.book import load_book
from valuation.tables.table import Table

LAUNCH_CURRENCY = "CNY"
LAUNCH_FACTOR = 2.0  # of its launch price, at today's rate: abroad and scarce, but still a used one
NEIGHBOUR_RATIO = 5.0  # to the middle of its family, or brand, at the same age
LEAST_NEIGHBOURS = 4
AGE_BAND_DAYS = 730


class MarketPricer(Pricer, Protocol):
    """What the check asks of a price model."""

    @property
    def market(self) -> Market: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Major units of the market: ``yuan`` is one yuan; ``metal`` what recovery gets at least out of
    a category."""

    yuan: float
    metal: Mapping[str, float]


def absurd_levels(*, model: MarketPricer, as_of: date) -> Finding:
    """Device models whose p50 with the best answers cannot be: of the cheapest variant above twice
    the launch price or below the metal in it, in the middle far from its neighbours."""
    devices = [device for _, device in sorted(model.devices.items())]
    best = {question: BY_ID[question].best for question in model.specification.answers}
    columns = columns_of([FeatureRow(device, as_of, best, {}) for device in devices])
    logs = model.log_quantiles(columns)[:, model.levels.index(0.5)]
    told: dict[str, str] = {}
    limits = limits_of(model.market)
    for position in _cheapest(columns, logs):
        device, price = devices[position], float(np.exp(logs[position]))
        for what in _impossible(device, price, limits):
            told[device.device_model] = f"{device.variant} at {price:,.2f}: {what}"
    for name, what in _far_from_neighbours(columns, logs):
        told.setdefault(name, f"{name}: {what}")
    count = len({device.device_model for device in devices})
    return Finding(len(told), count, tuple(told[name] for name in sorted(told)[:EXAMPLES]))


def _cheapest(columns: Columns, logs: Floats) -> list[int]:
    """The row of each device model's cheapest variant: a launch price is that of the smallest."""
    found: dict[str, int] = {}
    for row in np.argsort(-logs, kind="stable").tolist():
        found[str(columns.device_model[row])] = row
    return sorted(found.values())


def limits_of(market: Market) -> Limits:
    """The limits by the newest tables: they judge levels, a few percent of a rate are no matter.

    A trade-in price is what a buyer pays after his margin, down to nothing: it has no floor.
    """
    money = readings.Converter(readings.rates(_newest("exchange-rates")), market.currency)
    major: int = 10 ** exponent(market.currency)
    metal = readings.materials(_newest("materials"), _newest("metal-prices"), money)
    return Limits(
        yuan=float(money.rates[market.currency] / money.rates[LAUNCH_CURRENCY]),
        metal={}
        if market.kind is PriceKind.TRADE_IN
        else {category: low / major for category, (low, _, _) in metal.items()},
    )


def _newest(table_id: str) -> Table:
    return max(load_book().versions[table_id], key=lambda table: table.valid_from)


def _impossible(device: Device, price: float, limits: Limits) -> Iterator[str]:
    launch, least = device.facts.launch_price_cny, limits.metal.get(device.category, 0.0)
    if not np.isfinite(price):
        yield "no price"
    if launch is not None and price > LAUNCH_FACTOR * launch * limits.yuan:
        yield f"{price / (launch * limits.yuan):.1f} times its launch price"
    if price < least:
        yield f"less than the metal in it, {least:,.2f}"


def _far_from_neighbours(columns: Columns, logs: Floats) -> Iterator[tuple[str, str]]:
    """Device models whose middle is far from that of their family at the same age, or of their
    brand where the family has too few."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(columns.device_model):
        rows[str(name)].append(row)
    names, first = list(rows), [each[0] for each in rows.values()]
    middle = np.array([float(np.median(logs[each])) for each in rows.values()])
    age = np.nan_to_num((columns.as_of - columns.first_sale)[first] // AGE_BAND_DAYS, nan=-1.0)
    families = list(zip(columns.family[first], age, strict=True))
    brands = list(zip(columns.brand[first], age, strict=True))
    by_family, by_brand = _medians(families, middle), _medians(brands, middle)
    for name, level, family, brand in zip(names, middle, families, brands, strict=True):
        around = by_family.get(family, by_brand.get(brand, level))
        ratio = float(np.exp(level - around))
        if not 1 / NEIGHBOUR_RATIO <= ratio <= NEIGHBOUR_RATIO:
            yield name, f"{ratio:.2f} times the middle of its neighbours of the same age"


def _medians(groups: Sequence[Hashable], values: Floats) -> dict[Hashable, float]:
    """The median of every group with enough device models."""
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        rows[group].append(row)
    return {
        group: float(np.median(values[each]))
        for group, each in rows.items()
        if len(each) >= LEAST_NEIGHBOURS
    }
