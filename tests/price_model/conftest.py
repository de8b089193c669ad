"""One tiny bundle for all tests of this folder; to spoil it, copy it."""

from pathlib import Path

import pytest

from tests.price_model.making import make_folder
from valuation.price_model.model import PriceModel, load_price_model


@pytest.fixture(scope="package")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sound bundle."""
    return make_folder(tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="package")
def model(bundle: Path) -> PriceModel:
    """Its price model."""
    return load_price_model(bundle)
