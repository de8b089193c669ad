"""LightGBM on raw categories, with its own treatment of them and its own losses; no ladder."""

from collections.abc import Callable

import lightgbm as lgb
import numpy as np

from training.benchmark.peer_columns import coder_of
from training.benchmark.peers.peer import POINT, QUANTILES, Peer, Predict, Settings, three_times
from training.dataset import Dataset
from training.metrics import LEVELS
from valuation.features import Columns, Floats

SPACE = {
    "loss": (QUANTILES, POINT),
    "trees": (300, 150, 600, 1000),
    "learning_rate": (0.05, 0.02, 0.03, 0.1),
    "leaves": (31, 7, 15, 63),
    "leaf_minimum": (20, 3, 5, 10, 40),
    "column_share": (0.8, 0.5, 0.65, 1.0),
    "row_share": (1.0, 0.6, 0.8),
    "ridge": (0.0, 1.0, 10.0),
    "category_ridge": (10.0, 1.0, 3.0, 30.0),
    "category_smooth": (10.0, 1.0, 3.0, 30.0),
    "variant": (True, False),
}


def _fit(settings: Settings, sales: Dataset, seed: int) -> Predict:
    coder = coder_of(sales.columns, variant=bool(settings["variant"]))
    data = lgb.Dataset(
        coder.matrix(sales.columns),
        sales.log_price,
        categorical_feature=list(range(coder.coded)),
        params={"max_bin": 255, "verbosity": -1, "min_data_in_leaf": settings["leaf_minimum"]},
        free_raw_data=False,
    )

    def booster(**objective: object) -> Callable[[Floats], Floats]:
        parameters = {**_parameters(settings, seed), **objective}
        trained = lgb.train(parameters, data, num_boost_round=int(settings["trees"]))
        return lambda matrix: np.asarray(trained.predict(matrix), dtype=np.float64)

    if settings["loss"] == POINT:
        middle = booster(objective="l1")
        return lambda columns: three_times(middle(coder.matrix(columns)))
    by_level = [booster(objective="quantile", alpha=level) for level in LEVELS]

    def predict(columns: Columns) -> Floats:
        matrix = coder.matrix(columns)
        return np.column_stack([each(matrix) for each in by_level])

    return predict


def _parameters(settings: Settings, seed: int) -> dict[str, object]:
    return {
        "num_leaves": settings["leaves"],
        "learning_rate": settings["learning_rate"],
        "min_data_in_leaf": settings["leaf_minimum"],
        "feature_fraction": settings["column_share"],
        "bagging_fraction": settings["row_share"],
        "bagging_freq": 0 if settings["row_share"] == 1.0 else 1,
        "lambda_l2": settings["ridge"],
        "cat_l2": settings["category_ridge"],
        "cat_smooth": settings["category_smooth"],
        "min_data_per_group": settings["leaf_minimum"],
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }


PEER = Peer("LightGBM, raw categories", SPACE, _fit)
