"""One quote in the bench's own process: how long, how many rows, and where the time goes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from statistics import median
from time import perf_counter
from typing import cast

from training.bench.cases import Case, Till
from valuation.domain.distribution import Distribution
from valuation.features import FeatureRow, Floats
from valuation.price_model.library import Booster
from valuation.price_model.model import PriceModel

MICRO = 1e6


@dataclass(slots=True)
class Watch:
    """What one quote asked of the price model; times in seconds."""

    rows: int = 0
    model: float = 0.0
    boosters: float = 0.0


@dataclass(frozen=True, slots=True)
class _WatchedBooster:
    """A booster whose time is taken."""

    booster: Booster
    watch: Watch

    @property
    def features(self) -> int:
        return self.booster.features

    def predict(self, matrix: Floats) -> Floats:
        began = perf_counter()
        scores = self.booster.predict(matrix)
        self.watch.boosters += perf_counter() - began
        return scores


@dataclass(frozen=True, slots=True)
class _WatchedModel(PriceModel):
    """A price model whose rows are counted and whose time is taken."""

    watch: Watch = field(default_factory=Watch)

    def price_many(
        self, rows: Sequence[FeatureRow], *, guarantee: float = 0.1
    ) -> list[Distribution]:
        began = perf_counter()
        priced = PriceModel.price_many(self, rows, guarantee=guarantee)
        self.watch.model += perf_counter() - began
        self.watch.rows += len(rows)
        return priced


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Quotes by the number of rows that they asked for, and median microseconds by phase."""

    rows: Mapping[int, int]
    phases: Mapping[str, float]


def latencies(till: Till, cases: Sequence[Case], *, seconds: float, most: int) -> list[float]:
    """Seconds of each quote, one after the other, for so many seconds and at most so many."""
    taken: list[float] = []
    until = perf_counter() + seconds
    while len(taken) < most and (began := perf_counter()) < until:
        till.quote(cases[len(taken) % len(cases)].request)
        taken.append(perf_counter() - began)
    return taken


def anatomy(till: Till, cases: Sequence[Case]) -> Anatomy:
    """Rows and phases of a quote for each case."""
    watch = Watch()
    watched = replace(till, desk=replace(till.desk, model=_watched(till.desk.model, watch)))
    watched.quote(cases[0].request)  # the day's terms are read once
    rows: Counter[int] = Counter()
    spent: dict[str, list[float]] = {}
    for case in cases:
        watch.rows, watch.model, watch.boosters = 0, 0.0, 0.0
        began = perf_counter()
        watched.quote(case.request)
        rows[watch.rows] += 1
        for phase, seconds in _phases(perf_counter() - began, watch).items():
            spent.setdefault(phase, []).append(seconds * MICRO)
    return Anatomy(
        dict(sorted(rows.items())), {phase: round(median(took)) for phase, took in spent.items()}
    )


def _phases(whole: float, watch: Watch) -> Mapping[str, float]:
    return {
        "features, ladder and calibration": watch.model - watch.boosters,
        "boosters": watch.boosters,
        "look-up, answers, plan and arithmetic": whole - watch.model,
    }


def _watched(model: PriceModel, watch: Watch) -> PriceModel:
    parts = {part.name: getattr(model, part.name) for part in fields(PriceModel)}
    direct = model.direct and replace(
        model.direct, boosters=_watched_boosters(model.direct.boosters, watch)
    )
    changed = {"boosters": _watched_boosters(model.boosters, watch), "direct": direct}
    return _WatchedModel(**{**parts, **changed}, watch=watch)


def _watched_boosters(boosters: Sequence[Booster], watch: Watch) -> tuple[Booster, ...]:
    return cast(tuple[Booster, ...], tuple(_WatchedBooster(it, watch) for it in boosters))
