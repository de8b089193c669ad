"""Launch prices that a market's own sales state, where the catalogue has none.

A device model has one launch price for all its variants, in the sales that teach and in the bundle
that serves alike; otherwise the feature would differ between the two.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from training.dataset import Dataset
from valuation.domain.device import Device


def with_stated_prices(
    dataset: Dataset, devices: Sequence[Device]
) -> tuple[Dataset, tuple[Device, ...]]:
    """Sales and devices with one launch price a device model: the catalogue's, else the lowest
    that sales state."""
    columns = dataset.columns
    listed = {d.device_model: d.facts.launch_price_cny for d in devices}
    stated = pd.Series(columns.launch_price_cny).groupby(columns.device_model).min()
    price = {
        str(model): float(listed.get(str(model)) or lowest) for model, lowest in stated.items()
    }
    prices = np.array([price[str(m)] for m in columns.device_model], dtype=np.float64)
    completed = tuple(_completed(device, price.get(device.device_model)) for device in devices)
    return replace(dataset, columns=replace(columns, launch_price_cny=prices)), completed


def _completed(device: Device, price: float | None) -> Device:
    if device.facts.launch_price_cny is not None or price is None or np.isnan(price):
        return device
    return replace(device, facts=replace(device.facts, launch_price_cny=int(price)))
