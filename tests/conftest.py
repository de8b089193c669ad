"""What tests of every room share."""

from pathlib import Path

import pytest

from tests.factories import make_bundle


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with two tiny bundles, the first of them the champion; do not change it."""
    folder = tmp_path_factory.mktemp("models")
    make_bundle(folder, seed=7)
    make_bundle(folder, seed=8, promotion=None)
    return folder
