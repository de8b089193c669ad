"""Made-up sales and standings for the tests of evaluation and promotion."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import orjson

from training.bootstrap import Bounds, Difference
from training.checks import Checks, Finding
from training.coverage_rule import SegmentCoverage
from training.dataset import Dataset
from training.guarantees import Predicted
from training.promotion import PairedComparison, Standing
from valuation.domain.market import Market
from valuation.features import Columns, Floats, Words, day_number
from valuation.price_model.bundle import write_bundle
from valuation.price_model.champions import ModelStore

DEMO = Market.from_slug("cn-cny-sold-demo")
REAL = Market.from_slug("cn-cny-sold-real")
CHAMPION, CHALLENGER = "a" * 64, "b" * 64
NAN = float("nan")


def words(values: Sequence[str | None]) -> Words:
    return np.array(values, dtype=object)


def told(log_quantiles: Floats) -> Predicted:
    """Log quantiles whose lowest is what is guaranteed at 10%."""
    return Predicted(log_quantiles, log_quantiles[:, :1], (0.1,))


def make_columns(
    *,
    models: Sequence[str],
    storage: Sequence[float],
    grades: Sequence[float],
    years: Sequence[float] | None = None,
    channel: Sequence[str | None] | None = None,
) -> Columns:
    """Columns of device models (slugs), NaN where absent; ``years`` since the first sale."""
    n = len(models)
    as_of = np.full(n, float(day_number(date(2026, 11, 1)) or 0))
    age = np.full(n, 2.5) if years is None else np.array(years, dtype=np.float64)
    blank = np.full(n, np.nan)
    return Columns(
        brand=words([m.split("/")[0] for m in models]),
        family=words(["/".join(m.split("/")[:2]) for m in models]),
        device_model=words(models),
        variant=words([f"{m}/{s:g}gb" for m, s in zip(models, storage, strict=True)]),
        category=words(["phone"] * n),
        unit_state=words(["used"] * n),
        as_of=as_of,
        first_sale=as_of - 365.25 * age,
        successor_first_sale=blank,
        weight_g=blank,
        battery_mah=blank,
        screen_in=blank,
        ram_gb=blank,
        storage_gb=np.array(storage, dtype=np.float64),
        launch_price_cny=blank,
        answers={"cosmetic_grade": np.array(grades, dtype=np.float64)},
        context={} if channel is None else {"channel": words(channel)},
    )


def make_dataset(
    *,
    columns: Columns,
    price: Sequence[float] | Floats,
    sold_on: Floats | None = None,
    seller: Sequence[str | None] | None = None,
    market: Market = DEMO,
) -> Dataset:
    n = len(columns)
    return Dataset(
        market=market,
        columns=columns,
        log_price=np.log(np.array(price, dtype=np.float64)),
        sold_on=np.full(n, np.nan) if sold_on is None else sold_on,
        seller=words([None] * n if seller is None else seller),
        in_catalogue=np.ones(n, dtype=np.bool_),
        digest="d" * 64,
    )


def make_market(rng: np.random.Generator, *, rows: int = 600) -> tuple[Dataset, Floats]:
    """Sales of 40 device models with a noise of 0.1, and the true log quantiles (n, 3)."""
    picked = rng.integers(0, 40, rows)
    centre = 7 + 0.03 * picked
    columns = make_columns(
        models=[f"brand{i % 4}/family{i % 8}/model{i}" for i in picked],
        storage=np.where(picked % 2, 128.0, np.nan).tolist(),
        grades=rng.choice([2.0, 3.0, 4.0, NAN], rows).tolist(),
        years=rng.choice([0.5, 1.5, 2.5, 5.0, NAN], rows).tolist(),
        channel=rng.choice(["store", "online"], rows).tolist(),
    )
    dataset = make_dataset(columns=columns, price=np.exp(centre + rng.normal(0, 0.1, rows)))
    quantiles = centre[:, None] + 0.1 * np.array([-1.2816, 0.0, 1.2816])
    return dataset, quantiles


def make_standing(**changes: Any) -> Standing:
    """A challenger that passes every check, with some of it changed."""
    good = Standing(
        market=DEMO,
        digest=CHALLENGER,
        rows=2_000,
        log_mae=0.180,
        log_pinball=0.055,
        baseline_log_mae=0.210,
        coverage=0.80,
        segments=(make_covered(rows=900, coverage=0.79), make_covered(name="age 4+", rows=400)),
        checks=make_checks(),
    )
    return replace(good, **changes)


def make_checks(**changes: Any) -> Checks:
    good = Checks(
        unsold_coverage=0.82,
        monotone_violations=0,
        parity=True,
        golden=True,
        levels=Finding(3, 2_000, ("apple/iphone/iphone-13: 6.00 times the middle",)),
        sellers=Finding(0, 340, ()),
    )
    return replace(good, **changes)


def make_covered(**changes: Any) -> SegmentCoverage:
    """A segment that keeps its word, with some of it changed."""
    good = SegmentCoverage("brand apple", rows=900, coverage=0.8, bounds=Bounds(0.77, 0.83))
    return replace(good, **changes)


def make_comparison(
    *, change: float = -0.001, spread: float = 0.002, base: float = 0.18, rows: int = 1_500
) -> PairedComparison:
    """A challenger whose losses differ from the champion's by ``change``, give or take."""
    seen = Difference(change, change - spread, change + spread, change / base)
    return PairedComparison(CHAMPION, CHALLENGER, rows, seen, seen)


def fake_bundle(store: ModelStore, *, seed: int, market: Market = DEMO) -> str:
    """A folder that is a bundle by its digests, though nothing can be priced from it."""
    facts = orjson.dumps({"market": market.slug, "seed": seed})
    return write_bundle(files={"model.json": facts}, provenance={}, root=store.bundles).name
