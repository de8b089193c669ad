"""The shipped catalogue is complete enough, sourced, and frozen bundles can carry it."""

import re
import subprocess
import sys
from collections import defaultdict

import pytest

from valuation.catalogue import Catalogue, Lookup, Match, NoMatch, from_rows, load_catalogue
from valuation.catalogue.names import fold


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


@pytest.mark.parametrize(
    ("brand", "text", "generations"),
    [
        ("Samsung", "Galaxy A5", ["2017", "2016", "2015"]),
        (None, "Samsung Galaxy A7 64GB", ["2018", "2017", "2016", "2015"]),
        (None, "Galaxy A8", ["2018", "2016", "2015"]),
        ("Samsung", "A9", ["2018", "2016"]),
        ("Huawei", "Y9", ["2019", "2018"]),
        (None, "华为 Y7 Pro", ["2019", "2018"]),
        (None, "iPhone SE 64GB", ["3", "2", "1"]),
        ("Apple", "iPhone SE", ["3", "2", "1"]),
        (None, "iPad Air", ["5", "4", "3", "2", "1"]),
    ],
)
def test_a_name_of_several_generations_suggests_them_all_and_takes_none(
    shipped: Catalogue, brand: str | None, text: str, generations: list[str]
) -> None:
    answer = Lookup(shipped).find(brand=brand, text=text, storage_gb=64)
    assert isinstance(answer, NoMatch)
    assert answer.device_model is None
    ids = [each.id for each in answer.suggestions]
    stem = next(each for each in ids if each.endswith(f"-{generations[0]}")).rpartition("-")[0]
    assert [each for each in ids if each in {f"{stem}-{g}" for g in generations}] == [
        f"{stem}-{generation}" for generation in generations
    ]


def test_no_shipped_alias_picks_one_of_several_generations(shipped: Catalogue) -> None:
    years = defaultdict(set)
    for device_model in shipped.device_models.values():
        for name in (device_model.name, device_model.name_zh):
            bare = fold(re.sub(r"[ (（]*20[012]\d款?[)）]?$", "", name))
            years[device_model.brand, bare].add(device_model.id)
    picked = {
        alias.alias: alias.device_model
        for alias in shipped.aliases
        if len(years[alias.device_model.split("/")[0], fold(alias.alias)]) > 1
    }
    assert picked == {}


def test_shipped_catalogue_survives_freezing(shipped: Catalogue) -> None:
    assert from_rows(shipped.to_rows()).digest == shipped.digest


def test_loading_the_catalogue_imports_neither_rapidfuzz_nor_stdnum() -> None:
    script = (
        "import sys; from valuation.catalogue import load_catalogue; import "
        "valuation.catalogue.identity, valuation.catalogue.tac_import; load_catalogue(); "
        "sys.exit(bool({'rapidfuzz', 'stdnum', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
