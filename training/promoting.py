"""The use case of promotion: the challenger against the champion, on sales that both never saw."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from training import promotions
from training.checks import checks_from_json
from training.comparison import CutOffUnknown, compare
from training.dataset import Dataset
from training.evaluate import evaluation_from_json
from training.loading import load_dataset
from training.params import Params
from training.promotion import (
    Keep,
    PairedComparison,
    Promote,
    PromotionRules,
    Standing,
    decide,
    standing,
)
from training.splits import split
from valuation.domain.market import Market
from valuation.price_model.bundle import DamagedBundle, ForeignBundle
from valuation.price_model.champions import Champion, ModelStore
from valuation.price_model.library import BoosterRefused
from valuation.price_model.model import PriceModel, load_price_model
from valuation.price_model.trial import BundleFailedTrial, try_bundle


class NoChallenger(LookupError):
    """No bundle was named, and none is newer than the champion; or several begin alike."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about a challenger, and the champion that serves afterwards."""

    challenger: str
    market: Market
    decision: Promote | Keep
    comparison: PairedComparison | None
    champion: Champion | None


def consider(
    *,
    store: ModelStore,
    digest: str,
    params: Params,
    actor: str,
    now: datetime,
    sellers_accepted: str = "",
) -> Verdict:
    """Try the challenger, compare it, and promote it where nothing speaks against it.

    ``sellers_accepted``: why sales of sellers that deviate are right; kept with the promotion.
    BundleFailedTrial where it must not even be loaded; ChampionMoved where another promotion won.
    """
    folder = store.bundle(digest)
    try_bundle(folder)
    challenger = load_price_model(folder)
    serving = store.champion(challenger.market)
    champion = None if serving is None else _champion(store, serving)
    comparison = None if champion is None else _compare(store, champion, challenger, params)
    decision = decide(
        champion=None if champion is None else standing_of(champion),
        challenger=standing_of(challenger),
        comparison=comparison,
        rules=PromotionRules(),
        sellers_accepted=bool(sellers_accepted),
    )
    if isinstance(decision, Promote):
        serving = promotions.promote(
            store=store,
            market=challenger.market,
            digest=digest,
            expected_champion=None if serving is None else serving.digest,
            evidence=_evidence(challenger, comparison, sellers_accepted),
            actor=actor,
            now=now,
        )
    return Verdict(digest, challenger.market, decision, comparison, serving)


def challenger_named(store: ModelStore, prefix: str) -> str:
    """The digest that begins with ``prefix``; NoChallenger where none or several do."""
    found = [path.name for path in store.bundles.glob(f"{prefix}*") if path.is_dir()]
    if len(found) != 1:
        many = "no bundle" if not found else f"{len(found)} bundles"
        raise NoChallenger(f"{many} in {store.bundles} begin with {prefix!r}")
    return found[0]


def standing_of(model: PriceModel) -> Standing:
    """The standing that a bundle's own evaluation gives it."""
    checks = checks_from_json(model.evaluation["checks"])  # type: ignore[arg-type]  # JSON
    return standing(
        market=model.market,
        digest=model.digest,
        evaluation=evaluation_from_json(model.evaluation),
        checks=checks,
    )


def test_sales(*, store: ModelStore, model: PriceModel, params: Params) -> Dataset | None:
    """The sales that the bundle was measured on, or None where its sales file is gone."""
    paths = [store.root / "sales" / f"{d}.parquet" for d in model.provenance["sales"].split("+")]
    if not all(path.exists() for path in paths):
        return None
    dataset = load_dataset(paths)
    return dataset.take(split(dataset, params.split).test)


def _champion(store: ModelStore, serving: Champion) -> PriceModel | None:
    """The champion, or None where its bundle cannot be loaded: then nothing serves to compare."""
    folder = store.bundle(serving.digest)
    try:
        try_bundle(folder)
        return load_price_model(folder)
    except (BundleFailedTrial, DamagedBundle, ForeignBundle, BoosterRefused):
        return None


def _compare(
    store: ModelStore, champion: PriceModel, challenger: PriceModel, params: Params
) -> PairedComparison | None:
    sales = test_sales(store=store, model=challenger, params=params)
    if sales is None:
        return None
    rng = np.random.default_rng([params.seed, 4])
    try:
        return compare(champion=champion, challenger=challenger, dataset=sales, rng=rng)
    except CutOffUnknown:
        return None


def _evidence(
    model: PriceModel, comparison: PairedComparison | None, sellers_accepted: str
) -> dict[str, object]:
    it = standing_of(model)
    evidence: dict[str, object] = {
        "rows": it.rows, "log_mae": it.log_mae, "log_pinball": it.log_pinball,
        "coverage": it.coverage, "look_up_log_mae": it.baseline_log_mae,
    }  # fmt: skip
    if sellers_accepted:
        evidence["sellers_accepted"] = sellers_accepted
    if comparison is not None and comparison.log_pinball is not None:
        difference = comparison.log_pinball
        evidence["against_champion"] = {
            "rows": comparison.rows, "log_pinball": difference.mean,
            "low": difference.low, "high": difference.high,
        }  # fmt: skip
    return evidence
