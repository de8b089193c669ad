"""Under ``--json`` an error is one JSON object on standard error, with the documented status."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from tests.cli.conftest import Run
from valuation.cli.main import main
from valuation.cli.quote import quote

IMEI = "490154203237518"


def told(stderr: str) -> dict[str, Any]:
    """The one object on standard error."""
    (line,) = stderr.splitlines()
    found: dict[str, Any] = orjson.loads(line)
    assert list(found) == ["code", "message", "to_do"]
    assert all(found.values())
    return found


@pytest.mark.parametrize(
    ("arguments", "code", "message", "to_do"),
    [
        (("iPhone 13", "--works"), "storage_needed", "iphone-13", "variant"),
        (("--works",), "device_needed", "device", "--imei"),
        (("iPhone 13 128", "--answer", "colour=red"), "unknown_question", "colour", "quote --help"),
        (("iPhone 13 128", "--grade", "Q"), "usage", "'Q'", "quote --help"),
        (("iPhone 13 128", "--colour", "red"), "usage", "--colour", "quote --help"),
        (("iPhone 13 128", "--answer", "x"), "usage", "question=answer", "quote --help"),
        (("--imei", "12345", "--works"), "not_an_identifier", "IMEI", "*#06#"),
        (("iPhone 13 128", "--market", "vn-vnd-sold-real"), "not_served", "vn-vnd", "--market"),
    ],
)
def test_a_quote_that_cannot_be_made_says_so_in_json(
    run: Run, arguments: tuple[str, ...], code: str, message: str, to_do: str
) -> None:
    answer = run(quote, *arguments, "--json")
    assert (answer.exit_code, answer.stdout) == (2, "")
    found = told(answer.stderr)
    assert found["code"] == code
    assert message in found["message"]
    assert to_do in found["to_do"]


def test_without_json_the_same_is_a_line_for_people(run: Run) -> None:
    answer = run(quote, "iPhone 13", "--works")
    assert answer.exit_code == 2
    assert answer.stderr.startswith("tradein: storage needed")


def test_a_json_that_is_an_argument_asks_for_nothing(run: Run) -> None:
    answer = run(quote, "--grade", "Q", "--", "--json")
    assert answer.stderr.startswith("tradein: ")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nonsense", "--json"), "usage"),
        (("catalogue", "nonsense", "--json"), "usage"),
        (("catalogue", "coverage", "no-such-file", "--mapping", "x", "--json"), "usage"),
        (("promote", "0000", "--json"), "no_challenger"),
        (("value", __file__, "--mapping", "none", "--out", "x.csv", "--json"), "mapping_error"),
        (("quote", "iPhone 13", IMEI, "--json"), "usage"),
    ],
)
def test_every_command_does(
    environment: dict[str, str], arguments: tuple[str, ...], code: str
) -> None:
    answer = CliRunner().invoke(main, arguments, env=environment)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert told(answer.stderr)["code"] == code
    assert IMEI not in answer.stderr


def test_a_wrong_setting_is_told_in_json_too(environment: dict[str, str]) -> None:
    wrong = {**environment, "DATABASE_URL": "sqlite:///no-such-folder/q.sqlite"}
    answer = CliRunner().invoke(main, ("quote", "iPhone 13 128", "--json"), env=wrong)
    assert answer.exit_code == 2
    assert told(answer.stderr)["code"] == "settings_refused"
    assert not Path("no-such-folder").exists()
