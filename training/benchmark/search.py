"""One search a peer and data set: random settings on inner groups, for the same wall-clock time.

The score is the mean pinball loss of the log price at 10, 50 and 90%, out of fold, each quantile
shifted by what it misses on average: the conformal step does the like afterwards. The first trial
is the peer's own start. A candidate that is clearly behind after its first inner fold is dropped,
and none is begun that the time left could not finish.
"""

import hashlib
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from training import metrics
from training.benchmark.datasets import Case
from training.benchmark.methods import code_digest, peer
from training.benchmark.peers.peer import Settings
from training.benchmark.settings import Kind, Pace
from training.benchmark.splits import Fold, groups_of_kind
from training.benchmark.work import fitted, part_digest
from training.dataset import Dataset
from training.params import Params
from training.splits import balanced_folds
from valuation.features import Floats

INNER_FOLDS = 3
BEHIND = 1.03  # times the best: dropped after one inner fold


@dataclass(frozen=True, slots=True)
class Search:
    """A search to be made: pairs (fit, validation) by inner fold, each a list of markets."""

    case: str
    method: str
    key: str
    folds: tuple[tuple[tuple[Dataset, Dataset], ...], ...]
    params: Params
    seconds: float

    def __str__(self) -> str:
        return f"{self.case} {self.method}"


@dataclass(frozen=True, slots=True)
class Found:
    """The settings that won, with the score of the start and how many were tried."""

    settings: Settings
    score: float
    start_score: float
    trials: int
    seconds: float


def search_of(case: Case, fold: Fold, method: str, pace: Pace, params: Params) -> Search:
    """The search of a peer on the training part of a fold."""
    kind = case.source.plan(case.source.search).kind
    markets = [(case.markets[part.market].dataset.take(part.fit), part) for part in fold.parts]
    share = max(sum(len(sales) for sales, _ in markets), 1)
    fewer = [_thinned(sales, round(pace.search_rows * len(sales) / share)) for sales, _ in markets]
    digest = [part_digest(case.markets[p.market], p) for p in fold.parts]
    words = [*digest, *case.digests, method, code_digest(method), repr(pace), repr(params.seed)]
    key = hashlib.sha256("\n".join([*words, repr(asdict(params.sales))]).encode()).hexdigest()
    inner = _inner_folds(fewer, kind)
    return Search(case.source.name, method, key, inner, params, pace.search_seconds)


def search(task: Search) -> Found:
    """Random settings until the time is up; the best of them."""
    rng = np.random.default_rng([task.params.seed, *task.method.encode()])
    method, begun = peer(task.method), time.perf_counter()
    settings, trials, slowest = method.start(), 1, 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        best = first = _score(task, settings, float("inf"))
        slowest = time.perf_counter() - begun
        while time.perf_counter() - begun + slowest < task.seconds:
            candidate, since = method.drawn(rng), time.perf_counter()
            score = _score(task, candidate, best)
            took, trials = time.perf_counter() - since, trials + 1
            slowest = max(slowest, took)
            if score < best:
                settings, best = candidate, score
    return Found(settings, best, first, trials, time.perf_counter() - begun)


def _score(task: Search, settings: Settings, best: float) -> float:
    """Mean pinball loss over the inner folds; infinity for a candidate that is dropped early."""
    actual: list[Floats] = []
    raw: list[Floats] = []
    for number, markets in enumerate(task.folds):
        for sales, validation in markets:
            predict = fitted(task.method, settings, sales, task.params)
            actual.append(validation.log_price)
            raw.append(predict(validation.columns))
        loss = metrics.shifted_pinball(actual=np.concatenate(actual), quantiles=np.vstack(raw))
        if number == 0 and len(task.folds) > 1 and loss > BEHIND * best:
            return float("inf")
    return loss


def _inner_folds(
    markets: Sequence[Dataset], kind: Kind
) -> tuple[tuple[tuple[Dataset, Dataset], ...], ...]:
    """Inner folds by the groups of the search's split, by time where it is cut by time."""
    if kind is Kind.TIME:
        return (tuple(_later(sales) for sales in markets),)
    grouped = Kind.CONFIGURATION if kind in (Kind.RANDOM, Kind.RANDOM_FOLDS) else kind
    by_market = [
        balanced_folds(groups_of_kind(sales, grouped), INNER_FOLDS, salt="search")
        for sales in markets
    ]
    return tuple(
        tuple(
            (sales.take(fold != number), sales.take(fold == number))
            for sales, fold in zip(markets, by_market, strict=True)
        )
        for number in range(INNER_FOLDS)
    )


def _later(sales: Dataset) -> tuple[Dataset, Dataset]:
    """The first four fifths of the days, and the rest."""
    cut = np.quantile(sales.sold_on, 0.8)
    return sales.take(sales.sold_on <= cut), sales.take(sales.sold_on > cut)


def _thinned(sales: Dataset, rows: int) -> Dataset:
    """Every k-th sale, so that a search of many sales tries more than one candidate."""
    if len(sales) <= rows:
        return sales
    return sales.take(np.unique(np.linspace(0, len(sales) - 1, rows).astype(np.intp)))
