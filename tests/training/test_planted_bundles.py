"""Twenty planted challengers, real bundles all: ten sound ones are promoted, ten spoiled ones are
not, each for its reason."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.factories import AS_OF, MARKET, VARIANTS, bundle_files, make_bundle
from tests.training.plants import (
    Files,
    a_copy,
    a_little_cheaper,
    a_little_dearer,
    a_little_surer,
    a_little_wider,
    a_step_for_a_grade_a_little_larger,
    no_launch_price_no_price,
    not_its_golden_intervals,
    of_a_larger_catalogue,
    of_a_smaller_catalogue,
    of_other_sales,
    one_brand_slipped,
    paid_for_age,
    paid_for_faults,
    taught_shuffled_prices,
    the_champion,
    too_careful,
    too_dear,
    too_sure,
    with_fewer_scores,
)
from tests.training.samples import told
from training.baseline import fit_baseline
from training.checks import Checks
from training.comparison import compare, quantiles_at_levels
from training.dataset import Dataset, joined
from training.evaluate import evaluate
from training.level_check import absurd_levels
from training.monotone_check import violations
from training.promotion import (
    Keep,
    Promote,
    PromotionRules,
    Reason,
    Standing,
    decide,
    standing,
)
from training.seller_check import deviating_sellers
from valuation.catalogue import load_catalogue
from valuation.domain.questions import BY_ID
from valuation.features import FeatureRow, columns_of
from valuation.price_model.bundle import write_bundle
from valuation.price_model.champions import ModelStore
from valuation.price_model.model import PriceModel, load_price_model
from valuation.price_model.trial import BundleFailedTrial, try_bundle

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
        sold_on=columns.as_of,
        seller=np.array([f"seller {i % SELLERS}" for i in range(SALES)], dtype=object),
        in_catalogue=np.ones(SALES, dtype=np.bool_),
        digest="d" * 64,
    )


def poisoned(sales: Dataset) -> Dataset:
    """Three sales more of one device model, by one seller at a third of their price."""
    model = sales.columns.device_model
    copied = sales.take(np.flatnonzero(model == model[0])[:3])
    seller = np.array(["poisoner"] * len(copied), dtype=object)
    return joined(sales, replace(copied, log_price=copied.log_price - np.log(3), seller=seller))


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
        self.files = bundle_files(MARKET, 7)
        self.sales = truth(self.champion)

    def verdict(
        self, spoil: Callable[[Files], Files], *, taught: Dataset | None = None
    ) -> Promote | Keep:
        """The decision on a bundle that was ``taught`` these sales, or those of the champion."""
        folder = write_bundle(files=spoil(self.files), provenance={}, root=self.store.bundles)
        challenger = load_price_model(folder)
        checks = self._checks(challenger, folder, taught or self.sales)
        return decide(
            champion=self._standing(self.champion, checks),
            challenger=self._standing(challenger, checks),
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
            made=told(quantiles_at_levels(pricer=model, columns=test.columns)),
            baseline_log=fit_baseline(dataset=sales.take(~half)).predict(test.columns),
            support=np.full(len(test), 60.0),
            minimum=50,
            rng=np.random.default_rng(2),
            draws=200,
        )
        return standing(
            market=model.market, digest=model.digest, evaluation=evaluation, checks=checks
        )

    def _checks(self, model: PriceModel, folder: Path, taught: Dataset) -> Checks:
        broken = violations(model=model, sample=5, as_of=AS_OF, rng=np.random.default_rng(3))
        medians = model.log_quantiles(taught.columns)[:, 1]
        return Checks(
            0.8,
            len(broken),
            parity=True,
            golden=golden(folder),
            levels=absurd_levels(model=model, as_of=AS_OF),
            sellers=deviating_sellers(dataset=taught, log_median=medians),
        )


SOUND = (
    a_copy, a_little_dearer, a_little_cheaper, a_little_wider, a_little_surer, of_other_sales,
    of_a_larger_catalogue, of_a_smaller_catalogue, with_fewer_scores,
    a_step_for_a_grade_a_little_larger,
)  # fmt: skip
SPOILED = (
    (too_dear, Reason.WORSE_THAN_CHAMPION),
    (too_sure, Reason.COVERAGE),
    (too_careful, Reason.SEGMENT_COVERAGE),
    (paid_for_faults, Reason.NOT_MONOTONE),
    (paid_for_age, Reason.NOT_MONOTONE),
    (taught_shuffled_prices, Reason.WORSE_THAN_BASELINE),
    (one_brand_slipped, Reason.WORSE_THAN_CHAMPION),
    (no_launch_price_no_price, Reason.ABSURD_LEVELS),
    (not_its_golden_intervals, Reason.GOLDEN),
)


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Gate:
    return Gate(tmp_path_factory.mktemp("models"))


def reasons(result: Promote | Keep) -> set[Reason]:
    return {refusal.reason for refusal in result.refusals} if isinstance(result, Keep) else set()


@pytest.mark.parametrize("spoil", SOUND)
def test_a_sound_bundle_is_promoted(gate: Gate, spoil: Callable[[Files], Files]) -> None:
    assert gate.verdict(spoil) == Promote()


@pytest.mark.parametrize(("spoil", "reason"), SPOILED)
def test_a_spoiled_bundle_is_kept_out(
    gate: Gate, spoil: Callable[[Files], Files], reason: Reason
) -> None:
    assert reason in reasons(gate.verdict(spoil))


def test_a_bundle_of_poisoned_sales_is_kept_out_for_the_seller_who_wrote_them(gate: Gate) -> None:
    result = gate.verdict(a_copy, taught=poisoned(gate.sales))
    assert reasons(result) == {Reason.ONE_SELLER}
    assert isinstance(result, Keep)
    assert "seller poisoner sold" in result.refusals[0].sentence


def test_prices_that_no_test_sale_shows_to_be_wrong_are_kept_out_alone_for_that(gate: Gate) -> None:
    assert reasons(gate.verdict(no_launch_price_no_price)) == {Reason.ABSURD_LEVELS}


def test_the_champion_itself_is_no_challenger(gate: Gate) -> None:
    assert reasons(gate.verdict(the_champion)) == {Reason.SAME_BUNDLE}
