"""The documents say what the code does."""

import csv
from fnmatch import fnmatch
from pathlib import Path

from tests.factories import VARIANTS, make_specification
from valuation.catalogue import load_catalogue
from valuation.ladder import LADDER_COLUMNS
from valuation.version import VERSION

ROOT = Path(__file__).parents[1]


def test_the_data_dictionary_lists_exactly_the_columns() -> None:
    devices = [load_catalogue().device(variant) for variant in VARIANTS]
    specification = make_specification(devices)
    names = [*specification.names(), *LADDER_COLUMNS]
    with (ROOT / "docs" / "data-dictionary.csv").open(encoding="utf-8") as file:
        listed = [row["column"] for row in csv.DictReader(file)]
    assert [name for name in names if not any(fnmatch(name, entry) for entry in listed)] == []
    optional = {"season_sin", "season_cos", "context_*"}
    used = {entry for entry in listed if any(fnmatch(name, entry) for name in names)}
    assert set(listed) - used <= optional


def test_the_changelog_starts_with_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = next(line for line in text.splitlines() if line.startswith("## "))
    assert VERSION in first


def test_every_make_target_of_the_readme_exists() -> None:
    import re

    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named <= targets
