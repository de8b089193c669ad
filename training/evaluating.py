"""A bundle held against a file of sales, each market by itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from training.baseline import fit_baseline
from training.comparison import CutOffUnknown, unseen_rows
from training.dataset import Dataset
from training.evaluate import Evaluation, evaluate
from training.guarantees import predicted
from training.loading import load_dataset
from training.outliers import teaching
from training.params import Params
from training.pipeline import support_of
from training.sales import Importer
from training.splits import split
from valuation.catalogue import Lookup, load_catalogue
from valuation.domain.market import Market
from valuation.domain.money import BASIS_POINTS
from valuation.features import Floats
from valuation.intake.mapping import Mapping
from valuation.price_model.champions import ModelStore
from valuation.price_model.model import PriceModel, load_price_model
from valuation.price_model.trial import try_bundle
from valuation.tables import readings
from valuation.tables.book import load_book


class NoBundleToEvaluate(LookupError):
    """No bundle was named, and none is the champion of a market of the file."""


@dataclass(frozen=True, slots=True)
class Held:
    """The evaluation of one market, with the filter that fixes the set of sales."""

    market: Market
    bundle: str
    filter: str
    referred: float
    evaluation: Evaluation

    def to_json(self) -> dict[str, object]:
        """JSON-able data."""
        return {
            "market": self.market.slug, "bundle": self.bundle, "filter": self.filter,
            "sales_digest": self.evaluation.sales_digest, "referred": self.referred,
            "evaluation": self.evaluation.to_json(),
        }  # fmt: skip


def held_against(
    *, sales: Path, mapping: Mapping, bundle: Path | None, market: Market | None,
    store: ModelStore, params: Params, work: Path, today: date,
) -> list[Held]:  # fmt: skip
    """Every market of the file that a bundle serves; NoBundleToEvaluate where none does."""
    book = load_book()
    gates = readings.gates(book.table("gates", today))
    importer = Importer(mapping, Lookup(load_catalogue()), params.sales, gates, today, work)
    imported, _ = importer.run(sales)
    policy = readings.policy(book.table("policy", today), imported[0].market.currency)
    held = []
    for it in imported:
        model = _model(it.market, bundle, store)
        if model is None or market not in (None, it.market):
            continue
        held.append(_hold(load_dataset([it.path]), model, store, params, policy.widest))
    if not held:
        markets = ", ".join(it.market.slug for it in imported)
        raise NoBundleToEvaluate(f"no bundle for {markets}; name one with --bundle")
    return held


def referred(
    *, log_quantiles: Floats, dataset: Dataset, widest: int, served: Collection[str] = ()
) -> Floats:
    """1 where a quote would be a referral: a device outside the catalogue that is none of the
    variants ``served``, or an interval wider than the policy."""
    width = np.exp(log_quantiles[:, -1] - log_quantiles[:, 0]) * BASIS_POINTS
    known = np.array([variant in served for variant in dataset.columns.variant], dtype=np.bool_)
    return np.asarray(~(dataset.in_catalogue | known) | (width > widest), dtype=np.float64)


def _model(market: Market, bundle: Path | None, store: ModelStore) -> PriceModel | None:
    folder = bundle
    if folder is None:
        champion = store.champion(market)
        if champion is None:
            return None
        folder = store.bundle(champion.digest)
    try_bundle(folder)
    model = load_price_model(folder)
    return model if model.market == market else None


def _hold(
    dataset: Dataset, model: PriceModel, store: ModelStore, params: Params, widest: int
) -> Held:
    unseen, named = _unseen(dataset, model, params)
    made = predicted(model, unseen.columns, params.evaluation.guarantees)
    evaluation = evaluate(
        dataset=unseen,
        made=made,
        baseline_log=_baseline(unseen, model, store, params),
        support=support_of(model, unseen),
        minimum=params.evaluation.minimum,
        rng=np.random.default_rng([params.seed, 3]),
        draws=params.evaluation.resamples,
        taught=model.taught(),
    )
    share = referred(
        log_quantiles=made.log_quantiles, dataset=unseen, widest=widest, served=model.devices
    )
    return Held(model.market, model.digest, named, float(share.mean()), evaluation)


def _unseen(dataset: Dataset, model: PriceModel, params: Params) -> tuple[Dataset, str]:
    """The sales that the bundle has not seen, and in words which those are."""
    until = model.evaluation.get("fitted_until")
    try:
        rows = unseen_rows(dataset=dataset, pricers=(model,))
    except CutOffUnknown:
        rows = np.ones(len(dataset), dtype=np.bool_)
    if until is not None:
        return dataset.take(rows), f"sales after {until}, of {len(dataset):,}"
    if model.provenance.get("sales") == dataset.digest:
        test = dataset.take(split(dataset, params.split).test)
        return test, f"the test groups of the file it was trained on, of {len(dataset):,}"
    return dataset, f"all {len(dataset):,} sales of the file"


def _baseline(dataset: Dataset, model: PriceModel, store: ModelStore, params: Params) -> Floats:
    """The look-up's log prices from the sales that the bundle saw; NaN where they are gone."""
    digests: Sequence[str] = model.provenance.get("sales", "").split("+")
    paths = [store.root / "sales" / f"{digest}.parquet" for digest in digests]
    if not all(path.exists() for path in paths):
        return np.full(len(dataset), np.nan)
    seen = load_dataset(paths)
    parts = split(seen, params.split)
    taught = seen.take(np.concatenate([parts.fit, parts.calibration]))
    baseline = fit_baseline(dataset=taught.take(teaching(taught, params.sales)))
    return baseline.predict(dataset.columns)
