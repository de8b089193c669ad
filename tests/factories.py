"""Small true things for tests: a tiny bundle with real boosters, and its champion pointer."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from valuation.catalogue import load_catalogue
from valuation.domain.device import Device
from valuation.domain.market import Market
from valuation.domain.questions import BY_ID
from valuation.features import (
    FACTS,
    FeatureRow,
    FeatureSpecification,
    Floats,
    columns_of,
    feature_matrix,
)
from valuation.ladder import LADDER_MONOTONE, Factor, Ladder, Rung, Term
from valuation.price_model import calibration as conformal
from valuation.price_model.bundle import Bundle, write_bundle
from valuation.price_model.calibration import Calibration, Support
from valuation.price_model.champions import Champion, ModelStore
from valuation.price_model.model import assemble, devices_to_csvish, ladder_to_json

MARKET = "cn-cny-sold-demo"
VARIANTS = (
    "apple/iphone/iphone-12/64gb",
    "apple/iphone/iphone-13/128gb",
    "apple/iphone/iphone-13/256gb",
    "samsung/galaxy-s/galaxy-s21/8gb-128gb",
    "xiaomi/mi/mi-11/8gb-128gb",
)
LEVELS = (0.1, 0.5, 0.9)
AS_OF = date(2026, 11, 20)
STEPS = {"powers_on": 1.2, "display_works": 0.25, "functions_work": 0.2, "cosmetic_grade": 0.08}
ROWS = 300
SPREAD = 0.12  # of log price around its median


def make_bundle(
    folder: Path, *, market: str = MARKET, seed: int = 7, promotion: int | None = 1
) -> str:
    """Write a tiny bundle under the models folder; the digest. It is the champion if promoted."""
    store = ModelStore(folder)
    made = {"git_commit": "0" * 40, "made_at": "2026-11-20T00:00:00Z", "note": "made by a test"}
    path = write_bundle(files=bundle_files(market, seed), provenance=made, root=store.bundles)
    if promotion is not None:
        promote(folder, path.name, market=market, promotion=promotion)
    return path.name


def promote(folder: Path, digest: str, *, market: str = MARKET, promotion: int = 1) -> None:
    """Point the market's champion at a bundle."""
    ModelStore(folder).point(Champion(Market.from_slug(market), digest, promotion))


def bundle_files(market: str, seed: int) -> dict[str, bytes]:
    """What a price model's folder holds, fitted on sales that the seed makes."""
    devices = [load_catalogue().device(variant) for variant in VARIANTS]
    specification, ladder = make_specification(devices), make_ladder(devices)
    parts: dict[str, object] = {
        "model.json": {
            "feature_names": specification.names(),
            "levels": LEVELS,
            "market": market,
        },
        "features.json": specification.to_json(),
        "ladder.json": ladder_to_json(ladder),
        "calibration.json": conformal.to_json(make_calibration()),
        "catalogue.json": devices_to_csvish(devices),
        "evaluation.json": make_evaluation(),
        "golden.json": [],
    }
    files = {name: orjson.dumps(part) for name, part in parts.items()}
    rows = _sold(devices, np.random.default_rng(seed))
    files |= _boosters(rows, specification, ladder, np.random.default_rng(seed))
    model = assemble(Bundle("", files, {}))
    golden = [
        {
            "variant": row.device.variant,
            "as_of": row.as_of.isoformat(),
            "levels": row.levels,
            "context": row.context,
            "logs": priced.logs,
        }
        for row, priced in zip(rows[:3], model.price_many(rows[:3]), strict=True)
    ]
    return {**files, "golden.json": orjson.dumps(golden)}


def make_specification(devices: Sequence[Device]) -> FeatureSpecification:
    """Four taught questions, one context column, the devices' brands."""
    return FeatureSpecification(
        answers={question: float(BY_ID[question].best) for question in STEPS},
        context={"channel": ("online", "store")},
        default_context={"channel": "store"},
        vocabulary={
            "brand": tuple(sorted({device.brand for device in devices})),
            "category": ("phone", "tablet"),
            "unit_state": ("used", "refurbished", "new", "sealed"),
        },
        typical=dict(zip(FACTS, (900.0, 128.0, 6.0, 8.4, 180.0, 4000.0, 6.1), strict=True)),
        dated=True,
    )


def make_ladder(devices: Sequence[Device]) -> Ladder:
    """Log price from launch price, age, storage and answers, with a rung a device model."""
    terms = [
        _term("log_launch_price", 1.0, 1),
        _term("age_days", -0.0006, -1),
        _term("storage_gb", 0.0004, 1),
    ]
    terms += [_term(f"answer_{question}", step, 1) for question, step in STEPS.items()]
    best = sum(step * BY_ID[question].best for question, step in STEPS.items())
    rungs = {device.device_model: Rung(0.0, ROWS // len(VARIANTS), SPREAD) for device in devices}
    return Ladder(-best, tuple(terms), rungs, Rung(0.0, 0, 2 * SPREAD))


def make_evaluation() -> dict[str, object]:
    """The figures that are read of an evaluation: dates, and coverage overall and by brand."""
    brands = {"apple": {"coverage": 0.78}, "xiaomi": None}
    segments = [
        {"dimension": "brand", "value": brand, "rows": 100, "interval": interval}
        for brand, interval in brands.items()
    ]
    bounds = {"low": 0.77, "high": 0.81}
    overall = {"rows": ROWS, "interval": {"coverage": 0.79}, "coverage_bounds": bounds}
    return {
        "overall": overall,
        "segments": segments,
        "fitted_until": "2026-08-26",
        "last_sale": "2026-11-19",
    }


def make_calibration() -> Calibration:
    """Scores around nothing: the fitted quantiles are nearly right."""
    scores = tuple(float(score) for score in np.linspace(-0.02, 0.02, 21))
    return Calibration({support: dict.fromkeys(LEVELS, scores) for support in Support})


def _term(column: str, coefficient: float, sign: int) -> Term:
    return Term((Factor(column, "linear"),), coefficient, sign)


def _sold(devices: Sequence[Device], random: np.random.Generator) -> list[FeatureRow]:
    return [
        FeatureRow(
            device=devices[int(random.integers(len(devices)))],
            as_of=AS_OF,
            levels={q: int(random.integers(BY_ID[q].best + 1)) for q in STEPS},
            context={"channel": str(random.choice(["online", "store"]))},
        )
        for _ in range(ROWS)
    ]


def _boosters(
    rows: Sequence[FeatureRow],
    specification: FeatureSpecification,
    ladder: Ladder,
    random: np.random.Generator,
) -> Mapping[str, bytes]:
    """Boosters in LightGBM's text format of what departs from the ladder, one a level."""
    columns = columns_of(rows)
    matrix = feature_matrix(columns, specification)
    inputs = np.hstack([matrix, ladder.features(columns, specification)])
    departures = random.normal(0.0, SPREAD / 4, len(rows))
    ends = {0.1: -1.28, 0.5: 0.0, 0.9: 1.28}
    return {
        f"booster-{level}.txt": _boost(inputs, departures + ends[level] * SPREAD, specification)
        for level in LEVELS
    }


def _boost(inputs: Floats, target: Floats, specification: FeatureSpecification) -> bytes:
    import lightgbm  # 2 s, and only where a bundle is made

    parameters: dict[str, Any] = {
        "objective": "regression",
        "num_leaves": 7,
        "min_data_in_leaf": 5,
        "learning_rate": 0.2,
        "num_threads": 1,
        "verbosity": -1,
        "deterministic": True,
        "seed": 1,
        "monotone_constraints": [*specification.monotone(), *LADDER_MONOTONE],
    }
    data = lightgbm.Dataset(inputs, target, free_raw_data=False)
    text: str = lightgbm.train(parameters, data, num_boost_round=12).model_to_string()
    return text.encode("ascii")
