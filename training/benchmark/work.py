"""One fit to be made: everything that a process needs for it, and the key of its result."""

import hashlib
import time
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import orjson

from training.benchmark.conformal_step import Calibrated, calibrated
from training.benchmark.datasets import Case, MarketSales, rows_digest
from training.benchmark.methods import US, code_digest, peer
from training.benchmark.ours import priced_by_us
from training.benchmark.peers.peer import Predict, Settings
from training.benchmark.splits import Fold, Part
from training.dataset import Dataset, Index
from training.outliers import teaching
from training.params import Params
from valuation.domain.device import Device
from valuation.features import Columns, Floats


@dataclass(frozen=True, slots=True)
class Job:
    """A method on one market's part of one fold; ``settings`` None for us."""

    case: str
    split: str
    number: int
    method: str
    settings: Settings | None
    key: str
    sales: MarketSales
    part: Part
    devices: tuple[Device, ...]
    params: Params

    def __str__(self) -> str:
        return f"{self.case} {self.split} {self.number} {self.method}"


@dataclass(frozen=True, slots=True)
class Result:
    """Calibrated log quantiles (n, 3) of the part's test rows, sales of their device model in the
    fit (n,), and the seconds of one processor that fit and calibration took."""

    log_quantiles: Floats
    support: Index
    seconds: float


def job_of(
    case: Case, fold: Fold, part: Part, method: str, settings: Settings | None, params: Params
) -> Job:
    """The job of a method on a part, with its key."""
    sales = case.markets[part.market]
    key = _key(
        [case.digests[part.market], method, code_digest(method), part_digest(sales, part)],
        {"settings": settings, "params": asdict(params) if method == US else asdict(params.sales)},
    )
    return Job(
        case.source.name, fold.split, fold.number, method, settings, key, sales, part,
        case.devices[part.market], params,
    )  # fmt: skip


def part_digest(sales: MarketSales, part: Part) -> str:
    """Which rows fit, calibrate and are scored."""
    later = np.zeros(0, dtype=np.intp) if part.later is None else part.later
    return ":".join(rows_digest(sales.keys[rows]) for rows in (part.fit, later, part.test))


def run(job: Job) -> Result:
    """Fit, calibrate and price the test rows."""
    whole = job.sales.dataset
    sales, test = whole.take(job.part.fit), whole.take(job.part.test).columns
    later = None if job.part.later is None else whole.take(job.part.later)
    start = time.process_time()
    with warnings.catch_warnings():
        # Libraries warn of single categories and the like; a figure that is off shows itself.
        warnings.simplefilter("ignore")
        found = (
            _by_us(job, sales, later, test)
            if job.settings is None
            else _by_peer(job, job.settings, sales, later, test)
        )
    return Result(found.log_quantiles, found.support, time.process_time() - start)


def _by_us(job: Job, sales: Dataset, later: Dataset | None, test: Columns) -> Calibrated:
    return priced_by_us(
        sales, later, test, devices=job.devices, params=job.params,
        served=job.sales.served, last_sale=job.sales.last_sale,
    )  # fmt: skip


def _by_peer(
    job: Job, settings: Settings, sales: Dataset, later: Dataset | None, test: Columns
) -> Calibrated:
    def fit(part: Dataset) -> Predict:
        return fitted(job.method, settings, part, job.params)

    return calibrated(fit, sales, later, test, job.params.split)


def fitted(method: str, settings: Settings, sales: Dataset, params: Params) -> Predict:
    """A peer's fit; whether it drops outliers is one of its settings."""
    taught = sales.take(teaching(sales, params.sales)) if settings["cleaned"] else sales
    return peer(method).fit(settings, taught, params.seed)


def _key(words: list[str], facts: Mapping[str, object]) -> str:
    data = orjson.dumps([words, facts], option=orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY)
    return hashlib.sha256(data).hexdigest()
