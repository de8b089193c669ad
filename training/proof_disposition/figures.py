"""What a way of choosing routes loses against an oracle, and how well it flags: pure functions.

Amounts are minor units of one currency.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import binomtest

from valuation.domain.disposition import FLAGS, Flag, Route, RouteValue, choose
from valuation.features import Floats

DRAWS = 1000
ENDS = (0.025, 0.975)

Routes = tuple[RouteValue, ...]


class Truth(StrEnum):
    """What the oracle knows: what the device was sold for, or the median of such sales."""

    SOLD = "sold"
    MEDIAN = "median"


@dataclass(frozen=True, slots=True)
class Case:
    """A device that was routed.

    ``chosen``: the service's route. ``at_median``: its routes valued at the predicted median, and
    ``p50`` that median. ``true``: the same routes at the true prices.
    """

    id: str
    chosen: Route
    at_median: Routes
    p50: int
    true: Mapping[Truth, Routes]

    def best(self, truth: Truth) -> RouteValue:
        """The oracle's route."""
        return choose(self.true[truth])

    def worth(self, route: Route, truth: Truth) -> int:
        """What a route truly brings."""
        return next(each.expected for each in self.true[truth] if each.route is route)

    @property
    def gated(self) -> bool:
        """Whether the gates leave one flag at most, so that no price decides it."""
        return len({FLAGS[each.route] for each in self.at_median if _possible(each)}) < 2


Chooser = Callable[[Case], Route]


def by_service(case: Case) -> Route:
    """By the price distribution, as the service does."""
    return case.chosen


def by_median(case: Case) -> Route:
    """The best route at the predicted median."""
    return choose(case.at_median).route


def under(threshold: int) -> Chooser:
    """The rule of a shop: parts or metal, whichever is better, where the predicted median is below
    the threshold, else resale as it is or repaired; the other group where the gates leave none."""

    def by_rule(case: Case) -> Route:
        wanted = Flag.DISMANTLE if case.p50 < threshold else Flag.RESALE
        group = [each for each in case.at_median if FLAGS[each.route] is wanted]
        if not any(map(_possible, group)):
            return choose(case.at_median).route
        return max(filter(_possible, group), key=lambda each: each.expected).route

    return by_rule


def tuned(cases: Sequence[Case], truth: Truth) -> int:
    """The threshold, 0 or just above a predicted median, under which the rule loses least."""
    ordered = sorted(cases, key=lambda case: case.p50)
    low, high = under(0), under(max((case.p50 for case in cases), default=0) + 1)
    resold = np.array([case.worth(low(case), truth) for case in ordered], dtype=np.float64)
    scrapped = np.array([case.worth(high(case), truth) for case in ordered], dtype=np.float64)
    gained = np.concatenate([[0.0], np.cumsum(scrapped - resold)])
    thresholds = [0, *(case.p50 + 1 for case in ordered)]
    # Of equal medians a threshold takes all or none.
    last = [i for i, each in enumerate(thresholds) if thresholds[i + 1 : i + 2] != [each]]
    return thresholds[max(last, key=lambda i: gained[i])]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its 95% interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Loss:
    """Per device: the oracle's value and what it brings less the chosen route, shape (n,)."""

    best: Floats
    lost: Floats

    @property
    def share(self) -> float:
        """What is lost of the oracle's value."""
        return float(self.lost.sum() / self.best.sum())


def loss(cases: Sequence[Case], chooser: Chooser, truth: Truth) -> Loss:
    """What a way of choosing loses."""
    best = np.array([case.best(truth).expected for case in cases], dtype=np.float64)
    got = np.array([case.worth(chooser(case), truth) for case in cases], dtype=np.float64)
    return Loss(best, best - got)


def regret(found: Loss, rng: np.random.Generator) -> Estimate:
    """The share of the oracle's value that is lost; devices are drawn again for the interval."""
    return _drawn(found.best, found.lost, rng)


def more_lost(one: Loss, other: Loss, rng: np.random.Generator) -> Estimate:
    """How much more of the oracle's value one way loses than another on the same devices."""
    return _drawn(one.best, one.lost - other.lost, rng)


def _drawn(best: Floats, lost: Floats, rng: np.random.Generator) -> Estimate:
    shares = []
    for _ in range(DRAWS):
        rows = rng.integers(0, len(best), len(best))
        shares.append(lost[rows].sum() / best[rows].sum())
    low, high = np.quantile(shares, ENDS)
    return Estimate(float(lost.sum() / best.sum()), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Wrong:
    """Devices of which the service's route is another than the oracle's, with the share of all that
    the service loses."""

    chosen: Route
    best: Route
    devices: int
    share: float


def wrong_routes(cases: Sequence[Case], truth: Truth) -> list[Wrong]:
    """What the service loses by the pair of routes, the most first."""
    devices, lost = Counter[tuple[Route, Route]](), Counter[tuple[Route, Route]]()
    for case in cases:
        best = case.best(truth)
        if best.route is not case.chosen:
            pair = case.chosen, best.route
            devices[pair] += 1
            lost[pair] += best.expected - case.worth(case.chosen, truth)
    whole = lost.total() or 1
    return [Wrong(*pair, devices[pair], amount / whole) for pair, amount in lost.most_common()]


@dataclass(frozen=True, slots=True)
class Flagged:
    """Devices by who dismantles them: both, the chooser alone, the oracle alone, neither."""

    both: int
    chooser: int
    oracle: int
    neither: int

    @property
    def devices(self) -> int:
        """How many there are."""
        return self.both + self.chooser + self.oracle + self.neither

    @property
    def flagged(self) -> int:
        """How many the chooser dismantles."""
        return self.both + self.chooser

    @property
    def share(self) -> float:
        """The share that the chooser dismantles."""
        return self.flagged / self.devices

    @property
    def recall(self) -> Estimate | None:
        """Of those that the oracle dismantles, the share flagged; None where there are none."""
        return _wilson(self.both, self.both + self.oracle)

    @property
    def precision(self) -> Estimate | None:
        """Of those flagged, the share that the oracle dismantles; None where there are none."""
        return _wilson(self.both, self.flagged)


def flagged(cases: Sequence[Case], chooser: Chooser, truth: Truth) -> Flagged:
    """The flag dismantle held against the oracle's."""
    pairs = [
        (
            FLAGS[chooser(case)] is Flag.DISMANTLE,
            FLAGS[case.best(truth).route] is Flag.DISMANTLE,
        )
        for case in cases
    ]
    return Flagged(
        both=pairs.count((True, True)),
        chooser=pairs.count((True, False)),
        oracle=pairs.count((False, True)),
        neither=pairs.count((False, False)),
    )


def _wilson(hits: int, of: int) -> Estimate | None:
    if not of:
        return None
    bounds = binomtest(hits, of).proportion_ci(method="wilson")
    return Estimate(hits / of, float(bounds.low), float(bounds.high))


def _possible(each: RouteValue) -> bool:
    return each.open and each.route is not Route.REFUSE
