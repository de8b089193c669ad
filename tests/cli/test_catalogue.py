"""``tradein catalogue``."""

from pathlib import Path

import orjson
import pytest

from tests.cli.conftest import NO_DATABASE, Run
from valuation.cli.catalogue import catalogue

HEADER = "name,announced,status,weight,battery-type,size\n"
ROW = 'Apple iPhone 13,2021,"Available. Released 2021, September 24",{weight},{mah},6.1 inches\n'
LIST = "name\niPhone 13 128\niPhone 13 128\nZorgphone 9 490154203237518\n"
MAPPING = 'title = "t"\npurpose = "stock"\n[columns]\ndevice_model = "name"\n'


@pytest.fixture
def database_url() -> str:
    """The catalogue opens no database."""
    return NO_DATABASE


def test_comparison_names_what_a_reference_states_otherwise(run: Run, tmp_path: Path) -> None:
    row = ROW.format(weight="274 g (9 oz)", mah="Li-Ion 3240 mAh")
    (tmp_path / "phone_launches_x.csv").write_text(HEADER + row)
    answer = run(catalogue, "compare", str(tmp_path), "--json")
    told = orjson.loads(answer.stdout)
    assert answer.exit_code == 0
    assert [(each["field"], each["theirs"]) for each in told["disagreements"]] == [
        ("weight_g", "274")
    ]
    assert "phone_launches_x" in run(catalogue, "compare", str(tmp_path)).stdout


def test_folder_without_references_has_status_1_and_a_misshapen_one_status_2(
    run: Run, tmp_path: Path
) -> None:
    assert run(catalogue, "compare", str(tmp_path)).exit_code == 1
    (tmp_path / "phone_launches_x.csv").write_text("a,b\n1,2\n")
    answer = run(catalogue, "compare", str(tmp_path))
    assert answer.exit_code == 2
    assert len(answer.stderr.splitlines()) == 1


def test_coverage_counts_rows_and_names_misses_without_an_imei(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    (tmp_path / "map.toml").write_text(MAPPING)
    arguments = ("coverage", str(tmp_path / "list.csv"), "--mapping", str(tmp_path / "map.toml"))
    told = orjson.loads(run(catalogue, *arguments, "--json").stdout)
    assert (told["rows"], told["variants"]) == (3, 2)
    (miss,) = told["misses"]
    assert miss["words"].startswith("Zorgphon")
    assert miss["words"].endswith("…")
    answer = run(catalogue, *arguments)
    assert "66.7%" in answer.stdout
    assert "4901542" not in answer.output


def test_device_model_is_shown_with_its_variants_and_sources(run: Run) -> None:
    answer = run(catalogue, "show", "iPhone 13")
    told = orjson.loads(run(catalogue, "show", "苹果13", "--json").stdout)
    assert answer.exit_code == 0
    assert "128gb" in answer.stdout
    assert told["id"] == "apple/iphone/iphone-13"
    assert all(variant["source"] for variant in told["variants"])


def test_unknown_device_model_has_status_1_and_names_what_is_close(run: Run) -> None:
    answer = run(catalogue, "show", "iPhone 13 Ultra")
    assert answer.exit_code == 1
    assert "iphone" in answer.stdout.casefold()


def test_rows_from_memory_are_counted(run: Run) -> None:
    told = orjson.loads(run(catalogue, "unverified", "--json").stdout)
    assert told["device models"]["rows"] >= 450
    assert all(each["unverified"] <= each["rows"] for each in told.values())
    assert "table policy" in run(catalogue, "unverified").stdout
