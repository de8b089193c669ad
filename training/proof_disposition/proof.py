"""The proof: devices that the price model has not seen, three ways of choosing, one oracle."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from training.proof_disposition.cases import Found, cases_of
from training.proof_disposition.figures import (
    Case,
    Chooser,
    Estimate,
    Flagged,
    Truth,
    Wrong,
    by_median,
    by_service,
    flagged,
    loss,
    more_lost,
    regret,
    tuned,
    under,
    wrong_routes,
)
from training.proof_disposition.market import DemoMarket, Sold, digest_of, sampled
from training.proof_disposition.sensitivity import Turned, sensitivity
from training.proof_disposition.service import Service, opened
from valuation.tables.book import Book

TARGET = 0.02
SEED = 1
US, MEDIAN, RULE = "the service", "its median", "dismantle under"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many devices at most: measured, to tune the rule on, to change inputs of."""

    devices: int = 6000
    tuning: int = 3000
    sensitivity: int = 2000


@dataclass(frozen=True, slots=True)
class Way:
    """A way of choosing: its regret, and how much more it loses than the service, under a truth.

    ``lost``: minor units a device.
    """

    name: str
    truth: Truth
    regret: Estimate
    more: Estimate
    lost: float
    all: Flagged
    ungated: Flagged


@dataclass(frozen=True, slots=True)
class Part:
    """The devices with some answers: how many were routed where, by whom, and what it cost.

    ``routes``: by the service; ``best``: by the oracle under each truth. ``referred``: devices
    without a route, by reason: a person must look. ``wrong``: where the service's route is not the
    oracle's at the sale price.
    """

    answers: str
    devices: int
    referred: Counter[str]
    gated: int
    routes: Counter[str]
    best: dict[Truth, Counter[str]]
    wrong: list[Wrong]
    ways: list[Way]

    def way(self, name: str, truth: Truth) -> Way:
        """One way's figures."""
        return next(each for each in self.ways if each.name == name and each.truth is truth)


@dataclass(frozen=True, slots=True)
class Proof:
    """All that was found; ``thresholds``: the rule's, in minor units, tuned under each truth."""

    bundle: str
    market: str
    currency: str
    first: date
    last: date
    fitted_until: date
    digest: str
    tuning: int
    thresholds: dict[Truth, int]
    inspected: Part
    recorded: Part
    turned: list[Turned]
    turned_on: int

    @property
    def holds(self) -> bool:
        """Whether the service loses less than the target under either truth."""
        return all(self.inspected.way(US, truth).regret.share < TARGET for truth in Truth)


def prove(
    folder: Path, market: DemoMarket, sold: Sequence[Sold], book: Book, *, today: date,
    sizes: Sizes, jobs: int = 1, say: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Proof:  # fmt: skip
    """The whole proof of the bundle in ``folder`` under today's tables."""
    (model, lookup), rng = opened(folder), np.random.default_rng(SEED)
    until = date.fromisoformat(str(model.evaluation["fitted_until"]))
    tables = book.tables(today)
    routed = partial(cases_of, folder, tables, market, jobs=jobs)
    later = sampled(sold, sizes.devices, rng, wanted=lambda day: day > until)
    fitted = sampled(sold, sizes.tuning, rng, wanted=lambda day: day <= until)
    say(f"routing {len(fitted):,} devices of the fitted window")
    known, _ = routed([market.inspected(each) for each in fitted])
    thresholds = {truth: tuned(known, truth) for truth in Truth}
    say(f"routing {len(later):,} devices of the later window, inspected and as recorded")
    inspected = [market.inspected(each) for each in later]
    parts = [
        _part(answers, routed(devices), thresholds)
        for answers, devices in (("inspected", inspected), ("as recorded", later))
    ]
    drawn = sampled(inspected, sizes.sensitivity, rng, wanted=lambda _: True)
    say(f"changing one input at a time on {len(drawn):,} devices")
    records = [each.record for each in drawn]
    quotes = zip(records, Service(model, tables, lookup).quotes(records), strict=True)
    asked = [(record, quote) for record, quote in quotes if not isinstance(quote, str)]
    turned = sensitivity(folder, tables, asked, jobs=jobs, progress=progress)
    days = [each.record.sold_on for each in later if each.record.sold_on]
    return Proof(
        bundle=model.digest, market=model.market.slug, currency=model.market.currency,
        first=min(days), last=max(days), fitted_until=until, digest=digest_of(later),
        tuning=len(known), thresholds=thresholds, inspected=parts[0], recorded=parts[1],
        turned=turned, turned_on=len(asked),
    )  # fmt: skip


def _part(answers: str, found: Found, thresholds: dict[Truth, int]) -> Part:
    cases, referred = found
    return Part(
        answers=answers,
        devices=len(cases),
        referred=referred,
        gated=sum(case.gated for case in cases),
        routes=Counter(case.chosen.value for case in cases),
        best={truth: Counter(case.best(truth).route.value for case in cases) for truth in Truth},
        wrong=wrong_routes(cases, Truth.SOLD),
        ways=[way for truth in Truth for way in ways(cases, truth, thresholds[truth])],
    )


def ways(cases: Sequence[Case], truth: Truth, threshold: int) -> list[Way]:
    """The service and its peers under a truth."""
    choosers: dict[str, Chooser] = {US: by_service, MEDIAN: by_median, RULE: under(threshold)}
    losses = {name: loss(cases, chooser, truth) for name, chooser in choosers.items()}
    ungated = [case for case in cases if not case.gated]
    return [
        Way(
            name=name,
            truth=truth,
            # The same draws for every way.
            regret=regret(losses[name], np.random.default_rng(SEED)),
            more=more_lost(losses[name], losses[US], np.random.default_rng(SEED)),
            lost=float(losses[name].lost.mean()),
            all=flagged(cases, chooser, truth),
            ungated=flagged(ungated, chooser, truth),
        )
        for name, chooser in choosers.items()
    ]
