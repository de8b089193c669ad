"""What the booster receives: one by one as in a batch, here as in a fresh process."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np

from tests.factories import AS_OF, LEVELS, MARKET
from tests.price_model.making import champion_of
from valuation.domain.questions import BY_ID
from valuation.features import FeatureRow, Floats, columns_of, feature_matrix
from valuation.price_model.champions import ModelStore
from valuation.price_model.model import PriceModel, load_price_model

ROOT = Path(__file__).parents[1]
ROWS = 200
TOLERANCE = 1e-9  # log price: sums of floats may differ in the last bit with the number of rows
FRESH = """
import sys
from pathlib import Path
from tests.test_parity import received_one_by_one
from valuation.price_model.model import load_price_model
print(received_one_by_one(load_price_model(Path(sys.argv[1]))))
"""


def rows_of(model: PriceModel) -> Iterator[FeatureRow]:
    """Devices with answers and context, some absent or unknown, the same in every process."""
    random, devices = Random(3), [device for _, device in sorted(model.devices.items())]
    for number in range(ROWS):
        levels = {
            question: random.randint(0, BY_ID[question].best)
            for question in sorted(model.taught())
            if random.random() < 0.9
        }
        context = {"channel": random.choice(["online", "store", "elsewhere"])}
        yield FeatureRow(
            device=random.choice(devices),
            as_of=AS_OF - timedelta(days=number),
            levels=levels,
            context=context if random.random() < 0.7 else {},
        )


def inputs(model: PriceModel, rows: list[FeatureRow]) -> Floats:
    """The matrix that the boosters get."""
    columns = columns_of(rows)
    matrix = feature_matrix(columns, model.specification)
    return np.hstack([matrix, model.ladder.features(columns, model.specification)])


def received_one_by_one(model: PriceModel) -> str:
    """The digest of the boosters' input and output, a row at a time."""
    digest = hashlib.sha256()
    for row in rows_of(model):
        matrix = inputs(model, [row])
        digest.update(matrix.tobytes())
        for booster in model.every_booster:
            digest.update(booster.predict(matrix).tobytes())
    return digest.hexdigest()


def champion(models: Path) -> Path:
    return ModelStore(models).bundle(champion_of(models))


def test_the_columns_of_one_row_are_those_of_the_row_in_a_batch(models: Path) -> None:
    model = load_price_model(champion(models))
    rows = list(rows_of(model))
    batch = inputs(model, rows)
    alone = np.vstack([inputs(model, [row]) for row in rows])
    assert batch.tobytes() == alone.tobytes()
    assert model.market.slug == MARKET


def test_a_fresh_process_gives_the_boosters_the_same_bytes_one_by_one(models: Path) -> None:
    folder = champion(models)
    run = subprocess.run(
        [sys.executable, "-c", FRESH, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert run.stdout.strip() == received_one_by_one(load_price_model(folder))


def test_a_price_alone_is_the_price_in_a_batch(models: Path) -> None:
    model = load_price_model(champion(models))
    rows = list(rows_of(model))
    batch = np.array([belief.logs for belief in model.price_many(rows)])
    alone = np.array([model.price_many([row])[0].logs for row in rows])
    assert batch.shape == (ROWS, len(LEVELS))
    assert np.abs(batch - alone).max() < TOLERANCE
