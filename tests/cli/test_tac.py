"""``tradein tac``."""

from pathlib import Path

import orjson
import pytest

from tests.cli.conftest import NO_DATABASE, Run
from valuation.cli.tac import tac

NAMES = "tac,brand,model,aka\n35201234,Apple,iPhone 13,\n35209999,Zorg,Zorgphone,\n"


@pytest.fixture
def database_url() -> str:
    """The import opens no database."""
    return NO_DATABASE


def test_lists_are_merged_into_the_table(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    for number, name in enumerate(("iPhone 13", "iPhone 12")):
        (tmp_path / f"{number}.csv").write_text(
            NAMES.replace("35201234", f"3520123{number}").replace("iPhone 13", name)
        )
    first = run(tac, "import", str(tmp_path / "0.csv"))
    second = run(tac, "import", str(tmp_path / "1.csv"), "--json")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "Zorgphone" in first.stdout
    assert orjson.loads(second.stdout)["entries"] == 2
    assert run(tac, "show", "35201231").stdout == "35201231: apple/iphone/iphone-12\n"
    assert Path(environment["TRADEIN_TAC"]).exists()


def test_list_of_another_shape_changes_nothing(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "good.csv").write_text(NAMES)
    (tmp_path / "bad.csv").write_text("imei,name\n1,2\n")
    answer = run(tac, "import", str(tmp_path / "good.csv"), str(tmp_path / "bad.csv"))
    assert answer.exit_code == 2
    assert len(answer.stderr.splitlines()) == 1
    assert not Path(environment["TRADEIN_TAC"]).exists()


def test_list_in_which_nothing_is_known_has_status_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(NAMES.replace("Apple,iPhone 13", "Zorg,Nine"))
    assert run(tac, "import", str(tmp_path / "list.csv")).exit_code == 1


def test_unknown_tac_has_status_1_and_an_imei_is_refused_unseen(run: Run) -> None:
    assert run(tac, "show", "35201234").exit_code == 1
    answer = run(tac, "show", "490154203237518")
    assert answer.exit_code == 2
    assert "4901542" not in answer.output
