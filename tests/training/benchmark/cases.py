"""A small data set of our own making, as the benchmark sees one."""

import numpy as np

from tests.training.samples import make_market
from training.benchmark.datasets import Case, MarketSales
from training.benchmark.settings import Kind, Pace, Source, SplitPlan
from training.dataset import Dataset

PACE = Pace(
    search_seconds=0.01,
    search_rows=300,
    rows_a_market=0,
    folds_at_most=0,
    splits_at_most=0,
    draws=50,
)
PLANS = (
    SplitPlan("configuration", Kind.CONFIGURATION, folds=4),
    SplitPlan("device-model", Kind.DEVICE_MODEL, folds=4),
    SplitPlan("model-storage", Kind.MODEL_STORAGE, folds=4),
    SplitPlan("seller", Kind.SELLER, folds=4),
    SplitPlan("random", Kind.RANDOM, seeds=(42, 1)),
    SplitPlan("folds", Kind.RANDOM_FOLDS, folds=4),
)


def make_sales(dataset: Dataset, *, name: str = "sales.csv") -> MarketSales:
    n = len(dataset)
    keys = np.array([f"{name}:{line}" for line in range(n)], dtype=object)
    return MarketSales(dataset, keys, np.ones(n, dtype=bool), None, {}, float("nan"))


def make_case(*, rows: int = 600, markets: int = 1, seed: int = 5) -> Case:
    """Sales of 40 device models in each market."""
    sales = tuple(
        make_sales(make_market(np.random.default_rng([seed, m]), rows=rows)[0], name=f"{m}.csv")
        for m in range(markets)
    )
    source = Source("made", "Made up", "none", "mdape", "configuration", PLANS)
    return Case(source, sales, ((),) * markets, tuple(f"digest {m}" for m in range(markets)))
