"""Us: the one way a price model is made, with the knobs as shipped and no search."""

from collections.abc import Mapping, Sequence

import numpy as np
from joblib import parallel_config

from training.benchmark.conformal_step import Calibrated
from training.dataset import Dataset
from training.modelling import fit_model
from training.params import Params
from valuation.domain.device import Device
from valuation.features import Columns


def priced_by_us(
    sales: Dataset,
    later: Dataset | None,
    test: Columns,
    *,
    devices: Sequence[Device],
    params: Params,
    served: Mapping[str, str],
    last_sale: float,
) -> Calibrated:
    """Calibrated log quantiles of the test, as a bundle would serve them."""
    # One fold runs in one process: the benchmark itself uses the other cores.
    with parallel_config(backend="sequential"):
        model = fit_model(
            sales, later, devices=devices, params=params, serve=served, last_sale=last_sale
        ).model
    support = [model.ladder.sales_of(str(name)) for name in test.device_model]
    return Calibrated(model.log_quantiles(test), np.array(support, dtype=np.intp))
