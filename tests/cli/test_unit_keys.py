"""``tradein unit-keys``."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.conftest import Run
from valuation.cli.unit_keys import unit_keys
from valuation.storage.unit_key import open_unit_keys, read_unit_keys

pytestmark = pytest.mark.only("sqlite", why="the commands open no database")


@pytest.fixture
def file(environment: dict[str, str]) -> Path:
    """The key file of an installation that has been started once."""
    path = Path(environment["TRADEIN_UNIT_KEY_FILE"])
    open_unit_keys(path, entropy=b"1" * 32)
    return path


def test_a_rotation_makes_a_key_and_retires_the_one_before(run: Run, file: Path) -> None:
    told = json.loads(run(unit_keys, "rotate", "--json").stdout)
    ring = read_unit_keys(file)
    assert [key.id for key in ring.keys] == [told["retired"], told["current"]]
    said = run(unit_keys, "list").stdout.splitlines()
    assert said[0].startswith(f"{told['retired']}  from the beginning  retired 20")
    assert said[1].endswith("current")
    listed = run(unit_keys, "list", "--json").stdout
    assert all(key.secret and key.secret.hex() not in listed for key in ring.keys)


def test_a_retired_key_is_destroyed_when_that_is_confirmed(
    run: Run, file: Path, environment: dict[str, str]
) -> None:
    old = read_unit_keys(file).current.id
    run(unit_keys, "rotate")
    asked = CliRunner().invoke(unit_keys, ["destroy", old], input="n\n", env=environment)
    assert asked.exit_code == 1
    assert read_unit_keys(file).keys[0].secret
    assert run(unit_keys, "destroy", old, "--yes").exit_code == 0
    assert read_unit_keys(file).keys[0].secret is None
    assert "destroyed" in run(unit_keys, "list").stdout.splitlines()[0]


@pytest.mark.parametrize("which", ["current", "0123456789abcdef"])
def test_a_key_in_use_or_unknown_is_not_destroyed(run: Run, file: Path, which: str) -> None:
    current = read_unit_keys(file).current.id
    answer = run(unit_keys, "destroy", current if which == "current" else which, "--yes")
    assert answer.exit_code == 2
    assert len(answer.stderr.splitlines()) == 1
    assert read_unit_keys(file).current.id == current


def test_a_damaged_key_file_is_one_line_and_stays_as_it_is(run: Run, file: Path) -> None:
    file.write_bytes(b"damaged")
    for command in (["rotate"], ["list"]):
        answer = run(unit_keys, *command)
        assert answer.exit_code == 2
        assert "restore it from a backup" in answer.stderr
    assert file.read_bytes() == b"damaged"
