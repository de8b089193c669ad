"""A bundle that cannot be served never replaces the one that serves: trial and shelf."""

import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from tests.factories import MARKET, make_bundle, promote
from tests.price_model.making import (
    BOOSTER,
    HERE,
    champion_of,
    digested_anew,
    spoiled,
    write_history,
)
from valuation.price_model.bundle import MANIFEST
from valuation.price_model.champions import ModelStore
from valuation.price_model.shelf import NoBundle, Shelf
from valuation.price_model.succession import FILE
from valuation.price_model.trial import BundleFailedTrial, replay_golden, try_bundle

Spoil = Callable[[bytes], bytes]


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def no_numbers(data: bytes) -> bytes:
    """Every leaf of the booster is no number."""
    lines = data.decode().splitlines()
    spoiled = [
        "leaf_value=" + " ".join("nan" for _ in line.split("=")[1].split())
        if line.startswith("leaf_value=")
        else line
        for line in lines
    ]
    return "\n".join(spoiled).encode()


GARBAGE: dict[str, Spoil] = {
    "nothing": lambda _: b"",
    "noise": lambda _: bytes(range(1, 128)) * 50,
    "half": half,
    "head alone": lambda data: data[: data.index(b"Tree=0")],
    "no numbers": no_numbers,
    "children out of range": lambda data: data.replace(b"left_child=", b"left_child=99999 "),
    "not ascii": lambda data: data + "é".encode(),
    "other leaves": lambda data: data.replace(b"leaf_value=", b"leaf_value=9", 1),
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_a_booster_of_garbage_with_a_manifest_that_matches_fails_its_trial(
    bundle: Path, tmp_path: Path, kind: str
) -> None:
    garbage = GARBAGE[kind]((bundle / BOOSTER).read_bytes())
    spoiled = digested_anew(bundle, tmp_path, {BOOSTER: garbage})
    with pytest.raises(BundleFailedTrial, match=spoiled.name):
        try_bundle(spoiled)


def test_a_sound_bundle_passes_and_its_golden_intervals_are_replayed(bundle: Path) -> None:
    try_bundle(bundle)
    assert replay_golden(bundle) == 3


def test_another_golden_interval_fails_the_trial(bundle: Path, tmp_path: Path) -> None:
    golden = orjson.loads((bundle / "golden.json").read_bytes())
    golden[1]["logs"][2] += 1e-6
    spoiled = digested_anew(bundle, tmp_path, {"golden.json": orjson.dumps(golden)})
    with pytest.raises(BundleFailedTrial, match="golden interval of"):
        try_bundle(spoiled)


@pytest.fixture
def store(models: Path, tmp_path: Path) -> ModelStore:
    """A models folder that may be changed: a champion and another good bundle."""
    shutil.copytree(models, tmp_path / "models")
    return ModelStore(tmp_path / "models")


@pytest.fixture
def shelf(store: ModelStore) -> Shelf:
    """A shelf that serves the champion."""
    shelf = Shelf(store)
    shelf.refresh()
    return shelf


def other_good(store: ModelStore) -> str:
    """The digest of the good bundle that nobody promoted."""
    champion = champion_of(store.root)
    return next(path.name for path in store.bundles.iterdir() if path.name != champion)


@pytest.mark.parametrize("kind", ["no numbers", "head alone"])
def test_the_last_good_bundle_stays_when_the_next_champion_is_garbage(
    store: ModelStore, shelf: Shelf, kind: str
) -> None:
    good = champion_of(store.root)
    garbage = GARBAGE[kind]((store.bundle(good) / BOOSTER).read_bytes())
    bad = digested_anew(store.bundle(good), store.bundles, {BOOSTER: garbage})
    promote(store.root, bad.name, promotion=2)
    shelf.refresh()
    assert shelf.model(HERE).digest == good
    assert bad.name in shelf.faults[MARKET]


def test_the_last_good_bundle_stays_when_the_next_rots_on_disk(
    store: ModelStore, shelf: Shelf
) -> None:
    good, rotten = champion_of(store.root), other_good(store)
    (store.bundle(rotten) / BOOSTER).write_bytes(b"rotten")
    promote(store.root, rotten, promotion=2)
    shelf.refresh()
    assert shelf.model(HERE).digest == good
    assert f"{BOOSTER} is not the file" in shelf.faults[MARKET]


def test_a_bundle_of_another_market_is_not_served(store: ModelStore, shelf: Shelf) -> None:
    good = champion_of(store.root)
    foreign = make_bundle(store.root, market="vn-vnd-asking-real", promotion=None)
    promote(store.root, foreign, promotion=2)
    shelf.refresh()
    assert shelf.model(HERE).digest == good
    assert "vn-vnd-asking-real" in shelf.faults[MARKET]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"digest": "x", "promotion": "y"}'])
def test_a_broken_pointer_leaves_what_serves_alone(
    store: ModelStore, shelf: Shelf, content: bytes
) -> None:
    good = champion_of(store.root)
    store.pointer(HERE).write_bytes(content)
    shelf.refresh()
    assert shelf.model(HERE).digest == good
    assert shelf.faults


def test_a_good_champion_is_taken_up_after_a_bad_one(store: ModelStore, shelf: Shelf) -> None:
    promote(store.root, "0" * 64, promotion=2)
    shelf.refresh()
    assert MANIFEST in shelf.faults[MARKET]
    better = next(p.name for p in store.bundles.iterdir() if p.name != shelf.model(HERE).digest)
    promote(store.root, better, promotion=3)
    shelf.refresh()
    assert shelf.model(HERE).digest == better
    assert shelf.faults == {}


def test_without_a_bundle_the_error_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NoBundle, match="make run"):
        Shelf(ModelStore(tmp_path)).model(None)


def started(store: ModelStore) -> Shelf:
    """A shelf of a service that starts now."""
    shelf = Shelf(store)
    shelf.refresh()
    return shelf


def test_a_start_with_a_damaged_champion_serves_the_one_before_and_says_so(
    store: ModelStore, caplog: pytest.LogCaptureFixture
) -> None:
    older, champion = other_good(store), spoiled(store, champion_of(store.root))
    write_history(store, ("promote", older), ("promote", champion))
    shelf = started(store)
    assert shelf.model(HERE).digest == older
    assert BOOSTER in shelf.faults[MARKET]
    assert shelf.faults[MARKET].endswith(f"; the bundle {older[:12]} serves instead")
    assert f"served by an earlier champion, {older[:12]}" in caplog.text
    shelf.refresh()
    assert f"{older[:12]} serves instead" in shelf.faults[MARKET], "said as long as it is so"


def test_the_stand_in_makes_way_for_the_next_good_champion(store: ModelStore) -> None:
    older, champion = other_good(store), spoiled(store, champion_of(store.root))
    write_history(store, ("promote", older), ("promote", champion))
    shelf = started(store)
    promote(store.root, older, promotion=3)
    shelf.refresh()
    assert (shelf.model(HERE).digest, shelf.faults) == (older, {})


def test_a_champion_that_was_rolled_back_from_never_stands_in(store: ModelStore) -> None:
    withdrawn, champion = other_good(store), spoiled(store, champion_of(store.root))
    write_history(store, ("promote", champion), ("promote", withdrawn), ("roll_back", champion))
    shelf = started(store)
    assert shelf.models == {}
    assert shelf.faults[MARKET].endswith("; no earlier champion can be served")


def test_a_champion_of_another_market_never_stands_in(store: ModelStore) -> None:
    foreign = make_bundle(store.root, market="vn-vnd-asking-real", promotion=None)
    champion = spoiled(store, champion_of(store.root))
    write_history(store, ("promote", foreign), ("promote", champion))
    assert started(store).models == {}


def test_a_damaged_one_before_is_passed_over_for_one_before_that(store: ModelStore) -> None:
    oldest, champion = other_good(store), spoiled(store, champion_of(store.root))
    write_history(store, *(("promote", each) for each in (oldest, "0" * 64, champion)))
    assert started(store).model(HERE).digest == oldest


@pytest.mark.parametrize("history", [b"", b"{}\n[]\nnull\n1\n", b"\xff\x00"])
def test_without_a_history_the_market_is_not_served_and_the_fault_says_why(
    store: ModelStore, history: bytes
) -> None:
    spoiled(store, champion_of(store.root))
    (store.root / FILE).write_bytes(history)
    shelf = started(store)
    assert shelf.models == {}
    assert BOOSTER in shelf.faults[MARKET]


def test_a_broken_pointer_at_the_start_is_overruled_by_the_history(store: ModelStore) -> None:
    champion = champion_of(store.root)
    write_history(store, ("promote", champion))
    store.pointer(HERE).write_bytes(b"{")
    shelf = started(store)
    assert shelf.model(HERE).digest == champion
    assert "serves instead" in shelf.faults[MARKET]
