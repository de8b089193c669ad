"""The request that ``tradein serve`` prints: a device that people know, if it was sold."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.factories import MARKET, promote
from valuation.catalogue import load_catalogue
from valuation.ladder import Ladder, Rung
from valuation.price_model.bundle import write_bundle
from valuation.price_model.model import devices_to_csvish, ladder_to_json
from valuation.settings import Settings
from valuation.web.starting import curl, example_request

IPHONE_13 = "apple/iphone/iphone-13/128gb"
IPHONE_12 = "apple/iphone/iphone-12/128gb"
ENJOY_60 = "huawei/enjoy/enjoy-60/8gb-128gb"


def example(models: Path, sales: Mapping[str, int]) -> Any:
    """The device of the example, of a bundle with this many sales of each variant's model."""
    catalogue = load_catalogue()
    devices = [catalogue.device(variant) for variant in sales]
    rungs = {d.device_model: Rung(0.0, sales[d.variant], 0.1) for d in devices}
    files = {
        "ladder.json": orjson.dumps(ladder_to_json(Ladder(0.0, (), rungs, Rung(0.0, 0, 0.1)))),
        "catalogue.json": orjson.dumps(devices_to_csvish(devices)),
    }
    path = write_bundle(files=files, provenance={}, root=models / "bundles")
    promote(models, path.name, market=MARKET)
    settings = Settings.from_environment({"TRADEIN_MODELS": str(models)})
    return example_request(settings)["device"]


@pytest.mark.parametrize(
    ("sales", "device"),
    [
        ({ENJOY_60: 1937, IPHONE_13: 54, IPHONE_12: 80}, IPHONE_13),
        ({ENJOY_60: 1937, IPHONE_13: 3, IPHONE_12: 80}, IPHONE_12),
        ({ENJOY_60: 1937, IPHONE_13: 3}, ENJOY_60),
    ],
)
def test_a_well_known_device_that_sold_often_goes_before_the_one_sold_most(
    tmp_path: Path, sales: Mapping[str, int], device: str
) -> None:
    assert example(tmp_path, sales) == {"id": device}


@pytest.mark.parametrize(
    ("file", "sends"),
    [
        (Path("var/demo.key"), 'Bearer $(cat var/demo.key)"'),
        (Path("my shop/demo.key"), "Bearer $(cat 'my shop/demo.key')\""),
        (None, 'Bearer $TRADEIN_KEY"'),
    ],
)
def test_the_line_names_where_the_key_is_and_never_the_key(file: Path | None, sends: str) -> None:
    settings = Settings.from_environment({})
    assert f'-H "Authorization: {sends} -H' in curl(settings, {}, port=8000, key_file=file)
