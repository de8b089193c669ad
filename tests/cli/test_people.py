"""``tradein merchants``, ``keys`` and ``clerks``."""

from typing import Any

import click
import orjson
import pytest
from click.testing import CliRunner, Result

from tests.cli.conftest import NO_DATABASE, Run
from tests.databases import everything, rows
from valuation.cli.clerks import clerks
from valuation.cli.keys import keys
from valuation.cli.main import main
from valuation.cli.merchants import merchants
from valuation.domain.tokens import digest_of, is_key
from valuation.storage.pins import is_pin

PIN = "73914682"


@pytest.fixture
def told(run: Run) -> Any:
    """Runs a command under ``--json`` and reads what it says."""

    def tells(command: click.Command, *arguments: str) -> dict[str, Any]:
        answer = run(command, *arguments, "--json")
        assert answer.exit_code == 0, answer.stderr
        found: dict[str, Any] = orjson.loads(answer.stdout)
        return found

    return tells


@pytest.fixture
def shop(told: Any) -> dict[str, Any]:
    """A merchant with a store."""
    entered: dict[str, Any] = told(merchants, "add", "Otter Phones", "--store", "Harbour Street")
    return entered


def enter(environment: dict[str, str], store: str, typed: str, *more: str) -> Result:
    """``clerks add`` with what somebody types."""
    arguments = ["add", store, "--name", "Ming", *more]
    return CliRunner().invoke(clerks, arguments, env=environment, input=typed)


def test_a_merchant_is_entered_with_a_store_and_gets_a_second_one(
    run: Run, told: Any, shop: dict[str, Any]
) -> None:
    second = told(merchants, "add", shop["merchant"], "--store", "Station")
    assert second["merchant"] == shop["merchant"]
    listed = told(merchants, "list")["stores"]
    assert {each["store_code"] for each in listed} == {shop["store_code"], second["store_code"]}
    said = run(merchants, "list").stdout
    assert "Otter Phones" in said
    assert "Station" in said


def test_a_new_key_is_alone_on_standard_output_and_shown_this_once(
    run: Run, shop: dict[str, Any], environment: dict[str, str]
) -> None:
    answer = run(keys, "new", "Otter Phones")
    token = answer.stdout.strip()
    assert is_key(token)
    assert "this once" in answer.stderr
    assert token.removeprefix("vk_live_") not in everything(environment["DATABASE_URL"])
    assert digest_of(token) in everything(environment["DATABASE_URL"])
    said = run(keys, "list").stdout
    assert f"vk_live_…{token[-4:]}" in said
    assert "last used never" in said
    assert token not in said
    assert shop["merchant"] in said


def test_a_test_key_has_the_scopes_that_were_named(told: Any, shop: dict[str, Any]) -> None:
    made = told(keys, "new", shop["merchant"], "--test", "--scope", "models:read")
    assert made["key"].startswith("vk_test_")
    (listed,) = told(keys, "list", "Otter Phones")["keys"]
    assert (listed["id"], listed["scopes"]) == (made["id"], "models:read")


def test_a_third_key_is_refused_until_one_is_revoked(
    run: Run, told: Any, shop: dict[str, Any]
) -> None:
    first, _ = (told(keys, "new", shop["merchant"]) for _ in range(2))
    refused = run(keys, "new", shop["merchant"])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"tradein: Otter Phones has 2 active live keys, {first['id']}" in refused.stderr
    revoked = told(keys, "revoke", first["id"])["revoked"]
    assert told(keys, "revoke", first["id"])["revoked"] == revoked
    assert f"revoked {revoked}" in run(keys, "list").stdout
    assert run(keys, "new", shop["merchant"]).exit_code == 0


@pytest.mark.parametrize("arguments", [("--pin-stdin", "--json"), ("--json",)])
def test_a_clerk_is_entered_with_a_pin_that_is_shown_nowhere(
    environment: dict[str, str], shop: dict[str, Any], arguments: tuple[str, ...]
) -> None:
    typed = f"{PIN}\n" if "--pin-stdin" in arguments else f"{PIN}\n{PIN}\n"
    answer = enter(environment, shop["store_code"], typed, *arguments)
    assert answer.exit_code == 0, answer.stderr
    assert PIN not in answer.output
    entered = orjson.loads(answer.stdout)
    ((code, role, pin_hash),) = rows(
        environment["DATABASE_URL"], "SELECT code, role, pin_hash FROM clerks"
    )
    assert (code, role) == (entered["code"], "clerk")
    assert is_pin(PIN, str(pin_hash))


def test_two_different_pins_are_asked_for_again(
    environment: dict[str, str], shop: dict[str, Any]
) -> None:
    answer = enter(environment, shop["store_code"], "1234\n4321\n5678\n5678\n", "--role", "manager")
    assert answer.exit_code == 0
    assert "manager" in answer.stdout
    ((pin_hash,),) = rows(environment["DATABASE_URL"], "SELECT pin_hash FROM clerks")
    assert is_pin("5678", str(pin_hash))


def test_a_disabled_clerk_stays_in_the_list(
    run: Run, told: Any, environment: dict[str, str], shop: dict[str, Any]
) -> None:
    enter(environment, shop["store_code"], f"{PIN}\n", "--pin-stdin")
    (clerk,) = told(clerks, "list", shop["store"])["clerks"]
    assert clerk["disabled"] is None
    disabled = told(clerks, "disable", clerk["id"])["disabled"]
    said = run(clerks, "list").stdout
    assert f"Ming  clerk  disabled {disabled}" in said


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "said"),
    [
        (("keys", "new", "nobody"), "", "no_such_merchant", "tradein merchants list"),
        (("keys", "list", "nobody"), "", "no_such_merchant", "tradein merchants list"),
        (("keys", "revoke", "ky_0"), "", "no_such_key", "tradein keys list"),
        (("clerks", "disable", "cl_0"), "", "no_such_clerk", "tradein clerks list"),
        (("clerks", "list", "NOSUCH"), "", "no_such_store", "tradein merchants list"),
        (("clerks", "add", "NOSUCH", "--name", "M", "--pin-stdin"), "1234\n", "no_such_store",
         "tradein merchants list"),
        (("clerks", "add", "NOSUCH", "--name", "M", "--pin-stdin"), "12\n", "bad_pin", "4 to 8"),
        (("clerks", "add", "NOSUCH", "--name", " ", "--pin-stdin"), "1234\n", "bad_name", "name"),
        (("merchants", "add", "", "--store", "x"), "", "bad_name", "name"),
        (("keys", "new", "x", "--scope", "all"), "", "usage", "keys new --help"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_with_what_to_do_instead(
    environment: dict[str, str], arguments: tuple[str, ...], typed: str, code: str, said: str
) -> None:
    answer = CliRunner().invoke(main, [*arguments, "--json"], env=environment, input=typed)
    assert (answer.exit_code, answer.stdout) == (2, "")
    failure = orjson.loads(answer.stderr)
    assert failure["code"] == code
    assert said in failure["to_do"]


def test_without_a_database_there_is_one_line(environment: dict[str, str], run: Run) -> None:
    environment["DATABASE_URL"] = NO_DATABASE
    answer = run(merchants, "list")
    assert answer.exit_code == 2
    assert len(answer.stderr.splitlines()) == 1
    assert "DATABASE_URL" in answer.stderr
