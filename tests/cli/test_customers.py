"""``tradein customers`` and ``tradein overrides``."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import orjson
import pytest
from click.testing import CliRunner, Result

from tests.cli.conftest import NO_DATABASE, Run
from tests.customers import EMAIL, NAME, PHONE, PLANTED
from tests.databases import everything
from tests.web.answers import IMEI
from valuation.cli import common
from valuation.cli.clerks import clerks
from valuation.cli.customers import customers
from valuation.cli.life import step
from valuation.cli.merchants import merchants
from valuation.cli.overrides import overrides
from valuation.cli.quote import quote
from valuation.cli.replay import replay

TYPED = f"{NAME}\n{PHONE}\n{EMAIL}\n"
CONSENT = ("--consent", "quote_contact", "--wording", "2026-11")
Told = Callable[..., dict[str, Any]]


@pytest.fixture
def told(run: Run) -> Told:
    """Runs a command under ``--json`` and reads what it says."""

    def tells(command: click.Command, *arguments: str) -> dict[str, Any]:
        answer = run(command, *arguments, "--json")
        assert answer.exit_code == 0, answer.stderr
        found: dict[str, Any] = orjson.loads(answer.stdout)
        return found

    return tells


def add(environment: dict[str, str], *arguments: str, typed: str = TYPED) -> Result:
    """``customers add`` with what somebody types."""
    return CliRunner().invoke(customers, ["add", *arguments], env=environment, input=typed)


@pytest.fixture
def reference(environment: dict[str, str]) -> str:
    """A customer of the operator's own merchant."""
    answer = add(environment, *CONSENT)
    assert answer.exit_code == 0, answer.stderr
    return answer.stdout.strip()


def test_a_customer_is_entered_shown_linked_and_erased_and_the_quote_still_replays(
    told: Told, run: Run, reference: str, environment: dict[str, str]
) -> None:
    made = told(quote, "iPhone 13 128", "--grade", "B", "--battery", "86", "--works")
    assert run(customers, "link", made["code"], reference).exit_code == 0
    shown = told(customers, "show", reference)
    assert (shown["name"], shown["phone"], shown["email"]) == (NAME, PHONE, EMAIL)
    assert shown["quotes"] == [made["id"]]
    assert NAME in run(customers, "show", reference).stdout
    erased = told(customers, "erase", reference)
    assert (erased["reference"], erased["held"]) == (reference, None)
    assert told(customers, "show", reference)["name"] is None
    assert not any(part in everything(environment["DATABASE_URL"]) for part in PLANTED)
    assert run(replay, made["id"]).exit_code == 0


def test_each_detail_may_be_left_empty_but_not_all(environment: dict[str, str], told: Told) -> None:
    answer = add(environment, *CONSENT, "--json", typed=f"\n\n{EMAIL}\n")
    shown = told(customers, "show", orjson.loads(answer.stdout)["reference"])
    assert (shown["name"], shown["phone"], shown["email"]) == (None, None, EMAIL)
    answer = add(environment, *CONSENT, typed="\n\n\n")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "give a name, phone or email" in answer.stderr


def test_withdrawing_the_last_consent_erases(run: Run, reference: str, told: Told) -> None:
    assert "erased" in run(customers, "withdraw", reference, "quote_contact").stdout
    assert told(customers, "show", reference)["because"] == "consent_withdrawn"


def test_retention_says_how_many_of_which_purpose(
    run: Run, told: Told, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(customers, "retention")["erased"] == 0
    later = datetime.now(UTC) + timedelta(days=91)
    monkeypatch.setattr(common, "now", lambda: later)
    said = run(customers, "retention", "--dry-run").stdout
    assert said.startswith("would erase 1: quote_contact 1\n")
    assert told(customers, "show", reference)["name"] == NAME
    assert run(customers, "retention").stdout == "erased 1: quote_contact 1\nnames held 0\n"
    assert told(customers, "show", reference)["because"] == "retention_over"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("show", "cu_0000000000000"), "no_such_customer", "tradein customers add"),
        (("erase", "cu_0000000000000"), "no_such_customer", "tradein customers add"),
        (("erase", "x", "--merchant", "nobody"), "no_such_merchant", "tradein merchants list"),
        (("withdraw", "x", "spam"), "usage", "--help"),
        (("add", "--wording", "1"), "usage", "--help"),
        (("add", "--consent", "marketing", "--wording", "a b"), "bad_customer", "message"),
        (("link", "AAA-AAAA", "x"), "quote_not_found", "tradein quote"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_to_do_and_repeats_nobody(
    environment: dict[str, str], arguments: tuple[str, ...], code: str, said: str
) -> None:
    line = arguments if arguments[0] == "link" else (*arguments, "--json")
    answer = CliRunner().invoke(customers, list(line), env=environment, input=TYPED)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert not any(part in answer.stderr for part in PLANTED)
    if arguments[0] != "link":
        failure = orjson.loads(answer.stderr)
        assert failure["code"] == code
        assert said in failure["to_do"]


@pytest.fixture
def mei(told: Told, environment: dict[str, str], tmp_path: Path) -> tuple[str, ...]:
    """A clerk of the terminal's own merchant who signs in with a PIN in a file."""
    store = told(merchants, "add", "default", "--store", "Counter")["store_code"]
    entered = CliRunner().invoke(
        clerks, ["add", store, "--name", "Mei", "--pin-stdin", "--json"], env=environment,
        input="2468\n",
    )  # fmt: skip
    (tmp_path / "pin").write_text("2468\n")
    code = orjson.loads(entered.stdout)["code"]
    return "--as", f"{store}/{code}", "--pin-file", str(tmp_path / "pin")


def test_nobody_overrides_at_the_terminal_without_their_pin(
    told: Told, run: Run, mei: tuple[str, ...], environment: dict[str, str]
) -> None:
    device = ("iPhone 13 128", "--imei", IMEI, "--grade", "B", "--battery", "86", "--works")
    made = told(quote, *device)
    amount = str(made["offer"]["amount"] - 1_000)
    arguments = ["override", made["code"], "--amount", amount, "--reason", "appraisal"]
    for who in ("manager:x", "clerk:mei"):
        named = run(step, *arguments, "--as", who)
        assert (named.exit_code, "tradein clerks add" in named.stderr) == (1, True)
    for pin in ("1357", ""):
        env = {**environment, "TRADEIN_PIN": pin}
        assert CliRunner().invoke(step, [*arguments, *mei[:2]], env=env).exit_code == 1
    assert run(step, *arguments, *mei, "--confirmed-by", "manager:x").exit_code == 1
    assert told(overrides)["overrides"] == []
    env = {**environment, "TRADEIN_PIN": "2468"}
    assert CliRunner().invoke(step, [*arguments, *mei[:2]], env=env).exit_code == 0
    assert "Another amount named by a person 人工改价: CNY -10.00" in run(quote, *device).stdout


def test_overrides_are_counted(told: Told, run: Run, mei: tuple[str, ...]) -> None:
    made = told(quote, "iPhone 13 128", "--grade", "B", "--battery", "86", "--works")
    amount = str(made["offer"]["amount"] - 1_000)
    arguments = ("override", made["code"], "--amount", amount, "--reason", "appraisal")
    assert run(step, *arguments, *mei).exit_code == 0
    (line,) = told(overrides)["overrides"]
    who = line["actor"]
    assert who.startswith("clerk:cl_")
    assert line == {
        "actor": who, "role": "clerk", "direction": "down", "count": 1,
        "amount": {"amount": -1_000, "currency": "CNY"}, "second_person": 0,
        "reasons": {"appraisal": 1},
    }  # fmt: skip
    assert run(overrides).stdout == (
        f"{who}  clerk  down  1  CNY -1000  second person 0  appraisal 1\n"
    )
    assert told(overrides, "--until", "2020-01-01")["overrides"] == []


@pytest.mark.parametrize(
    "days",
    [("--from", "yesterday"), ("--until", "0001-01-01"),
     ("--from", "2026-11-02", "--until", "2026-11-01")],
)  # fmt: skip
def test_days_that_are_none_are_refused(run: Run, days: tuple[str, ...]) -> None:
    answer = run(overrides, *days)
    assert answer.exit_code == 2
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [(customers, "retention"), (overrides,)])
def test_without_a_database_there_is_one_line(
    environment: dict[str, str], run: Run, command: tuple[Any, ...]
) -> None:
    environment["DATABASE_URL"] = NO_DATABASE
    answer = run(*command)
    assert answer.exit_code == 2
    assert len(answer.stderr.splitlines()) == 1
