"""One row of the benchmark: a data set, a split and a scope, every method on the same rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training import metrics
from training.benchmark.coverage import Buyer, SegmentResult, by_buyer, segments_held
from training.benchmark.datasets import Case, MarketSales, rows_digest
from training.benchmark.measure import (
    LESS_IS_BETTER,
    Draws,
    Figure,
    Paired,
    Rows,
    figures,
    paired,
    row_values,
    whole,
)
from training.benchmark.methods import US
from training.benchmark.peers.peer import Settings
from training.benchmark.run import Plan
from training.benchmark.settings import Kind
from training.benchmark.splits import Fold
from training.benchmark.work import Result, job_of
from training.bootstrap import Codes, codes
from training.dataset import Mask
from valuation.features import Floats, Words

ALL = "all"


@dataclass(frozen=True, slots=True)
class Scored:
    """``n`` scored rows of a split, fold after fold: where each stands, and what every method says.

    ``market``, ``position``: of the row among the data set's markets and in that market's sales;
    ``log_quantiles`` (n, 3), ``support`` (n,) and seconds of all folds by method.
    """

    fold: Codes
    market: Codes
    position: Codes
    log_quantiles: Mapping[str, Floats]
    support: Mapping[str, Floats]
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Against:
    """Ours beside the best peer in one metric."""

    peer: str
    theirs: float
    paired: Paired


@dataclass(frozen=True, slots=True)
class Block:
    """The figures of one data set, split and scope.

    ``scored``: how many sales are scored, ``digest``: of their keys. ``seconds``: of one processor
    for a fold, by method; ``floor``: logMAE of the simulator's own medians, None for real sales.
    """

    case: str
    split: str
    kind: Kind
    scope: str
    folds: int
    rows: int
    scored: int
    digest: str
    figures: Mapping[str, Mapping[str, Figure]]
    ratios: Mapping[str, Mapping[str, float]]
    seconds: Mapping[str, float]
    against: Mapping[str, Against]
    segments: tuple[SegmentResult, ...]
    buyers: tuple[Buyer, ...]
    floor: float | None


def blocks_of(
    plan: Plan, results: Mapping[str, Result], settings: Mapping[tuple[str, str], Settings],
    *, widest: int,
) -> list[Block]:  # fmt: skip
    """A block for each split and scope of a data set."""
    found = []
    for name, folds in plan.folds.items():
        scored = _collected(plan, folds, results, settings)
        kind = plan.case.source.plan(name).kind
        for scope in plan.case.source.scopes:
            inside = _in_scope(plan.case, scored, scope)
            if inside.any():
                part = _taken(scored, inside)
                found.append(_block(plan, name, kind, scope, len(folds), part, widest))
    return found


def _collected(
    plan: Plan, folds: Sequence[Fold], results: Mapping[str, Result],
    settings: Mapping[tuple[str, str], Settings],
) -> Scored:  # fmt: skip
    parts = [(fold, part) for fold in folds for part in fold.parts]
    by_method: dict[str, list[Result]] = {}
    for method in plan.methods:
        chosen = settings.get((plan.case.source.name, method))
        keys = [job_of(plan.case, f, p, method, chosen, plan.params).key for f, p in parts]
        by_method[method] = [results[key] for key in keys]
    return Scored(
        fold=np.concatenate([np.full(len(part.test), fold.number) for fold, part in parts]),
        market=np.concatenate([np.full(len(part.test), part.market) for _, part in parts]),
        position=np.concatenate([part.test for _, part in parts]),
        log_quantiles={m: np.vstack([r.log_quantiles for r in f]) for m, f in by_method.items()},
        support={
            m: np.concatenate([r.support for r in f]).astype(np.float64)
            for m, f in by_method.items()
        },
        seconds={m: sum(r.seconds for r in f) / len(folds) for m, f in by_method.items()},
    )


def _block(
    plan: Plan, name: str, kind: Kind, scope: str, folds: int, scored: Scored, widest: int
) -> Block:
    case, rng = plan.case, np.random.default_rng([plan.params.seed, 7])
    rows = Rows(_gathered(case, scored, lambda m: m.dataset.log_price).astype(np.float64),
                _groups(case, scored, kind), scored.fold)  # fmt: skip
    draws = Draws.of(rows, draws=plan.pace.draws, rng=rng)
    values = {
        method: row_values(rows=rows, log_quantiles=quantiles, widest=widest)
        for method, quantiles in scored.log_quantiles.items()
    }
    keys = _gathered(case, scored, lambda m: m.keys)
    return Block(
        case=case.source.name, split=name, kind=kind, scope=scope, folds=folds, rows=len(rows),
        scored=len(set(keys.tolist())), digest=rows_digest(np.unique(keys.astype(str))),
        figures={m: figures(rows=rows, values=v, draws=draws) for m, v in values.items()},
        ratios={m: _ratios(rows, scored, q) for m, q in scored.log_quantiles.items()},
        seconds=scored.seconds,
        against=_against(values, draws),
        segments=_segments(plan, kind, scored, rows, values, rng),
        buyers=_buyers(plan, kind, scored, values) if scope == ALL else (),
        floor=_floor(case, scored, rows),
    )  # fmt: skip


def _against(values: Mapping[str, Mapping[str, Floats]], draws: Draws | None) -> dict[str, Against]:
    """Ours beside the peer that is best in each metric; nothing without us or without peers."""
    peers = [method for method in values if method != US]
    if US not in values or not peers:
        return {}
    found = {}
    for name in LESS_IS_BETTER:
        best = min(peers, key=lambda peer: whole(name, values[peer][name]))
        theirs = values[best][name]
        pair = paired(name, ours=values[US][name], theirs=theirs, draws=draws)
        found[name] = Against(best, whole(name, theirs), pair)
    return found


def _segments(
    plan: Plan, kind: Kind, scored: Scored, rows: Rows,
    values: Mapping[str, Mapping[str, Floats]], rng: np.random.Generator,
) -> tuple[SegmentResult, ...]:  # fmt: skip
    # Seeds score a row several times, so that a segment's count of rows would say nothing.
    if US not in values or kind is Kind.RANDOM:
        return ()
    parts = _by_market(plan.case, scored)
    return segments_held(
        parts=[(sales, at, scored.log_quantiles[US][at, 1], scored.support[US][at])
               for sales, at in parts],
        inside=values[US]["coverage"], groups=rows.groups,
        unsold=kind is Kind.DEVICE_MODEL, rng=rng, draws=plan.pace.draws,
    )  # fmt: skip


def _buyers(
    plan: Plan, kind: Kind, scored: Scored, values: Mapping[str, Mapping[str, Floats]]
) -> tuple[Buyer, ...]:
    if kind is Kind.RANDOM:
        return ()
    return by_buyer(parts=_by_market(plan.case, scored), values=values)


def _by_market(case: Case, scored: Scored) -> list[tuple[MarketSales, Codes]]:
    """Each market's scored sales, with their places among the rows."""
    found = []
    for number, sales in enumerate(case.markets):
        at = np.flatnonzero(scored.market == number)
        if len(at):
            found.append((sales.take(scored.position[at]), at))
    return found


def _ratios(rows: Rows, scored: Scored, log_quantiles: Floats) -> dict[str, float]:
    """COD and PRD, the mean over markets by their rows: currencies cannot be summed."""
    cod = prd = 0.0
    for number in np.unique(scored.market):
        inside = scored.market == number
        actual, predicted = np.exp(rows.log_price[inside]), np.exp(log_quantiles[inside, 1])
        share = float(inside.mean())
        cod += share * metrics.cod(actual=actual, predicted=predicted)
        prd += share * metrics.prd(actual=actual, predicted=predicted)
    return {"cod": cod, "prd": prd}


def _floor(case: Case, scored: Scored, rows: Rows) -> float | None:
    if any(sales.truth is None for sales in case.markets):
        return None
    truth = _gathered(case, scored, lambda m: m.truth).astype(np.float64)
    return metrics.mean_absolute_error(actual=rows.log_price, predicted=truth)


def _groups(case: Case, scored: Scored, kind: Kind) -> Codes:
    """What the bootstrap draws: sellers, or device models where no seller is known or whole device
    models are held out."""
    names = _gathered(case, scored, lambda m: m.dataset.columns.device_model)
    if kind is not Kind.DEVICE_MODEL:
        sellers = _gathered(case, scored, lambda m: m.dataset.seller)
        names = np.where(sellers == None, names, sellers)  # noqa: E711 -- by element
    return codes(names.tolist())


def _gathered(case: Case, scored: Scored, of: Callable[[MarketSales], Any]) -> Words:
    """A column of the markets' sales in the order of the scored rows."""
    gathered = np.empty(len(scored.market), dtype=object)
    for number, sales in enumerate(case.markets):
        inside = scored.market == number
        gathered[inside] = of(sales)[scored.position[inside]]
    return gathered


def _in_scope(case: Case, scored: Scored, scope: str) -> Mask:
    category = _gathered(case, scored, lambda m: m.dataset.columns.category)
    return np.asarray((category == scope) | (scope == ALL), dtype=np.bool_)


def _taken(scored: Scored, rows: Mask) -> Scored:
    return Scored(
        scored.fold[rows], scored.market[rows], scored.position[rows],
        {method: each[rows] for method, each in scored.log_quantiles.items()},
        {method: each[rows] for method, each in scored.support.items()},
        scored.seconds,
    )  # fmt: skip
