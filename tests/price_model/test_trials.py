"""A trial that passed is remembered, for this very bundle, code and libraries alone."""

import shutil
from pathlib import Path

import pytest

from tests.factories import MARKET
from tests.price_model.making import HERE, champion_of
from valuation.price_model import shelf as shelves
from valuation.price_model import trials
from valuation.price_model.champions import ModelStore
from valuation.price_model.library import LightGbmMissing
from valuation.price_model.shelf import Shelf
from valuation.price_model.trial import BundleFailedTrial
from valuation.price_model.trials import Trials

BOOSTER = "booster-0.5.txt"


@pytest.fixture
def store(models: Path, tmp_path: Path) -> ModelStore:
    """A models folder that may be changed, and in which nothing was tried yet."""
    shutil.copytree(models, tmp_path / "models", ignore=shutil.ignore_patterns("trials"))
    return ModelStore(tmp_path / "models")


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bundles that were tried, each of which passes."""
    names: list[str] = []
    monkeypatch.setattr(shelves, "try_bundle", lambda folder: names.append(folder.name))
    return names


def opened(store: ModelStore) -> Shelf:
    shelf = Shelf(store)
    shelf.refresh()
    return shelf


def test_a_bundle_that_passed_is_not_tried_again(store: ModelStore, tried: list[str]) -> None:
    champion = champion_of(store.root)
    assert opened(store).model(HERE).digest == champion
    assert opened(store).model(HERE).digest == champion
    assert tried == [champion]


def test_other_code_or_libraries_ask_for_a_new_trial(
    store: ModelStore, tried: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(store)
    monkeypatch.setattr(trials, "fingerprint", lambda: "of a newer LightGBM")
    opened(store)
    opened(store)
    assert len(tried) == 2


def test_a_bundle_that_failed_is_not_remembered(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: Path) -> None:
        raise BundleFailedTrial(folder.name)

    monkeypatch.setattr(shelves, "try_bundle", fails)
    assert opened(store).faults
    assert not store.trials.exists()


def test_a_bundle_that_rots_after_its_trial_is_refused(store: ModelStore, tried: list[str]) -> None:
    opened(store)
    (store.bundle(champion_of(store.root)) / BOOSTER).write_bytes(b"rotten")
    assert f"{BOOSTER} is not the file" in opened(store).faults[MARKET]
    assert len(tried) == 1


def test_another_bundle_in_the_folder_of_one_that_passed_is_refused_unread(
    store: ModelStore, tried: list[str]
) -> None:
    opened(store)
    champion = champion_of(store.root)
    other = next(path for path in store.bundles.iterdir() if path.name != champion)
    shutil.rmtree(store.bundle(champion))
    shutil.copytree(other, store.bundle(champion))
    assert f"holds the bundle {other.name[:12]}" in opened(store).faults[MARKET]
    assert tried == [champion]


def test_where_nothing_can_be_remembered_it_is_tried_each_time(
    store: ModelStore, tried: list[str]
) -> None:
    store.trials.write_text("in the way")
    assert opened(store).model(HERE)
    assert opened(store).model(HERE)
    assert len(tried) == 2


def test_without_lightgbm_the_trial_is_left_to_say_so(
    store: ModelStore, tried: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(store)
    assert tried

    def missing() -> str:
        raise LightGbmMissing("the lightgbm package is not installed")

    monkeypatch.setattr(trials, "fingerprint", missing)
    assert not Trials(store.trials).passed(champion_of(store.root))
