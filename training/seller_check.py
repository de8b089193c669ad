"""One seller's sales of one device model, all far from what it is sold for.

A handful of sales moves no median, so no measure of the price model shows them; yet whoever wrote
them may write more. Mistakes, another kind of device under the same name and poison look alike
here: a person looks at them.
"""

import numpy as np
import pandas as pd

from training.checks import EXAMPLES, Finding
from training.dataset import Dataset
from valuation.features import Floats

LEAST_SALES = 3  # of one seller and device model; two may be an accident
FACTOR = 2.0  # times dearer or cheaper than the median in the middle of the seller's sales


def deviating_sellers(*, dataset: Dataset, log_median: Floats) -> Finding:
    """Pairs of seller and device model with enough sales whose middle is ``FACTOR`` off, of all
    with enough sales; ``log_median``: predicted for each sale, shape (n,). None are found where
    sellers are unknown."""
    frame = pd.DataFrame(
        {
            "device_model": dataset.columns.device_model,
            "seller": dataset.seller,
            "off": dataset.log_price - log_median,
        }
    ).dropna(subset=["seller"])
    cells = frame.groupby(["device_model", "seller"], sort=True)["off"].agg(["size", "median"])
    judged = cells[cells["size"] >= LEAST_SALES]
    far = judged[judged["median"].abs() > np.log(FACTOR)]
    examples = tuple(
        f"seller {seller} sold {device_model} {int(sales)} times at {np.exp(off):.2f} of its price"
        for (device_model, seller), sales, off in zip(
            far.index[:EXAMPLES], far["size"], far["median"], strict=False
        )
    )
    return Finding(len(far), len(judged), examples)
