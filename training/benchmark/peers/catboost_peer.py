"""CatBoost with its own treatment of categories and its joint loss of several quantiles."""

import catboost
import numpy as np
import pandas as pd

from training.benchmark.peer_columns import ABSENT, Coder, coder_of, words_of
from training.benchmark.peers.peer import POINT, QUANTILES, Peer, Predict, Settings, three_times
from training.dataset import Dataset
from training.metrics import LEVELS
from valuation.features import Columns

JOINT = "MultiQuantile:alpha=" + ",".join(str(level) for level in LEVELS)
SPACE = {
    "loss": (POINT, QUANTILES),
    "trees": (300, 150, 500, 800),
    "learning_rate": (0.1, 0.05, 0.07, 0.15),
    "depth": (6, 4, 5, 7),
    "ridge": (3.0, 1.0, 10.0),
    "combinations": (1, 2),
    "one_hot_at_most": (2, 10, 30),
    "random_strength": (1.0, 0.3, 3.0),
    "variant": (True, False),
}


def _fit(settings: Settings, sales: Dataset, seed: int) -> Predict:
    coder = coder_of(sales.columns, variant=bool(settings["variant"]))
    point = settings["loss"] == POINT
    regressor = catboost.CatBoostRegressor(
        loss_function="MAE" if point else JOINT,
        iterations=int(settings["trees"]),
        learning_rate=float(settings["learning_rate"]),
        depth=int(settings["depth"]),
        l2_leaf_reg=float(settings["ridge"]),
        max_ctr_complexity=int(settings["combinations"]),
        one_hot_max_size=int(settings["one_hot_at_most"]),
        random_strength=float(settings["random_strength"]),
        cat_features=list(coder.vocabulary),
        random_seed=seed,
        thread_count=1,
        allow_writing_files=False,
        verbose=False,
    ).fit(_frame(coder, sales.columns), sales.log_price)
    if point:
        return lambda columns: three_times(regressor.predict(_frame(coder, columns)))
    return lambda columns: np.asarray(regressor.predict(_frame(coder, columns)), dtype=np.float64)


def _frame(coder: Coder, columns: Columns) -> pd.DataFrame:
    """Words as they are, numbers with NaN: CatBoost takes both."""
    words = words_of(columns)
    named = {
        name: [ABSENT if word is None else str(word) for word in words[name]]
        for name in coder.vocabulary
    }
    numbers = pd.DataFrame(coder.values(columns), columns=list(coder.numbers))
    return pd.concat([pd.DataFrame(named), numbers], axis=1)


PEER = Peer("CatBoost", SPACE, _fit)
