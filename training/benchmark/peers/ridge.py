"""Ridge regression of the log price on one-hot words and hedonic numbers."""

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from training.benchmark.peer_columns import Coder, coder_of
from training.benchmark.peers.peer import Peer, Predict, Settings, three_times
from training.dataset import Dataset
from valuation.features import Columns, Floats

SPACE = {
    "alpha": (1.0, 0.1, 0.3, 3.0, 10.0),
    "variant": (True, False),
    "powers": (2, 1, 3),
    "least_sales": (1, 2, 5),
}


def _fit(settings: Settings, sales: Dataset, _seed: int) -> Predict:
    coder = coder_of(sales.columns, variant=bool(settings["variant"]))
    values = coder.values(sales.columns)
    typical = np.array([np.median(column[~np.isnan(column)]) for column in values.T])
    words = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=int(settings["least_sales"])
    )
    words.fit(_words(coder, sales.columns))
    numbers = StandardScaler()
    powers = int(settings["powers"])
    numbers.fit(_numbers(coder, sales.columns, typical, powers))

    def design(columns: Columns) -> Floats:
        one_hot = words.transform(_words(coder, columns)).toarray()
        scaled = numbers.transform(_numbers(coder, columns, typical, powers))
        return np.hstack([one_hot, np.clip(scaled, -5, 5)])

    middle = float(np.mean(sales.log_price))
    line = Ridge(alpha=float(settings["alpha"]), solver="cholesky")
    line.fit(design(sales.columns), sales.log_price - middle)
    return lambda columns: three_times(line.predict(design(columns)) + middle)


def _words(coder: Coder, columns: Columns) -> Floats:
    """Codes with -1 for a word that the fit did not have."""
    return np.nan_to_num(coder.codes(columns), nan=-1.0)


def _numbers(coder: Coder, columns: Columns, typical: Floats, powers: int) -> Floats:
    """Numbers filled with the typical one beside a flag, and their powers."""
    values = coder.values(columns)
    absent = np.isnan(values)
    filled = np.where(absent, typical, values) - typical
    spread = np.maximum(np.abs(typical), 1.0)
    raised = [(filled / spread) ** power for power in range(1, powers + 1)]
    return np.hstack([*raised, absent.astype(np.float64)])


PEER = Peer("ridge, one-hot", SPACE, _fit)
