"""Makers' codes (SM-N960F) to device models, where a public source says so."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from valuation.catalogue.catalogue import Catalogue
from valuation.catalogue.cells import csv_rows
from valuation.catalogue.loader import DATA

COLUMNS = ("code", "device_model", "source")


def load_codes(*, catalogue: Catalogue, folder: Path = DATA / "codes") -> Mapping[str, str]:
    """Device model ids by code; CatalogueError where a row does not fit the catalogue."""
    codes: dict[str, str] = {}
    for file in sorted(folder.glob("*.csv")):
        for row in csv_rows(file, COLUMNS):
            code, device_model = row.text("code"), row.text("device_model")
            if codes.setdefault(code, device_model) != device_model:
                raise row.error(f"{code} leads to {device_model} and to {codes[code]}")
            if device_model not in catalogue.device_models:
                raise row.error(f"no device model {device_model}")
            if row.text("source") not in catalogue.sources:
                raise row.error(f"no source {row.cells['source']}")
    return MappingProxyType(codes)
