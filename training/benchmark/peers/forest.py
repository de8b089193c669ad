"""A random forest on target-encoded words; quantiles from the training prices in its leaves.

Meinshausen (2006) weights every training price by how often it shares a leaf with the row. Drawing
a few prices from each leaf gives the same distribution without its matrix of weights.
"""

import numpy as np
from sklearn.ensemble import RandomForestRegressor

from training.benchmark.peer_columns import target_coded
from training.benchmark.peers.peer import POINT, QUANTILES, Peer, Predict, Settings, three_times
from training.dataset import Dataset, Index
from training.metrics import LEVELS
from valuation.features import Columns, Floats

DRAWN = 6  # prices from each leaf
ROWS_AT_ONCE = 2000
SPACE = {
    "loss": (QUANTILES, POINT),
    "trees": (150, 100, 250),
    "leaf_minimum": (3, 1, 2, 5, 10),
    "column_share": (0.5, 0.3, 0.7, 1.0),
    "row_share": (1.0, 0.5, 0.7),
    "variant": (True, False),
}


def _fit(settings: Settings, sales: Dataset, seed: int) -> Predict:
    coder, matrix = target_coded(sales, seed=seed, variant=bool(settings["variant"]))
    share = float(settings["row_share"])
    forest = RandomForestRegressor(
        n_estimators=int(settings["trees"]),
        min_samples_leaf=int(settings["leaf_minimum"]),
        max_features=float(settings["column_share"]),
        max_samples=None if share == 1.0 else share,
        random_state=seed,
        n_jobs=1,
    ).fit(matrix, sales.log_price)
    if settings["loss"] == POINT:
        return lambda columns: three_times(forest.predict(coder.matrix(columns)))
    drawn = _drawn(forest.apply(matrix), sales.log_price, np.random.default_rng(seed))

    def predict(columns: Columns) -> Floats:
        leaves = forest.apply(coder.matrix(columns))
        steps = range(0, max(len(leaves), 1), ROWS_AT_ONCE)
        return np.vstack([_quantiles(drawn, leaves[at : at + ROWS_AT_ONCE]) for at in steps])

    return predict


def _drawn(
    leaves: Index, log_price: Floats, rng: np.random.Generator
) -> list[tuple[Index, Floats]]:
    """For each tree its leaves, ascending, and ``DRAWN`` training prices of each."""
    found = []
    for column in leaves.T:
        order = np.argsort(column, kind="stable")
        names, start, count = np.unique(column[order], return_index=True, return_counts=True)
        picked = (rng.random((len(names), DRAWN)) * count[:, None]).astype(np.intp)
        found.append((names, log_price[order[start[:, None] + picked]]))
    return found


def _quantiles(drawn: list[tuple[Index, Floats]], leaves: Index) -> Floats:
    """Quantiles at ``LEVELS`` of the prices drawn from each row's leaves, shape (n, 3)."""
    prices = [
        each[np.searchsorted(names, column)]
        for (names, each), column in zip(drawn, leaves.T, strict=True)
    ]
    found: Floats = np.quantile(np.hstack(prices), LEVELS, axis=1).T
    return found


PEER = Peer("random forest", SPACE, _fit)
