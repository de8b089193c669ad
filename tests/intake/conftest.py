"""Mappings and files as tests of the intake need them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from valuation.intake.mapping import Mapping
from valuation.intake.mapping_file import parse_mapping
from valuation.intake.reading import read_records
from valuation.intake.records import Record, Rejected

MappingOf = Callable[[str], Mapping]
WriteCsv = Callable[[str], Path]
Read = Callable[[Path, Mapping], list[Record | Rejected]]

SALES = """
[constants]
country = "CN"
currency = "CNY"
kind = "sold"
provenance = "real"
[columns]
device_model = "model"
price = "price"
"""


@pytest.fixture
def sales_mapping() -> MappingOf:
    """A mapping of the columns model and price; what is given goes under [columns] and after."""

    def build(more: str = "") -> Mapping:
        return parse_mapping(name="test", content=(SALES + more).encode())

    return build


@pytest.fixture
def write_csv(tmp_path: Path) -> WriteCsv:
    """Write a text as a CSV file."""

    def write(text: str) -> Path:
        path = tmp_path / "sales.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def read() -> Read:
    """Everything that a file says through a mapping."""

    def read_all(path: Path, mapping: Mapping) -> list[Record | Rejected]:
        return list(read_records(path=path, mapping=mapping))

    return read_all
