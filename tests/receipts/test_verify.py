"""``tradein verify`` and ``tradein receipt-keys``: offline, with an exit status that says it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import orjson
import pytest
from click.testing import CliRunner, Result

from tests.fakes import NOON
from tests.receipts.making import IMEI, make_body, make_envelope, make_signer
from valuation.cli.receipt_keys import receipt_keys
from valuation.cli.verify import verify
from valuation.receipts.envelope import Envelope
from valuation.receipts.key_folder import open_signer

Run = Callable[..., Result]
HEAVY = ("cryptography", "reportlab", "segno", "jinja2")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """No database can be had and no model: nothing here may ask for one."""
    return {
        "TRADEIN_RECEIPT_KEYS": str(tmp_path / "keys"),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "TRADEIN_MODELS": str(tmp_path / "none"),
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def runs(command: click.Command, *arguments: str) -> Result:
        answer = CliRunner().invoke(command, list(arguments), env=environment)
        assert answer.exception is None or isinstance(answer.exception, SystemExit)
        return answer

    return runs


@pytest.fixture
def envelope(environment: dict[str, str]) -> Envelope:
    """A receipt signed with the key in the folder."""
    folder = Path(environment["TRADEIN_RECEIPT_KEYS"])
    return make_envelope(signer=open_signer(folder, now=NOON, seed=bytes(32)))


@pytest.fixture
def file(envelope: Envelope, tmp_path: Path) -> Path:
    path = tmp_path / "receipt.json"
    path.write_bytes(envelope.to_json())
    return path


def told(answer: Result) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(answer.stdout)
    return found


def change(file: Path, old: bytes, new: bytes) -> None:
    data = file.read_bytes()
    assert old in data
    file.write_bytes(data.replace(old, new))


def test_an_authentic_receipt_says_what_it_is_and_has_status_0(
    run: Run, file: Path, envelope: Envelope
) -> None:
    answer = run(verify, str(file))
    assert answer.exit_code == 0
    for part in ("AUTHENTIC", "K7F-3MQX", "iPhone 13 128 GB", "CNY 1,010.00", "2026-11-20 12:00",
                 "2026-11-27 12:00", "…7518", envelope.key_id):  # fmt: skip
        assert part in answer.stdout
    assert "NOT" not in answer.stdout


def test_as_json_it_has_the_statement_and_the_receipt(
    run: Run, file: Path, envelope: Envelope
) -> None:
    found = told(run(verify, str(file), "--json"))
    assert found["authentic"] is True
    assert found["amounts"] == [{"amount": 101_000, "currency": "CNY"}]
    assert found["receipt"] == orjson.loads(file.read_bytes())["receipt"]
    assert found["key_id"] == envelope.key_id
    assert found["issued_at"] == "2026-11-20T04:00:00Z"


@pytest.mark.parametrize(
    ("old", "new", "reason", "said"),
    [
        (b'"amount":101000', b'"amount":901000', "body_changed", "changed"),
        (b'"statement":"TR1:QUOTE', b'"statement":"TR1:SETTLEMENT', "signature_wrong", "not this"),
    ],
)
def test_a_forgery_has_status_1_and_says_which(
    run: Run, file: Path, old: bytes, new: bytes, reason: str, said: str
) -> None:
    change(file, old, new)
    answer, as_json = run(verify, str(file)), run(verify, str(file), "--json")
    assert (answer.exit_code, as_json.exit_code) == (1, 1)
    assert answer.stdout.startswith("NOT AUTHENTIC")
    assert said in answer.stdout
    assert (told(as_json)["authentic"], told(as_json)["reason"]) == (False, reason)


def test_a_strangers_key_is_unknown_with_status_1(run: Run, file: Path) -> None:
    file.write_bytes(make_envelope(signer=make_signer(9)).to_json())
    answer = run(verify, str(file), "--json")
    assert answer.exit_code == 1
    assert told(answer)["reason"] == "unknown_key"


@pytest.mark.parametrize("content", [b"", b"hello", b"{}", b"\x00\xff"])
def test_what_is_no_receipt_has_status_2(run: Run, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    answer, as_json = run(verify, str(file)), run(verify, str(file), "--json")
    assert (answer.exit_code, as_json.exit_code) == (2, 2)
    assert len(answer.stderr.splitlines()) == 1
    assert orjson.loads(as_json.stderr)["code"] == "receipt_unreadable"


def test_a_missing_file_no_argument_and_both_have_status_2(run: Run, file: Path) -> None:
    for arguments in (("none.json",), (), (str(file), "--qr", "TR1"), ("--qr", "TR1")):
        answer = run(verify, *arguments)
        assert answer.exit_code == 2
        assert answer.stdout == ""


def test_without_keys_it_has_status_2_and_makes_none(
    run: Run, file: Path, environment: dict[str, str]
) -> None:
    environment["TRADEIN_RECEIPT_KEYS"] += "-elsewhere"
    answer = run(verify, str(file), "--json")
    assert answer.exit_code == 2
    assert orjson.loads(answer.stderr)["code"] == "no_key_ring"
    said = run(verify, str(file)).stderr
    assert all(where in said for where in ("GET /v1/receipt-keys", "receipt-keys export", "--keys"))
    assert not Path(environment["TRADEIN_RECEIPT_KEYS"]).exists()


def test_the_exported_keys_are_enough_on_another_machine(
    run: Run, file: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    public = tmp_path / "public.json"
    public.write_text(run(receipt_keys, "export").stdout)
    environment["TRADEIN_RECEIPT_KEYS"] += "-elsewhere"
    assert run(verify, str(file), "--keys", str(public)).exit_code == 0
    public.write_text("{}")
    damaged = run(verify, str(file), "--keys", str(public), "--json")
    assert damaged.exit_code == 2
    assert orjson.loads(damaged.stderr)["code"] == "key_ring_damaged"


def test_a_qr_codes_text_is_verified_too(run: Run, envelope: Envelope) -> None:
    answer = run(verify, "--qr", envelope.qr_text)
    assert answer.exit_code == 0
    assert "CNY 1,010.00" in answer.stdout
    assert "K7F-3MQX" in answer.stdout
    assert told(run(verify, "--qr", envelope.qr_text, "--json"))["receipt"] is None
    forged = envelope.qr_text.replace("CNY101000", "CNY901000")
    assert run(verify, "--qr", forged).exit_code == 1


def test_old_receipts_verify_after_a_rotation_at_the_terminal(
    run: Run, file: Path, envelope: Envelope
) -> None:
    assert run(receipt_keys, "rotate").exit_code == 0
    assert run(verify, str(file)).exit_code == 0
    old, new = told(run(receipt_keys, "list", "--json"))["keys"]
    assert old["key_id"] == envelope.key_id
    assert old["retired"] == new["valid_from"]
    assert (new["retired"], new["private"]) == (None, True)
    lines = run(receipt_keys, "list").stdout.splitlines()
    assert "retired" in lines[0]
    assert "current" in lines[1]


def test_the_first_rotation_makes_the_first_key(run: Run) -> None:
    found = told(run(receipt_keys, "rotate", "--json"))
    assert found["retired"] is None
    assert len(found["current"]) == 16
    assert "it is the first key" not in run(receipt_keys, "rotate").stdout


@pytest.mark.parametrize("command", ["list", "export"])
def test_no_key_ring_has_status_2(run: Run, command: str) -> None:
    answer = run(receipt_keys, command)
    assert answer.exit_code == 2
    assert "receipt" in answer.stderr


def test_no_private_key_is_ever_printed(run: Run, environment: dict[str, str]) -> None:
    run(receipt_keys, "rotate")
    (file,) = Path(environment["TRADEIN_RECEIPT_KEYS"]).glob("*.pem")
    secret = file.read_text().splitlines()[1]
    for command in ("list", "export", "rotate"):
        assert secret not in run(receipt_keys, command).output


def test_a_receipt_of_a_referral_says_that_there_is_no_offer(
    run: Run, file: Path, environment: dict[str, str]
) -> None:
    signer = open_signer(Path(environment["TRADEIN_RECEIPT_KEYS"]), now=NOON, seed=bytes(32))
    body = make_body(outcome="referral", offer=None, lines=[])
    file.write_bytes(make_envelope(body, signer=signer).to_json())
    answer = run(verify, str(file))
    assert answer.exit_code == 0
    assert "A person must look" in answer.stdout


def loaded(script: str, environment: dict[str, str]) -> set[str]:
    """Which of the libraries a process of its own has imported at the end."""
    confession = f"{script}\nimport sys; print([m for m in {HEAVY} if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", confession],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(orjson.loads(run.stdout.replace("'", '"')))


def test_no_library_of_the_receipts_is_loaded_before_a_receipt_is_made(
    environment: dict[str, str],
) -> None:
    rooms = ("envelope", "key_folder", "keys", "page", "pdf", "qr", "receipt", "sheet", "signing",
             "statement", "verifying")  # fmt: skip
    receipts = "\n".join(f"import valuation.receipts.{room}" for room in rooms)
    commands = "import valuation.cli.quote, valuation.cli.verify, valuation.cli.receipt_keys"
    for script in (receipts, commands, "import valuation.web.app, valuation.cli.serve"):
        assert loaded(script, environment) == set()


def test_the_test_above_would_notice_a_library(environment: dict[str, str]) -> None:
    signed = "from tests.receipts.making import make_envelope; make_envelope()"
    assert loaded(signed, environment) == {"cryptography"}


def test_an_imei_in_the_wrong_place_is_not_repeated(run: Run) -> None:
    for arguments in ((IMEI,), ("--qr", IMEI), ("--keys", IMEI, "--qr", "x")):
        answer = run(verify, *arguments)
        assert answer.exit_code == 2
        assert IMEI not in answer.output
