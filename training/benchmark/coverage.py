"""Coverage of our intervals by segment, and what each buyer's prices look like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.benchmark.datasets import MarketSales
from training.benchmark.measure import whole
from training.bootstrap import Codes, group_bootstrap
from training.coverage_rule import ROWS, SegmentCoverage, fails
from training.segments import segments_of
from valuation.features import Floats, Words
from valuation.price_model.calibration import CELL_CONTEXT

DIMENSIONS = ("brand", "age", "predicted median", "cosmetic grade", CELL_CONTEXT)
KIND = "kind"

Part = tuple[MarketSales, Codes, Floats, Floats]


@dataclass(frozen=True, slots=True)
class SegmentResult:
    """The coverage of a segment, by the one rule of table, card and gate."""

    dimension: str
    value: str
    covered: SegmentCoverage

    @property
    def fails(self) -> bool:
        """Whether its interval does not keep its word."""
        return fails(self.covered)


@dataclass(frozen=True, slots=True)
class Buyer:
    """What a buyer of one market looks like: MdAPE, coverage and interval score by method."""

    market: str
    buyer: str
    rows: int
    mdape: Mapping[str, float]
    coverage: Mapping[str, float]
    interval_score: Mapping[str, float]


def segments_held(
    *,
    parts: Sequence[Part],
    inside: Floats,
    groups: Codes,
    unsold: bool,
    rng: np.random.Generator,
    draws: int,
) -> tuple[SegmentResult, ...]:
    """Segments with rows enough to be judged; ``unsold``: device models were held out whole.

    ``parts``: each market's sales, their places among the n rows, our log medians and supports;
    ``inside``, ``groups``: (n,), whether the sale lay in our interval, and what is drawn.
    """
    found = []
    for dimension, words in _labels(parts, len(inside)).items():
        for value in sorted(set(words.tolist())):
            rows = words == value
            if rows.sum() >= ROWS:
                bounds = group_bootstrap(
                    values=inside[rows], groups=groups[rows], rng=rng, draws=draws
                )
                share = float(inside[rows].mean())
                name, count = f"{dimension} {value}", int(rows.sum())
                covered = SegmentCoverage(name, count, share, bounds, unsold)
                found.append(SegmentResult(dimension, value, covered))
    return tuple(found)


def _labels(parts: Sequence[Part], n: int) -> dict[str, Words]:
    labels: dict[str, Words] = {}
    for sales, at, log_median, support in parts:
        own = segments_of(dataset=sales.dataset, log_median=log_median, support=support)
        named = {name: own[name] for name in DIMENSIONS if name in own}
        # Fifths are cut in each market by itself; their prices differ by currency.
        named["predicted median"] = np.array(
            [str(word).partition(":")[0] for word in named["predicted median"]], dtype=object
        )
        kind = sales.dataset.market.kind.value
        for name, words in {**named, KIND: np.full(len(at), kind, dtype=object)}.items():
            labels.setdefault(name, np.full(n, "none", dtype=object))[at] = words
    return labels


def by_buyer(
    *, parts: Sequence[tuple[MarketSales, Codes]], values: Mapping[str, Mapping[str, Floats]]
) -> tuple[Buyer, ...]:
    """Each buyer of each market; nothing where the sales name none."""
    found = []
    for sales, at in parts:
        buyers = sales.dataset.columns.context.get(CELL_CONTEXT)
        if buyers is None:
            continue
        for buyer in sorted({str(name) for name in buyers if name is not None}):
            rows = at[buyers == buyer]
            figures = {
                metric: {m: whole(metric, each[metric][rows]) for m, each in values.items()}
                for metric in ("mdape", "coverage", "interval_score")
            }
            found.append(Buyer(sales.dataset.market.slug, buyer, len(rows), **figures))
    return tuple(found)
