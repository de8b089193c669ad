"""Sales in, a calibrated price model out: the one way a model is made, for a bundle and a benchmark
alike."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import orjson

from training.conformal import Calibrated, calibrate, fit_all
from training.dataset import Dataset
from training.fit import LEVELS, Fitted, Progress, Task
from training.outliers import teaching
from training.params import Params
from training.specification import specification_of
from training.variants import sizes_of
from valuation.domain.device import Device
from valuation.features import FeatureSpecification
from valuation.ladder import LADDER_COLUMNS
from valuation.price_model import calibration as conformal
from valuation.price_model.bundle import Bundle
from valuation.price_model.model import PriceModel, assemble, devices_to_csvish, ladder_to_json

Files = dict[str, bytes]
JSON = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY


@dataclass(frozen=True, slots=True)
class Modelled:
    """A price model with its bundle files (without evaluation), its task and its calibration."""

    model: PriceModel
    files: Files
    task: Task
    calibrated: Calibrated


def fit_model(
    fit: Dataset,
    later: Dataset | None,
    *,
    devices: Sequence[Device],
    params: Params,
    serve: Mapping[str, str],
    last_sale: float,
    progress: Progress | None = None,
) -> Modelled:
    """Fit on ``fit`` and calibrate on ``later``, or out of fold by group where that is None.

    Launch prices must have been stated already (``with_stated_prices``); ``last_sale`` is the day
    number of the market's last sale, NaN where undated.
    """
    specification = specification_of(
        fit, params.specification, serve=dict(serve), devices=devices, last_sale=last_sale
    )
    teaches = teaching(fit, params.sales)
    task = Task(fit, specification, teaches, sizes_of(fit.columns, devices), params)
    fits = fit_all(task, undated=later is None, progress=progress)
    calibrated = calibrate(task, fits, fit.take(np.zeros(0, np.intp)) if later is None else later)
    files = _files(task, fits.own, calibrated, devices)
    model = assemble(Bundle("", {**files, "evaluation.json": b"{}"}, {}))
    return Modelled(model, files, task, calibrated)


def _files(task: Task, fitted: Fitted, calibrated: Calibrated, devices: Sequence[Device]) -> Files:
    specification: FeatureSpecification = task.specification
    named = {
        "model.json": {
            "feature_names": specification.names(),
            "levels": LEVELS,
            "market": task.dataset.market.slug,
            "data_digest": task.dataset.digest,
            "seed": task.params.seed,
            "ladder_columns": LADDER_COLUMNS,
        },
        "features.json": specification.to_json(),
        "ladder.json": ladder_to_json(fitted.ladder),
        "calibration.json": conformal.to_json(calibrated.calibration),
        "catalogue.json": devices_to_csvish(devices),
        "params.json": asdict(task.params),
    }
    files = {name: orjson.dumps(data, option=JSON) for name, data in named.items()}
    for level, text in zip(LEVELS, fitted.boosters, strict=True):
        files[f"booster-{level}.txt"] = text.encode("ascii")
    if any(calibrated.shares.values()):
        direct = {"starts": fitted.starts, "shares": calibrated.shares}
        files["direct.json"] = orjson.dumps(direct, option=JSON)
        for level, text in zip(LEVELS, fitted.direct, strict=True):
            files[f"direct-{level}.txt"] = text.encode("ascii")
    return files
