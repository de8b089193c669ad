"""TAC lists of both published shapes lead to our device models, or into the report."""

from pathlib import Path

import pytest

from tests.catalogue.small import small_catalogue
from valuation.catalogue import CatalogueError, load_catalogue
from valuation.catalogue.codes import load_codes
from valuation.catalogue.tac import DamagedTacTable, TacTable
from valuation.catalogue.tac_import import TacImport, UnknownTacShape, import_tac, merged

NAMES = """# A TAC list under its licence
tac,brand,model,aka
35000001,Apple,iPhone 13,"iPhone 13 128GB,A2633"
35000002,Apple,A2634,"iPhone 13"
35000003,Apple,iPhone 3,
35000004,Apple,iPhone 3,
35000005,Nobody,iPhone 13,
35000006,Apple,A9999,"iPhone 13,iPhone 14"
35000007,Apple,iPhone 13,
35000007,Apple,iPhone 14,
350000,Apple,iPhone 13,
"""
CODES = """tac,model,model2,model3
35000011,SM-A526B
35000012,SM-A526B,SM-A526U,SC-53B
35000013,SM-A526B,SM-S901B
35000014,SM-G781B
35000015,SM-A526B,SM-S526DL
"""
KNOWN_CODES = {"SM-A526B": "samsung/galaxy-a/galaxy-a52-5g"}


def imported(tmp_path: Path, text: str) -> TacImport:
    path = tmp_path / "tac.csv"
    path.write_text(text, encoding="utf-8-sig")
    return import_tac(path, small_catalogue(), codes=KNOWN_CODES)


def test_names_and_other_names_lead_to_device_models(tmp_path: Path) -> None:
    report = imported(tmp_path, NAMES)
    assert report.table.device_model("35000001") == "apple/iphone/iphone-13"
    assert report.table.device_model("35000002") == "apple/iphone/iphone-13"
    assert set(report.table.entries) == {"35000001", "35000002"}


def test_rows_that_match_nothing_are_counted_by_name(tmp_path: Path) -> None:
    report = imported(tmp_path, NAMES)
    assert [(each.name, each.rows) for each in report.unmatched] == [
        ("Apple iPhone 3", 2),
        ("Nobody iPhone 13", 1),
    ]
    assert (report.rows, report.matched, report.malformed) == (9, 2, 1)


def test_what_leads_to_two_device_models_is_reported_not_guessed(tmp_path: Path) -> None:
    report = imported(tmp_path, NAMES)
    assert [each.name for each in report.ambiguous] == ["Apple A9999"]
    assert report.conflicting == ("35000007",)


def test_codes_lead_to_device_models(tmp_path: Path) -> None:
    report = imported(tmp_path, CODES)
    assert set(report.table.entries) == {"35000011", "35000012", "35000015"}
    assert [each.name for each in report.unmatched] == ["SM-G781B"]


def test_code_of_another_series_makes_a_row_ambiguous(tmp_path: Path) -> None:
    report = imported(tmp_path, CODES)
    assert [each.name for each in report.ambiguous] == ["SM-A526B/SM-S901B"]


def test_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownTacShape, match="known: tac,brand,model,aka or tac,model,model2"):
        imported(tmp_path, "imei,name\n1,2\n")


def test_table_survives_saving(tmp_path: Path) -> None:
    path = tmp_path / "tacs.csv"
    table = TacTable({"35000001": "apple/iphone/iphone-13"})
    table.save(path)
    assert TacTable.load(path) == table
    assert TacTable.load(path).device_model("99999999") is None


def test_failed_save_leaves_the_old_table(tmp_path: Path) -> None:
    path = tmp_path / "tacs.csv"
    TacTable({"35000001": "apple/iphone/iphone-13"}).save(path)
    unsortable = {"35000001": "a", 1: "b"}
    with pytest.raises(TypeError):
        TacTable(unsortable).save(path)  # type: ignore[arg-type]
    assert TacTable.load(path).device_model("35000001") == "apple/iphone/iphone-13"
    assert [each.name for each in tmp_path.iterdir()] == ["tacs.csv"]


@pytest.mark.parametrize("text", ["tac\n", "tac,device_model\n123,x\n", ""])
def test_damaged_table_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tacs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DamagedTacTable, match=r"tacs\.csv:[12]"):
        TacTable.load(path)


def test_newer_import_counts() -> None:
    both = merged(old=TacTable({"1": "a", "2": "b"}), new=TacTable({"2": "c"}))
    assert both.entries == {"1": "a", "2": "c"}


def test_code_of_an_unknown_device_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "maker.csv").write_text(
        "code,device_model,source\nSM-X,samsung/x/y,maker\n", encoding="utf-8"
    )
    with pytest.raises(CatalogueError, match=r"maker\.csv:2: no device model samsung/x/y"):
        load_codes(catalogue=small_catalogue(), folder=tmp_path)


def test_shipped_codes_fit_the_shipped_catalogue() -> None:
    codes = load_codes(catalogue=load_catalogue())
    assert codes["SM-N960F"].endswith("/galaxy-note-9")
