"""Sales that do not teach: far from the middle of their own device model and storage."""

import numpy as np
import pandas as pd

from training.dataset import Dataset, Mask
from training.params import SaleRules


def teaching(dataset: Dataset, rules: SaleRules) -> Mask:
    """Which sales teach; the others still count when the model is measured.

    A sale is left out where its price is more than ``outlier_factor`` times above or below the
    middle of its device model, storage and display, in cells with enough sales to judge.
    """
    works = dataset.columns.answers.get("display_works", np.full(len(dataset), np.nan))
    powers = dataset.columns.answers.get("powers_on", np.full(len(dataset), np.nan))
    frame = pd.DataFrame(
        {
            "model": dataset.columns.device_model,
            "storage": dataset.columns.storage_gb,
            "sound": ((works >= 2) | np.isnan(works)) & ((powers >= 1) | np.isnan(powers)),
            "log": dataset.log_price,
        }
    )
    cells = frame.groupby(["model", "storage", "sound"], dropna=False)["log"]
    far = (frame["log"] - cells.transform("median")).abs() > np.log(rules.outlier_factor)
    judged = cells.transform("size") >= rules.outlier_minimum
    return np.asarray(~(far & judged), dtype=bool)
