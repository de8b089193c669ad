"""The service's own route of a stock, under a price model and tables that may be others."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path

from valuation.catalogue import Lookup, load_catalogue
from valuation.domain.disposition import Route
from valuation.domain.distribution import Distribution
from valuation.domain.quote import Quote
from valuation.features import FeatureRow
from valuation.intake.records import Record
from valuation.price_model.model import PriceModel, load_price_model
from valuation.quotes.appraising import Appraiser
from valuation.tables.table import Table
from valuation.use_cases.stock import StockPricing

MERCHANT = "proof"

Telling = Callable[[Distribution], Distribution]


@dataclass(frozen=True, slots=True)
class Retold(PriceModel):
    """A price model whose every answer is changed."""

    tell: Telling

    def price_many(
        self, rows: Sequence[FeatureRow], *, guarantee: float = 0.1
    ) -> list[Distribution]:
        """The changed answers."""
        said = PriceModel.price_many(self, rows, guarantee=guarantee)
        return [self.tell(each) for each in said]


def retold(model: PriceModel, tell: Telling) -> Retold:
    """The model with its answers changed."""
    return Retold(**{each.name: getattr(model, each.name) for each in fields(model)}, tell=tell)


def at_median(said: Distribution) -> Distribution:
    """Certainty that the price is the median: its mean is the median too."""
    middle = said.logs[said.levels.index(0.5)]
    return Distribution(said.levels, (middle,) * len(said.levels), middle)


def moved(said: Distribution, *, half_widths: float) -> Distribution:
    """Every quantile moved by half the log width from p10 to p90, so many times."""
    low, high = (said.logs[said.levels.index(level)] for level in (0.1, 0.9))
    step = half_widths * (high - low) / 2
    bound = None if said.bound is None else said.bound + step
    return Distribution(said.levels, tuple(log + step for log in said.logs), bound)


@cache
def opened(folder: Path) -> tuple[PriceModel, Lookup]:
    """A bundle and the catalogue, once a process."""
    return load_price_model(folder), Lookup(load_catalogue())


def route_of(quote: Quote | str) -> Route | None:
    """The chosen route; None where there is a reason instead."""
    if isinstance(quote, str) or quote.disposition is None:
        return None
    return quote.disposition.chosen.route


@dataclass(frozen=True, slots=True)
class Service:
    """What routes a stock: a price model, tables, the catalogue."""

    model: PriceModel
    tables: Mapping[str, Table]
    lookup: Lookup

    def quotes(self, records: Sequence[Record]) -> list[Quote | str]:
        """The quote of each record on the day of its sale, in order; where it has no route, the
        code of the reason."""
        appraiser, by_day = Appraiser(self.model, self.tables), defaultdict[date, list[int]](list)
        for place, record in enumerate(records):
            assert record.sold_on is not None  # noqa: S101 -- sampled by its day
            by_day[record.sold_on].append(place)
        found: list[Quote | str] = [""] * len(records)
        for day, places in by_day.items():
            # What is remembered of prices is of one day.
            stock = StockPricing(appraiser, self.lookup, day, MERCHANT, works=True)
            rows = stock.quoted([records[place] for place in places])
            for place, (valuation, quote) in zip(places, rows, strict=True):
                if quote is not None and quote.disposition is not None:
                    found[place] = quote
                else:
                    reason = valuation.reason or valuation.outcome.value
                    found[place] = reason.partition(":")[0]
        return found
