"""Devices of the demo market as they were sold, and what each truly brings on every route.

The simulator knows the median of a unit in any condition. A unit has one sale; in a condition in
which it was not sold (repaired, or the whole device that parts are a share of) its true price is
that condition's median times what its sale was above or below its own.
"""

import csv
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from training.demo_market import DemoParams, DemoSales
from training.demo_market.ledger import CLEAN
from training.demo_market.truth import Units, log_working_value, true_median
from training.demo_market.vocabulary import FAULTS
from training.proof_disposition.figures import Routes, Truth
from valuation.domain.answers import Levels
from valuation.domain.costs import Fading
from valuation.domain.device import UnitState
from valuation.domain.money import minor_units_of_estimate
from valuation.domain.pricing import Appraisal, Values
from valuation.domain.questions import QUESTIONS, Known
from valuation.domain.quote import Quote
from valuation.domain.states import State
from valuation.domain.tariff import Tariffs
from valuation.domain.terms import (
    Terms,
)
from valuation.intake.mapping_file import load_mapping
from valuation.intake.reading import read_records
from valuation.intake.records import Record
from valuation.quotes.priced_quote import SHELF

MAPPING = "demo_cn"
BATTERY = "battery_health"
MILLION = 1_000_000
# The true price knows every answer, so no table deducts anything from it.
ALL_TAUGHT = {each.id: Known(0, each.best) for each in QUESTIONS if each.priced}


class OtherMarket(ValueError):
    """The files are not those of this demo market."""


@dataclass(frozen=True, slots=True)
class Sold:
    """A used device as it was sold: what was written down, and its place among the units."""

    record: Record
    place: int


@dataclass(frozen=True, slots=True)
class DemoMarket:
    """The simulator's sales with the knobs that their medians follow from."""

    demo: DemoSales
    params: DemoParams

    def sold(self, sales: Path, *, truth: Path) -> list[Sold]:
        """The used devices of the sales file whose median is known, in the file's order.

        OtherMarket where the files are of another simulation.
        """
        with truth.open(encoding="utf-8", newline="") as file:
            stated = {_place(row["sale_id"]): float(row["median"]) for row in csv.DictReader(file)}
        clean = np.flatnonzero(self.demo.dirt == CLEAN).tolist()
        known = {place: float(self.demo.median_yuan[place]) for place in clean}
        if stated != known:
            raise OtherMarket(f"{truth} is not of this simulation; run `make demo` again")
        records = read_records(path=sales, mapping=load_mapping(MAPPING))
        return [
            Sold(record, _place(str(record.record_id)))
            for record in records
            if isinstance(record, Record)
            and record.unit_state is UnitState.USED
            and _place(str(record.record_id)) in known
        ]

    def inspected(self, sold: Sold) -> Sold:
        """The device with the battery health that nobody wrote down, as an inspection reads it."""
        answers = sold.record.answers
        if BATTERY in answers or not self.demo.units.powers_on[sold.place]:
            return sold
        battery = int(self.demo.units.battery[sold.place])
        return replace(sold, record=replace(sold.record, answers={**answers, BATTERY: battery}))

    def true_routes(self, sold: Sold, quote: Quote, terms: Tariffs) -> dict[Truth, Routes]:
        """Every route at the true prices; ``terms``: of this market, every answer taught."""
        device, answers = quote.subject.device, quote.answers
        assert device is not None  # noqa: S101 -- the quote was priced
        assert answers is not None  # noqa: S101
        tariff = terms.of(device)
        layout, currency = tariff.layout, quote.market.currency
        one = self.demo.units.take(np.array([sold.place]))

        @cache
        def median(state: State) -> float:
            return self._median(one, layout.levels(state))

        def raw(luck: float) -> Values:
            return lambda state, _: minor_units_of_estimate(
                major=median(state) * luck, currency=currency
            )

        levels = dict(answers.levels)
        if one.powers_on[0]:
            levels[BATTERY] = int(one.battery[0])
        luck = float(self.demo.price_yuan[sold.place] / self.demo.median_yuan[sold.place])
        handling = tariff.handling_at(self._fading(one))
        state, at_median = layout.state(levels), Appraisal(tariff, raw(1.0), handling)
        at_sale = at_median.on_another_day(raw(luck))  # nothing but the price is another
        return {Truth.SOLD: at_sale.routes(state), Truth.MEDIAN: at_median.routes(state)}

    def _fading(self, one: Units) -> Fading:
        """What the unit truly loses while it waits to be sold."""
        now, later = (
            float(log_working_value(
                device=one.device, day=one.day + days, fleet=self.demo.fleet, params=self.params
            )[0])
            for days in (0, SHELF)
        )  # fmt: skip
        lost = max(0, round(MILLION * -np.expm1(later - now)))
        return Fading(lost, lost, lost, MILLION, SHELF)

    def _median(self, one: Units, levels: Levels) -> float:
        """What sells the unit in another condition, in yuan."""
        other = replace(
            one,
            powers_on=np.array([levels["powers_on"] == 1]),
            display=np.array([levels["display_works"]]),
            intact=np.array([[levels[fault] == 1 for fault in FAULTS]]),
            grade=np.array([levels["cosmetic_grade"]]),
            battery=np.array([levels[BATTERY]]),
            sim_unlocked=np.array([levels.get("sim_lock", 1) == 1]),
            activation_off=np.array([levels["activation_lock"] == 1]),
        )
        return float(true_median(units=other, fleet=self.demo.fleet, params=self.params)[0])


def last_day(sales: Path) -> tuple[int, date]:
    """How many lines a sales file has, and the day of its latest sale; OtherMarket where none."""
    with sales.open(encoding="utf-8", newline="") as file:
        days = [row["sold_on"] for row in csv.DictReader(file)]
    if not days:
        raise OtherMarket(f"{sales} has no sales; run `make demo`")
    return len(days), date.fromisoformat(max(days))


def sampled(
    sold: Sequence[Sold], most: int, rng: np.random.Generator, *, wanted: Callable[[date], bool]
) -> list[Sold]:
    """Those sold on the days that are wanted, drawn where there are more than ``most``."""
    found = [each for each in sold if each.record.sold_on and wanted(each.record.sold_on)]
    if len(found) <= most:
        return found
    return [found[i] for i in sorted(rng.choice(len(found), most, replace=False).tolist())]


def digest_of(sold: Sequence[Sold]) -> str:
    """SHA-256 over the devices: id, day, price, answers."""
    made = hashlib.sha256()
    for each in sold:
        record = each.record
        amount = record.price.amount if record.price else None
        answers = sorted(record.answers.items())
        line = (record.record_id, str(record.sold_on), record.words.model, amount, answers)
        made.update(f"{line}\n".encode())
    return made.hexdigest()


def true_tariffs(terms: Terms) -> Tariffs:
    """The tariffs that true prices are held against."""
    return Tariffs(ALL_TAUGHT, terms)


def _place(sale_id: str) -> int:
    return int(sale_id.removeprefix("S")) - 1
