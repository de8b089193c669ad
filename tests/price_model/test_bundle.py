"""A damaged or foreign bundle is refused before LightGBM sees a byte of it."""

from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.price_model.making import copied, flipped
from valuation.price_model import model as price_model
from valuation.price_model.bundle import (
    MANIFEST,
    DamagedBundle,
    ForeignBundle,
    digest_of,
    read_bundle,
    write_bundle,
)
from valuation.price_model.model import load_price_model

FILES = (
    "booster-0.1.txt", "booster-0.5.txt", "booster-0.9.txt", "calibration.json", "catalogue.json",
    "evaluation.json", "features.json", "golden.json", "ladder.json", "model.json",
)  # fmt: skip
SHARED = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def no_lightgbm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reaches LightGBM here fails the test."""

    def reached(text: str) -> None:
        raise AssertionError(f"LightGBM was given {len(text)} characters")

    monkeypatch.setattr(price_model, "Booster", reached)


def test_the_files_of_a_bundle_are_those_that_the_tests_damage(bundle: Path) -> None:
    assert sorted(read_bundle(bundle).files) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_cut_off_is_a_damaged_bundle(
    bundle: Path, tmp_path: Path, name: str
) -> None:
    path = copied(bundle, tmp_path) / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedBundle, match=name):
        load_price_model(path.parent)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_file_that_is_missing_is_a_damaged_bundle(
    bundle: Path, tmp_path: Path, name: str
) -> None:
    path = copied(bundle, tmp_path) / name
    path.unlink()
    with pytest.raises(DamagedBundle, match=name):
        load_price_model(path.parent)


@pytest.mark.parametrize("name", FILES)
@given(bit=st.integers(0, 2**20))
@SHARED
def test_one_bit_turned_over_is_a_damaged_bundle(
    bundle: Path, tmp_path_factory: pytest.TempPathFactory, name: str, bit: int
) -> None:
    path = copied(bundle, tmp_path_factory.mktemp("flipped")) / name
    path.write_bytes(flipped(path.read_bytes(), bit=bit))
    with pytest.raises(DamagedBundle, match=name):
        load_price_model(path.parent)


@given(cut=st.floats(0, 1, exclude_max=True))
@SHARED
def test_a_manifest_that_was_cut_off_is_a_damaged_bundle(
    bundle: Path, tmp_path_factory: pytest.TempPathFactory, cut: float
) -> None:
    path = copied(bundle, tmp_path_factory.mktemp("cut")) / MANIFEST
    whole = path.read_bytes()
    path.write_bytes(whole[: int(cut * (len(whole) - 1))])
    with pytest.raises(DamagedBundle):
        load_price_model(path.parent)


@pytest.mark.parametrize("name", FILES)
def test_a_manifest_that_names_another_sum_does_not_add_up(
    bundle: Path, tmp_path: Path, name: str
) -> None:
    path = copied(bundle, tmp_path) / MANIFEST
    manifest = orjson.loads(path.read_bytes())
    manifest["files"][name] = "0" * 64
    path.write_bytes(orjson.dumps(manifest))
    with pytest.raises(DamagedBundle, match="does not add up"):
        load_price_model(path.parent)


@pytest.mark.parametrize(
    "content", [b"[]", b"null", b"{}", b'{"format": 1, "digest": "x"}', b"\xff"]
)
def test_a_manifest_that_is_none_is_a_damaged_bundle(
    bundle: Path, tmp_path: Path, content: bytes
) -> None:
    folder = copied(bundle, tmp_path)
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(DamagedBundle):
        load_price_model(folder)


@pytest.mark.parametrize("found", [0, 2, "1", None])
def test_another_format_is_foreign(bundle: Path, tmp_path: Path, found: object) -> None:
    path = copied(bundle, tmp_path) / MANIFEST
    path.write_bytes(orjson.dumps({**orjson.loads(path.read_bytes()), "format": found}))
    with pytest.raises(ForeignBundle, match="this version serves 1"):
        load_price_model(path.parent)


def test_the_same_files_have_the_same_digest_wherever_and_whenever_they_are_written(
    tmp_path: Path,
) -> None:
    files = {"b.txt": b"2", "a.txt": b"1"}
    one = write_bundle(files=files, provenance={"made_at": "now"}, root=tmp_path / "one")
    other = write_bundle(
        files=dict(reversed(files.items())), provenance={"made_at": "later"}, root=tmp_path / "two"
    )
    assert one.name == other.name == digest_of(files)


def test_a_bundle_is_written_whole_and_never_again(tmp_path: Path) -> None:
    folder = write_bundle(files={"a.txt": b"1"}, provenance={"note": "first"}, root=tmp_path)
    again = write_bundle(files={"a.txt": b"1"}, provenance={"note": "second"}, root=tmp_path)
    assert again == folder
    assert read_bundle(folder).provenance == {"note": "first"}
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
