"""scikit-learn's HistGradientBoosting, on its own categories or on target-encoded ones."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from training.benchmark.peer_columns import coder_of, target_coded
from training.benchmark.peers.peer import POINT, QUANTILES, Peer, Predict, Settings, three_times
from training.dataset import Dataset
from training.metrics import LEVELS
from valuation.features import Columns, Floats

MOST = 250  # categories of a column; the library takes 255, the rest counts as missing
SPACE = {
    "loss": (QUANTILES, POINT),
    "categories": ("target", "native"),
    "trees": (200, 100, 400),
    "learning_rate": (0.08, 0.03, 0.05, 0.15),
    "leaves": (31, 7, 15, 63),
    "leaf_minimum": (20, 5, 10, 40),
    "column_share": (1.0, 0.5, 0.75),
    "ridge": (0.0, 1.0, 10.0),
    "variant": (True, False),
}


def _fit(settings: Settings, sales: Dataset, seed: int) -> Predict:
    encode, matrix, categories = _encoded(settings, sales, seed)

    def fitted(**loss: object) -> HistGradientBoostingRegressor:
        regressor = HistGradientBoostingRegressor(
            **loss,
            max_iter=int(settings["trees"]),
            learning_rate=float(settings["learning_rate"]),
            max_leaf_nodes=int(settings["leaves"]),
            min_samples_leaf=int(settings["leaf_minimum"]),
            max_features=float(settings["column_share"]),
            l2_regularization=float(settings["ridge"]),
            categorical_features=categories,
            early_stopping=False,
            random_state=seed,
        )
        # The library has no argument for it; folds run side by side in processes of their own.
        with threadpool_limits(limits=1, user_api="openmp"):
            return regressor.fit(matrix, sales.log_price)

    if settings["loss"] == POINT:
        middle = fitted(loss="absolute_error")
        return lambda columns: three_times(middle.predict(encode(columns)))
    by_level = [fitted(loss="quantile", quantile=level) for level in LEVELS]

    def predict(columns: Columns) -> Floats:
        encoded = encode(columns)
        return np.column_stack([each.predict(encoded) for each in by_level])

    return predict


def _encoded(
    settings: Settings, sales: Dataset, seed: int
) -> tuple[Predict, Floats, list[int] | None]:
    """How columns become a matrix, the matrix of the fit, and which of its columns are codes."""
    variant = bool(settings["variant"])
    if settings["categories"] == "target":
        coder, matrix = target_coded(sales, seed=seed, variant=variant)
        return coder.matrix, matrix, None
    native = coder_of(sales.columns, most=MOST, variant=variant)
    return native.matrix, native.matrix(sales.columns), list(range(native.coded))


PEER = Peer("HistGradientBoosting", SPACE, _fit)
