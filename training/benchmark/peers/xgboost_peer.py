"""XGBoost with its own treatment of categories and its loss of several quantiles at once."""

import numpy as np
import xgboost

from training.benchmark.peer_columns import Coder, coder_of, target_coded
from training.benchmark.peers.peer import POINT, QUANTILES, Peer, Predict, Settings, three_times
from training.dataset import Dataset
from training.metrics import LEVELS
from valuation.features import Columns, Floats

SPACE = {
    "loss": (QUANTILES, POINT),
    "categories": ("target", "native"),
    "trees": (200, 100, 400),
    "learning_rate": (0.08, 0.03, 0.05, 0.15),
    "depth": (6, 4, 5, 8),
    "leaf_minimum": (5.0, 1.0, 10.0, 20.0),
    "column_share": (0.8, 0.5, 1.0),
    "row_share": (1.0, 0.6, 0.8),
    "ridge": (1.0, 5.0, 20.0),
    "variant": (True, False),
}
NUMBER, CODE = "q", "c"


def _fit(settings: Settings, sales: Dataset, seed: int) -> Predict:
    encode, matrix, kinds = _encoded(settings, sales, seed)
    point = settings["loss"] == POINT
    loss = (
        {"objective": "reg:absoluteerror"}
        if point
        else {"objective": "reg:quantileerror", "quantile_alpha": list(LEVELS)}
    )

    def data(values: Floats, target: Floats | None = None) -> xgboost.DMatrix:
        return xgboost.DMatrix(values, target, feature_types=kinds, enable_categorical=True)

    booster = xgboost.train(
        {**_parameters(settings, seed), **loss},
        data(matrix, sales.log_price),
        num_boost_round=int(settings["trees"]),
    )

    def predict(columns: Columns) -> Floats:
        found = np.asarray(booster.predict(data(encode(columns))), dtype=np.float64)
        return three_times(found) if point else found

    return predict


def _encoded(settings: Settings, sales: Dataset, seed: int) -> tuple[Predict, Floats, list[str]]:
    """How columns become a matrix, the matrix of the fit, and the kind of each of its columns."""
    variant = bool(settings["variant"])
    if settings["categories"] == "target":
        coder, matrix = target_coded(sales, seed=seed, variant=variant)
        return coder.matrix, matrix, [NUMBER] * matrix.shape[1]
    native: Coder = coder_of(sales.columns, variant=variant)
    matrix = native.matrix(sales.columns)
    kinds = [CODE] * native.coded + [NUMBER] * (matrix.shape[1] - native.coded)
    return native.matrix, matrix, kinds


def _parameters(settings: Settings, seed: int) -> dict[str, object]:
    return {
        "tree_method": "hist",
        "eta": settings["learning_rate"],
        "max_depth": settings["depth"],
        "min_child_weight": settings["leaf_minimum"],
        "colsample_bytree": settings["column_share"],
        "subsample": settings["row_share"],
        "lambda": settings["ridge"],
        "seed": seed,
        "nthread": 1,
        "verbosity": 0,
    }


PEER = Peer("XGBoost", SPACE, _fit)
