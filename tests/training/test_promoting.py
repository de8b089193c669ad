"""A promotion from the bundle's own files: what stops it, and what its history keeps."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import orjson
import pytest

from tests.factories import MARKET, bundle_files
from tests.training.samples import make_checks, make_market, told
from training import promotions
from training.checks import Checks, Finding
from training.evaluate import evaluate
from training.params import load_params
from training.promoting import Verdict, consider
from training.promotion import Keep, Promote, Reason
from valuation.domain.market import Market
from valuation.price_model.bundle import write_bundle
from valuation.price_model.champions import ModelStore

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ODD = make_checks(sellers=Finding(1, 340, ("seller 7 sold a phone 3 times at 0.33 of its price",)))


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path)


def challenger(store: ModelStore, checks: Checks) -> str:
    """A bundle that measured well, with these checks; its digest."""
    rng = np.random.default_rng(4)
    dataset, quantiles = make_market(rng)
    found = evaluate(
        dataset=dataset, made=told(quantiles), baseline_log=np.full(len(dataset), 7.5),
        support=np.full(len(dataset), 30.0), minimum=50, rng=rng,
    )  # fmt: skip
    evaluation = {**found.to_json(), "fitted_until": None, "checks": asdict(checks)}
    files = bundle_files(MARKET, 7) | {
        "evaluation.json": orjson.dumps(evaluation, option=orjson.OPT_SERIALIZE_NUMPY)
    }
    return write_bundle(files=files, provenance={"sales": "none"}, root=store.bundles).name


def considered(store: ModelStore, digest: str, sellers_accepted: str = "") -> Verdict:
    return consider(
        store=store, digest=digest, params=load_params(), actor="ann", now=NOW,
        sellers_accepted=sellers_accepted,
    )  # fmt: skip


def test_a_seller_that_deviates_stops_the_promotion_until_somebody_says_why_not(
    store: ModelStore,
) -> None:
    digest, market = challenger(store, ODD), Market.from_slug(MARKET)
    refused = considered(store, digest).decision
    assert isinstance(refused, Keep)
    assert [it.reason for it in refused.refusals] == [Reason.ONE_SELLER]
    assert "seller 7 sold a phone" in refused.refusals[0].sentence
    assert store.champion(market) is None

    assert considered(store, digest, "a dealer of spare parts").decision == Promote()
    (entry,) = promotions.history(store=store, market=market).entries
    assert entry.evidence["sellers_accepted"] == "a dealer of spare parts"


def test_a_reason_for_sellers_lets_no_other_fault_by(store: ModelStore) -> None:
    absurd = make_checks(levels=Finding(900, 2_000, ("a phone at 2.00",)), sellers=ODD.sellers)
    refused = considered(store, challenger(store, absurd), "a dealer of spare parts").decision
    assert isinstance(refused, Keep)
    assert [it.reason for it in refused.refusals] == [Reason.ABSURD_LEVELS]
