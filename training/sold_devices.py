"""The devices that a bundle serves: the catalogue's, and those beyond it that were sold."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from training.dataset import Dataset
from valuation.domain.device import CATALOGUED, Category, Device, DeviceFacts


def served_devices(dataset: Dataset, listed: Sequence[Device]) -> tuple[Dataset, list[Device]]:
    """Sales and devices of a market. A category that the catalogue does not hold has the devices
    that were sold, each with one weight, the median of those stated, in both alike.

    The catalogue's serve where one of its categories was sold.
    """
    categories = pd.Series(dataset.columns.category)
    beyond = (~categories.isin([each.value for each in CATALOGUED])).to_numpy(dtype=bool)
    if not beyond.any():
        return dataset, list(listed)
    columns = dataset.columns
    median = pd.Series(columns.weight_g).groupby(columns.variant).transform("median").to_numpy()
    weight = np.where(beyond, median, columns.weight_g)
    dataset = replace(dataset, columns=replace(columns, weight_g=weight))
    first = pd.Series(columns.variant)[beyond].drop_duplicates().sort_values()
    sold = [_device(dataset, int(row)) for row in first.index]
    return dataset, sold if beyond.all() else [*listed, *sold]


def _device(dataset: Dataset, row: int) -> Device:
    """The device of a sale; it is shown by the name that it is asked by."""
    columns = dataset.columns
    facts = DeviceFacts(
        category=Category(str(columns.category[row])),
        weight_g=_known(columns.weight_g[row]),
        ram_gb=_known(columns.ram_gb[row]),
        storage_gb=_known(columns.storage_gb[row]),
    )
    variant = str(columns.variant[row])
    return Device(
        brand=str(columns.brand[row]),
        family=str(columns.family[row]),
        device_model=str(columns.device_model[row]),
        variant=variant,
        name=" ".join(variant.split("/")[::2] + variant.split("/")[3:]).replace("-", " "),
        facts=facts,
        in_catalogue=False,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
