"""LightGBM's library, driven directly, gives what the lightgbm package gives, bit for bit."""

from pathlib import Path

import lightgbm
import numpy as np
import pytest

from valuation.features import UNKNOWN, Floats
from valuation.price_model.library import Booster, BoosterRefused
from valuation.price_model.model import PriceModel

LEVELS = ("0.1", "0.5", "0.9")


@pytest.fixture(scope="module")
def rows(model: PriceModel) -> Floats:
    """Rows of every kind: usual, absent and unknown categories, absent numbers, far outside."""
    rng = np.random.default_rng(5)
    width = model.boosters[0].features
    usual = rng.uniform(0, 100, (400, width)).round()
    coded = list(model.specification.categorical())
    usual[100:200][:, coded] = UNKNOWN
    usual[200:250][:, coded] = 999.0
    usual[250:300] = np.where(rng.random((50, width)) < 0.3, np.nan, usual[250:300])
    usual[300:350] *= 1e12
    usual[350:] = -usual[350:]
    return np.asarray(usual, dtype=np.float64)


@pytest.mark.parametrize("level", LEVELS)
def test_predictions_are_bit_equal_to_the_packages(bundle: Path, rows: Floats, level: str) -> None:
    path = bundle / f"booster-{level}.txt"
    theirs = lightgbm.Booster(model_file=str(path)).predict(rows, num_threads=1)
    ours = Booster(path.read_text("ascii")).predict(rows)
    assert ours[:, 0].tobytes() == np.asarray(theirs).tobytes()


def test_a_row_alone_is_bit_equal_to_the_row_among_others(model: PriceModel, rows: Floats) -> None:
    for booster in model.boosters:
        together = booster.predict(rows)
        alone = np.vstack([booster.predict(rows[i : i + 1]) for i in range(len(rows))])
        assert alone.tobytes() == together.tobytes()


def test_the_layout_of_the_matrix_in_memory_does_not_matter(
    model: PriceModel, rows: Floats
) -> None:
    booster = model.boosters[0]
    for other in (np.asfortranarray(rows), np.vstack([rows, rows])[::2][: len(rows) // 2]):
        same = np.ascontiguousarray(other)
        assert booster.predict(other).tobytes() == booster.predict(same).tobytes()


@pytest.mark.parametrize("columns", [-1, 1])
def test_another_number_of_columns_is_refused(model: PriceModel, columns: int) -> None:
    booster = model.boosters[0]
    with pytest.raises(BoosterRefused, match="columns were expected"):
        booster.predict(np.zeros((2, booster.features + columns)))
    with pytest.raises(BoosterRefused, match="columns were expected"):
        booster.predict(np.zeros(booster.features))


def test_text_that_is_no_booster_is_refused() -> None:
    with pytest.raises(BoosterRefused):
        Booster("this is no booster")
