"""The shipped mappings on the published data sets, where somebody has them."""

import os
from pathlib import Path

import pytest

from valuation.intake.mapping_file import load_mapping
from valuation.intake.reading import read_records

FOLDER = os.environ.get("TRADEIN_REAL_DATA")


@pytest.mark.skipif(
    FOLDER is None, reason="set TRADEIN_REAL_DATA to the folder that holds the real data sets"
)
@pytest.mark.parametrize(
    ("mapping", "file"),
    [
        ("cn_phones", "cn_phones/prices.xlsx"),
        ("vn_listings", "vn_listings/listings.csv"),
        ("sea_trade_in", "sea_trade_in/singapore.csv"),
        ("sea_trade_in", "sea_trade_in/malaysia.csv"),
    ],
)
def test_nearly_every_line_of_a_real_set_becomes_a_record(mapping: str, file: str) -> None:
    reading = read_records(path=Path(FOLDER or "") / file, mapping=load_mapping(mapping))
    for _ in reading:
        pass
    assert reading.report.kept_of_wanted >= 0.98, reading.report
