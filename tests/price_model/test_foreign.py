"""A bundle whose files are whole but not what this version serves says so."""

from pathlib import Path

import orjson
import pytest

from tests.price_model.making import digested_anew
from valuation.price_model.bundle import DamagedBundle, ForeignBundle
from valuation.price_model.model import load_price_model

NEEDED = ("model.json", "features.json", "ladder.json", "calibration.json")


def test_columns_that_this_version_does_not_make_are_foreign(bundle: Path, tmp_path: Path) -> None:
    facts = orjson.loads((bundle / "model.json").read_bytes())
    facts["feature_names"][:2] = reversed(facts["feature_names"][:2])
    spoiled = digested_anew(bundle, tmp_path, {"model.json": orjson.dumps(facts)})
    with pytest.raises(ForeignBundle, match="train again"):
        load_price_model(spoiled)


@pytest.mark.parametrize("name", NEEDED)
def test_a_file_of_another_shape_is_refused_with_what_it_lacks(
    bundle: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ForeignBundle):
        load_price_model(digested_anew(bundle, tmp_path / "list", {name: b"[1]"}))
    with pytest.raises(DamagedBundle, match=f"{name} is not JSON"):
        load_price_model(digested_anew(bundle, tmp_path / "none", {name: b"{"}))


@pytest.mark.parametrize("name", [*NEEDED, "booster-0.9.txt"])
def test_a_bundle_without_a_needed_file_is_foreign(bundle: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ForeignBundle):
        load_price_model(digested_anew(bundle, tmp_path, {name: None}))
