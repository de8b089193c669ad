"""The training run of one market: sales in, a measured bundle out."""

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import orjson

from training.baseline import fit_baseline
from training.checks import Checks
from training.conformal import Calibrated, calibration_folds
from training.dataset import Dataset, Index, joined, take_columns
from training.evaluate import Evaluation, evaluate, with_held_out
from training.fit import Progress, Task
from training.golden import ANY_DAY, golden_intervals
from training.guarantees import Predicted, predicted
from training.launch_prices import with_stated_prices
from training.level_check import absurd_levels
from training.model_card import CardFacts, model_card
from training.modelling import JSON, Files, fit_model
from training.monotone_check import violations
from training.outliers import teaching
from training.params import Params
from training.seller_check import deviating_sellers
from training.sold_devices import served_devices
from training.splits import Split, balanced_folds, split
from valuation.domain.device import Device
from valuation.features import EPOCH, Floats
from valuation.price_model.bundle import write_bundle
from valuation.price_model.model import PriceModel
from valuation.price_model.trial import BundleFailedTrial, try_bundle

MONOTONE_SAMPLE = 60


@dataclass(frozen=True, slots=True)
class Measured:
    """Sales that their fit has not seen, with what was said of them and the look-up (n,).

    Dated: the latest window. Undated: the test groups by the bundle itself, all others by the fold
    that left their group out; a few hundred sales could not be judged on a fifth of them.
    """

    sales: Dataset
    made: Predicted
    look_up: Floats
    support: Floats


@dataclass(frozen=True, slots=True)
class Trained:
    """A bundle with what was measured on sales that it has not seen."""

    folder: Path
    digest: str
    model: PriceModel
    evaluation: Evaluation
    checks: Checks
    card: str
    measured: Measured


@dataclass(frozen=True, slots=True)
class Run:
    """One run: the market's sales, the catalogue, the knobs, and where and by what it is made."""

    dataset: Dataset
    devices: Sequence[Device]
    params: Params
    serve: Mapping[str, str]
    provenance: Mapping[str, str]
    say: Callable[[str], None] = print
    progress: Progress | None = None

    def train(self, root: Path) -> Trained:
        """Fit, calibrate, measure, and write the bundle under ``root``.

        TooFewSales where the sales cannot be split. The same sales, parameters and seed give the
        same digest.
        """
        dataset, devices = with_stated_prices(*served_devices(self.dataset, self.devices))
        parts = split(dataset, self.params.split)
        fit, later = dataset.take(parts.fit), dataset.take(parts.calibration)
        test = dataset.take(parts.test)
        self.say(f"fitting on {int(teaching(fit, self.params.sales).sum()):,} sales")
        modelled = fit_model(
            fit,
            later if parts.by_time else None,
            devices=devices,
            params=self.params,
            serve=self.serve,
            last_sale=float(np.max(dataset.sold_on)),
            progress=self.progress,
        )
        model, files, task = modelled.model, dict(modelled.files), modelled.task
        calibrated = modelled.calibrated
        unsold_coverage = _covered(fit.log_price, calibrated.unsold.log_quantiles)
        golden = golden_intervals(
            model=model, dataset=test, wanted=self.params.evaluation.golden, rng=self._rng(1)
        )
        files["golden.json"] = orjson.dumps(golden)
        checks = self._checks(model, files, unsold_coverage, dataset)
        seen = dataset.take(np.concatenate([parts.fit, parts.calibration]))
        measured = _measured(task, model, calibrated, test, seen)
        self.say(f"measuring on {len(measured.sales):,} sales that their fit has not seen")
        evaluation = self._evaluate(measured, task, calibrated.unsold, model.taught())
        files["evaluation.json"] = self._evaluation_json(evaluation, checks, parts)
        card = model_card(evaluation=evaluation, facts=self._facts(model, parts, checks))
        files["CARD.md"] = card.encode()
        folder = write_bundle(files=files, provenance=self.provenance, root=root)
        served = replace(model, digest=folder.name, provenance=self.provenance)
        return Trained(folder, folder.name, served, evaluation, checks, card, measured)

    def _checks(
        self, model: PriceModel, files: Files, unsold_coverage: float, sales: Dataset
    ) -> Checks:
        """What is tried on the finished files, the golden intervals in a fresh process."""
        # A day of the sales, not today: the count stands in the bundle, and its digest must repeat.
        days = self.dataset.sold_on
        as_of = ANY_DAY if np.isnan(days).all() else _day(float(np.nanmax(days)))
        found = violations(model=model, sample=MONOTONE_SAMPLE, as_of=as_of, rng=self._rng(2))
        for violation in found[:3]:
            self.say(f"not monotone: {violation}")
        with tempfile.TemporaryDirectory() as folder:
            complete = {**files, "evaluation.json": b"{}"}
            draft = write_bundle(files=complete, provenance={}, root=Path(folder))
            try:
                try_bundle(draft)
                replayed = True
            except BundleFailedTrial as error:
                self.say(str(error))
                replayed = False
        medians = model.log_quantiles(sales.columns)[:, model.levels.index(0.5)]
        return Checks(
            unsold_coverage,
            len(found),
            parity=replayed,
            golden=replayed,
            levels=absurd_levels(model=model, as_of=as_of),
            sellers=deviating_sellers(dataset=sales, log_median=medians),
        )

    def _evaluate(
        self, measured: Measured, task: Task, unsold: Predicted, taught: Collection[str]
    ) -> Evaluation:
        evaluation = evaluate(
            dataset=measured.sales,
            made=measured.made,
            baseline_log=measured.look_up,
            support=measured.support,
            minimum=self.params.evaluation.minimum,
            rng=self._rng(3),
            draws=self.params.evaluation.resamples,
            taught=taught,
        )
        folds = self.params.split.unsold_folds
        models = balanced_folds(task.dataset.columns.device_model, folds, salt="unsold")
        return with_held_out(
            evaluation,
            dataset=task.dataset,
            made=unsold,
            baseline_log=_look_up(task, models),
            rng=self._rng(5),
            draws=self.params.evaluation.resamples,
            taught=taught,
        )

    def _evaluation_json(self, evaluation: Evaluation, checks: Checks, parts: Split) -> bytes:
        until = None if parts.fitted_until is None else _day(parts.fitted_until).isoformat()
        dates = {"fitted_until": until, "last_sale": self._last_sale()}
        data = {**evaluation.to_json(), **dates, "checks": asdict(checks)}
        return orjson.dumps(data, option=JSON)

    def _last_sale(self) -> str | None:
        """The day of the market's last sale, None where the sales are undated."""
        last = float(np.max(self.dataset.sold_on))
        return None if np.isnan(last) else _day(last).isoformat()

    def _facts(self, model: PriceModel, parts: Split, checks: Checks) -> CardFacts:
        until = None if parts.fitted_until is None else _day(parts.fitted_until)
        counts = {"fitted": parts.fit, "calibrating": parts.calibration, "test": parts.test}
        sold = {str(name) for name in self.dataset.columns.device_model[parts.fit]}
        return CardFacts(
            market=self.dataset.market,
            data_digest=self.dataset.digest,
            sales={name: len(rows) for name, rows in counts.items()},
            fitted_until=until,
            device_models_sold=len(sold),
            taught=sorted(model.taught()),
            checks=checks,
            run_note=self.params.run_note,
            parameters=flat(self.params),
            versions={"seed": str(self.params.seed)},
        )

    def _rng(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.params.seed, purpose])


def support_of(model: PriceModel, dataset: Dataset) -> Floats:
    """Sales of each row's device model in the fit, shape (n,)."""
    sales = [model.ladder.sales_of(str(name)) for name in dataset.columns.device_model]
    return np.array(sales, dtype=np.float64)


def flat(params: Params) -> dict[str, object]:
    """The knobs by dotted name."""
    found: dict[str, object] = {}
    for name, value in asdict(params).items():
        if isinstance(value, dict):
            found |= {f"{name}.{key}": inner for key, inner in value.items()}
        else:
            found[name] = value
    return found


def _measured(
    task: Task, model: PriceModel, calibrated: Calibrated, test: Dataset, seen: Dataset
) -> Measured:
    """The look-up knows fit and calibration: a table needs none of its own to calibrate on."""
    rules = task.params.sales
    baseline = fit_baseline(dataset=seen.take(teaching(seen, rules)))
    own = Measured(
        test,
        predicted(model, test.columns, task.params.evaluation.guarantees),
        baseline.predict(test.columns),
        support_of(model, test),
    )
    if calibrated.left_out is None:
        return own
    scored, made = calibrated.left_out
    return Measured(
        joined(task.dataset, test),
        made.over(own.made),
        np.concatenate([_look_up(task, calibration_folds(task)), own.look_up]),
        np.concatenate([scored.support.astype(np.float64), own.support]),
    )


def _look_up(task: Task, fold: Index) -> Floats:
    """What a look-up that never saw a sale's fold says of it, log price."""
    look_up = np.zeros(len(task.dataset))
    for number in np.unique(fold):
        inside = fold == number
        others = fit_baseline(dataset=task.dataset.take(task.teaches & ~inside))
        look_up[inside] = others.predict(take_columns(task.dataset.columns, inside))
    return look_up


def _covered(log_price: Floats, log_quantiles: Floats) -> float:
    inside = (log_price >= log_quantiles[:, 0]) & (log_price <= log_quantiles[:, -1])
    return float(np.mean(inside))


def _day(number: float) -> date:
    return EPOCH + timedelta(days=int(number))
