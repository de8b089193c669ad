"""The shipped catalogue is complete enough, sourced, and frozen bundles can carry it."""

import subprocess
import sys

import pytest

from valuation.catalogue import Catalogue, Lookup, Match, from_rows, load_catalogue


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return load_catalogue()


def test_shipped_catalogue_is_large_and_every_row_has_a_source(shipped: Catalogue) -> None:
    assert len(shipped.device_models) >= 450
    assert all(each.source in shipped.sources for each in shipped.device_models.values())
    assert all(each.source in shipped.sources for each in shipped.variants.values())


def test_every_shipped_device_model_has_a_variant(shipped: Catalogue) -> None:
    assert [each for each in shipped.device_models if not shipped.variants_of(each)] == []


def test_every_shipped_variant_is_a_device_with_a_name(shipped: Catalogue) -> None:
    devices = [shipped.device(each) for each in shipped.variants]
    assert len({device.name for device in devices}) == len(devices)


def test_every_shipped_name_leads_back_to_its_device_model(shipped: Catalogue) -> None:
    lookup = Lookup(shipped)
    for device_model in shipped.device_models.values():
        answer = lookup.find(brand=device_model.brand, text=device_model.name, model_only=True)
        assert isinstance(answer, Match)
        assert answer.device_model is device_model


def test_shipped_catalogue_survives_freezing(shipped: Catalogue) -> None:
    assert from_rows(shipped.to_rows()).digest == shipped.digest


def test_loading_the_catalogue_imports_neither_rapidfuzz_nor_stdnum() -> None:
    script = (
        "import sys; from valuation.catalogue import load_catalogue; import "
        "valuation.catalogue.identity, valuation.catalogue.tac_import; load_catalogue(); "
        "sys.exit(bool({'rapidfuzz', 'stdnum', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
