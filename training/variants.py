"""The variants of each device model: their sizes, and rungs that do not fall with them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

import numpy as np
import pandas as pd

from valuation.domain.device import Device
from valuation.features import Columns, FeatureSpecification
from valuation.ladder import LEAST_GB, Ladder

SIZES = ("storage_gb", "ram_gb")


def sizes_of(columns: Columns, devices: Iterable[Device]) -> pd.DataFrame:
    """Every variant of the sales and of the catalogue with its sizes."""
    names = ["variant", "device_model", "storage_gb", "ram_gb"]
    sold = pd.DataFrame({name: getattr(columns, name) for name in names})
    listed = pd.DataFrame(
        [(d.variant, d.device_model, d.facts.storage_gb, d.facts.ram_gb) for d in devices],
        columns=names,
    )
    both = pd.concat([sold, listed]).astype({"storage_gb": float, "ram_gb": float})
    return both.drop_duplicates("variant").sort_values("variant")


def means_of_models(sizes: pd.DataFrame, specification: FeatureSpecification) -> pd.DataFrame:
    """Mean log2 of storage and RAM over each device model's variants, less the mean of all.

    With these beside them the size terms tell what more storage is worth within one device model,
    not what dearer device models have (Mundlak 1978).
    """
    filled = sizes.fillna({name: specification.typical[name] for name in SIZES})
    logs = pd.DataFrame({name: np.log2(filled[name].clip(lower=LEAST_GB)) for name in SIZES})
    means = logs.groupby(sizes["device_model"]).mean()
    return means - means.mean()


def order_variants(
    ladder: Ladder, sizes: pd.DataFrame, start: pd.Series, specification: FeatureSpecification
) -> Ladder:
    """Rungs of variants such that departures do not fall with storage or RAM in a device model.

    ``sizes`` holds variant, device_model, storage_gb, ram_gb of every variant that may be asked
    for; one that nobody sold starts from its device model's rung and takes its place in the order.
    """
    rungs = dict(ladder.rungs)
    known = sizes.copy()
    known["size"] = ladder.size_level(
        {name: known[name].to_numpy() for name in SIZES}, specification
    )
    known = known.fillna({name: specification.typical[name] for name in SIZES})
    known = known.sort_values(["device_model", "variant"])
    columns = ("device_model", "variant", "storage_gb", "ram_gb", "size")
    rows = zip(*(known[name].tolist() for name in columns), strict=True)
    for model, group in groupby(rows, key=itemgetter(0)):
        family = model.rpartition("/")[0]
        nobody = replace(ladder.nearest((family, model.partition("/")[0])), sales=0)
        first, ahead = rungs.get(model, nobody), float(start[model])
        rungs[model] = replace(first, departure=first.departure + ahead)
        variants = list(group)
        own = [rungs.get(variant, replace(first, sales=0)) for _, variant, *_ in variants]
        ordered = _isotone(
            [
                (storage, ram, rung.departure + ahead + size)
                for rung, (*_, storage, ram, size) in zip(own, variants, strict=True)
            ]
        )
        for rung, departure, (_, variant, *_, size) in zip(own, ordered, variants, strict=True):
            rungs[variant] = replace(rung, departure=departure - size)
    return replace(ladder, rungs=rungs)


def _isotone(rows: Sequence[tuple[float, float, float]]) -> list[float]:
    """Mean of the running maximum from below and the running minimum from above.

    Both are monotone in the partial order, so their mean is; close to the isotonic regression.
    """
    below = [
        max(value for s, m, value in rows if s <= storage and m <= ram) for storage, ram, _ in rows
    ]
    above = [
        min(value for s, m, value in rows if s >= storage and m >= ram) for storage, ram, _ in rows
    ]
    return [(low + high) / 2 for low, high in zip(below, above, strict=True)]
