"""One tiny bundle for all tests of this folder; to spoil it, copy it."""

from pathlib import Path

import pytest

from tests.price_model.making import champion_of
from valuation.price_model.champions import ModelStore
from valuation.price_model.model import PriceModel, load_price_model


@pytest.fixture(scope="package")
def bundle(models: Path) -> Path:
    """The folder of a sound bundle."""
    return ModelStore(models).bundle(champion_of(models))


@pytest.fixture(scope="package")
def model(bundle: Path) -> PriceModel:
    """Its price model."""
    return load_price_model(bundle)
