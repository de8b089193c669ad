"""The gate on real bundles: sound ones are promoted, spoiled ones are not, each for its reason."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import orjson
import pytest

from tests.factories import AS_OF, MARKET, VARIANTS, bundle_files, make_bundle
from training.baseline import fit_baseline
from training.comparison import compare, quantiles_at_levels
from training.dataset import Dataset
from training.evaluate import evaluate
from training.monotone_check import violations
from training.promotion import (
    Checks,
    Keep,
    Promote,
    PromotionRules,
    Reason,
    Standing,
    decide,
    standing,
)
from valuation.catalogue import load_catalogue
from valuation.domain.questions import BY_ID
from valuation.features import FeatureRow, columns_of
from valuation.price_model.bundle import write_bundle
from valuation.price_model.champions import ModelStore
from valuation.price_model.model import PriceModel, load_price_model
from valuation.price_model.trial import BundleFailedTrial, try_bundle

Files = dict[str, bytes]
SALES, SELLERS = 1_600, 80


def truth(model: PriceModel) -> Dataset:
    """Sales around the champion's medians, with the noise that its interval was made for."""
    rng = np.random.default_rng(20)
    catalogue = load_catalogue()
    rows = [
        FeatureRow(
            device=catalogue.device(VARIANTS[int(rng.integers(len(VARIANTS)))]),
            as_of=AS_OF,
            levels={q: int(rng.integers(BY_ID[q].best + 1)) for q in model.taught()},
            context={"channel": str(rng.choice(["online", "store"]))},
        )
        for _ in range(SALES)
    ]
    columns = columns_of(rows)
    logs = model.log_quantiles(columns)
    spread = (logs[:, 2] - logs[:, 0]) / 2.563
    return Dataset(
        market=model.market,
        columns=columns,
        log_price=logs[:, 1] + spread * rng.normal(0, 1, SALES),
        sold_on=np.full(SALES, np.nan),
        seller=np.array([f"seller {i % SELLERS}" for i in range(SALES)], dtype=object),
        in_catalogue=np.ones(SALES, dtype=np.bool_),
        digest="d" * 64,
    )


def calibrated(files: Files, change: Callable[[float, float], float]) -> Files:
    """The conformity scores of each quantile level, changed."""
    scores = orjson.loads(files["calibration.json"])
    changed = {
        support: {level: [change(float(level), s) for s in old] for level, old in by_level.items()}
        for support, by_level in scores.items()
    }
    return files | {"calibration.json": orjson.dumps(changed)}


def without_golden(files: Files) -> Files:
    return files | {"golden.json": b"[]"}


def a_copy(files: Files) -> Files:
    """The champion's prices in a bundle with a digest of its own."""
    return without_golden(files)


def a_little_dearer(files: Files) -> Files:
    return without_golden(calibrated(files, lambda _, score: score + 0.001))


def a_little_wider(files: Files) -> Files:
    return without_golden(calibrated(files, lambda level, score: score + 0.02 * (level - 0.5)))


def too_dear(files: Files) -> Files:
    return without_golden(calibrated(files, lambda _, score: score + 0.1))


def too_sure(files: Files) -> Files:
    return without_golden(calibrated(files, lambda level, score: score - 0.2 * (level - 0.5)))


def paid_for_faults(files: Files) -> Files:
    """A ladder in which a display that works lowers the price."""
    ladder = orjson.loads(files["ladder.json"])
    for term in ladder["terms"]:
        if term[2][0][0] == "answer_display_works":
            term[0] = -term[0]
    return without_golden(files | {"ladder.json": orjson.dumps(ladder)})


def not_its_golden_intervals(files: Files) -> Files:
    return calibrated(files, lambda _, score: score + 0.001)


def golden(folder: Path) -> bool:
    try:
        try_bundle(folder)
    except BundleFailedTrial:
        return False
    return True


class Gate:
    """A champion, its sales, and what a challenger has to go through."""

    def __init__(self, folder: Path) -> None:
        self.store = ModelStore(folder)
        self.champion = load_price_model(self.store.bundle(make_bundle(folder)))
        self.sales = truth(self.champion)

    def verdict(self, spoil: Callable[[Files], Files]) -> Promote | Keep:
        files = spoil(bundle_files(MARKET, 7))
        folder = write_bundle(files=files, provenance={}, root=self.store.bundles)
        challenger = load_price_model(folder)
        return decide(
            champion=self._standing(self.champion, Checks(0.8, 0, True, True)),
            challenger=self._standing(challenger, self._checks(challenger, folder)),
            comparison=compare(
                champion=self.champion, challenger=challenger, dataset=self.sales,
                rng=np.random.default_rng(1),
            ),
            rules=PromotionRules(),
        )  # fmt: skip

    def _standing(self, model: PriceModel, checks: Checks) -> Standing:
        sales, half = self.sales, np.arange(SALES) % 2 == 0
        test = sales.take(half)
        evaluation = evaluate(
            dataset=test,
            log_quantiles=quantiles_at_levels(pricer=model, columns=test.columns),
            baseline_log=fit_baseline(dataset=sales.take(~half)).predict(test.columns),
            support=np.full(len(test), 60.0),
            minimum=50,
            rng=np.random.default_rng(2),
        )
        return standing(
            market=model.market, digest=model.digest, evaluation=evaluation, checks=checks
        )

    def _checks(self, model: PriceModel, folder: Path) -> Checks:
        rng = np.random.default_rng(3)
        broken = violations(model=model, sample=5, as_of=AS_OF, rng=rng)
        return Checks(0.8, len(broken), True, golden(folder))


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Gate:
    return Gate(tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize("spoil", [a_copy, a_little_dearer, a_little_wider])
def test_a_sound_bundle_is_promoted(gate: Gate, spoil: Callable[[Files], Files]) -> None:
    assert gate.verdict(spoil) == Promote()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (too_dear, Reason.WORSE_THAN_CHAMPION),
        (too_sure, Reason.COVERAGE),
        (paid_for_faults, Reason.NOT_MONOTONE),
        (not_its_golden_intervals, Reason.GOLDEN),
    ],
)
def test_a_spoiled_bundle_is_kept_out(
    gate: Gate, spoil: Callable[[Files], Files], reason: Reason
) -> None:
    result = gate.verdict(spoil)
    assert isinstance(result, Keep)
    assert reason in {refusal.reason for refusal in result.refusals}


def test_the_champion_itself_is_no_challenger(gate: Gate) -> None:
    result = gate.verdict(lambda files: files)
    assert isinstance(result, Keep)
    assert {refusal.reason for refusal in result.refusals} == {Reason.SAME_BUNDLE}
