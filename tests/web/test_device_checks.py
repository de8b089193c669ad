"""A block list of the installation, over HTTP, at the terminal, and at the start."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.fakes import NOON, FakeEntropy
from tests.web.answers import GOOD, IMEI, IPHONE, make_body
from tests.web.running import running
from valuation.cli.quote import quote
from valuation.settings import Settings
from valuation.web.starting import CannotServe, check_installation

LIST = "# source: a list\n# date: 2026-11-20\nidentifier,block_list,activation_lock\n"


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The installation's variables, its block list with one device."""
    file = tmp_path / "block-list.csv"
    file.write_text(f"{LIST}{IMEI},listed,off\n")
    return {**environment, "TRADEIN_BLOCK_LIST": str(file)}


def test_a_listed_device_is_refused_whatever_was_declared(settings: Settings) -> None:
    body = make_body(device={"id": IPHONE, "identifier": IMEI})
    with running(settings) as client:
        answer = client.post("/v1/quotes", json=body)
        again = client.get(answer.headers["location"]).json()
    document = answer.json()
    assert (answer.status_code, document["outcome"]) == (201, "refused")
    assert document["answers"]["block_list"] == "clear"
    (listed, lock) = document["checks"]["findings"]
    assert (listed["status"], listed["said_by"]) == ("listed", "check")
    assert lock["conflict"] is None
    assert again == document
    assert IMEI not in answer.text


def test_the_terminal_asks_the_same_list_and_tells_the_conflict(
    environment: dict[str, str],
) -> None:
    answers = [part for q, a in GOOD.items() for part in ("--answer", f"{q}={a}")]
    arguments = [IPHONE, "--imei", IMEI, *answers]
    told = CliRunner().invoke(quote, [*arguments, "--json"], env=environment)
    assert (told.exit_code, json.loads(told.stdout)["outcome"]) == (1, "refused")
    shown = CliRunner().invoke(quote, arguments, env=environment)
    assert "block_list: listed (a list of 2026-11-20); declared clear" in shown.stdout


def test_a_service_does_not_start_with_a_list_that_it_cannot_read(
    environment: dict[str, str], settings: Settings
) -> None:
    Path(environment["TRADEIN_BLOCK_LIST"]).write_text(f"{LIST}{IMEI},stolen,\n")
    with pytest.raises(CannotServe, match="line 4: block_list is one of"):
        check_installation(settings, now=NOON, entropy=FakeEntropy())
    answer = CliRunner().invoke(quote, ["iPhone 13 128", "--works"], env=environment)
    assert (answer.exit_code, len(answer.stderr.splitlines())) == (2, 1)
