"""``tradein quote``."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cli.conftest import Run
from tests.databases import file_at, rows
from tests.price_model.making import champion_of, spoiled, write_history
from valuation.cli.answers import given_answers, working
from valuation.cli.quote import quote
from valuation.domain.questions import QUESTIONS
from valuation.price_model.champions import ModelStore

IMEI = "490154203237518"  # the example of the standard
IPHONE = ("iPhone 13 128", "--grade", "B", "--sim-lock", "unlocked", "--battery", "86")


def told(run: Run, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(run(quote, *arguments, "--json").stdout)
    return found


def test_offer_is_printed_with_its_lines_its_origin_and_what_works_set(run: Run) -> None:
    answer = run(quote, *IPHONE, "--works")
    said = " ".join(answer.stdout.split())
    assert answer.exit_code == 0
    for part in ("Apple iPhone 13 128 GB", "苹果 iPhone 13", "DEMO DATA", "Offer: CNY", "table",
                 "Cosmetic grade", "Set by --works powers_on=yes, display_works=yes",
                 "block_list=clear", "Valid until", "bundle", "Id qt_"):  # fmt: skip
        assert part in said
    assert "p10" not in said
    assert "refurbish" not in said


def test_merchant_sees_the_interval_and_every_route(run: Run) -> None:
    said = run(quote, *IPHONE, "--works", "--view", "merchant").stdout
    for part in ("p10", "p90", "refurbish", "dismantle", "refuse", "Expected",
                 "demo-east-resale"):  # fmt: skip
        assert part in " ".join(said.split())


def test_the_way_is_said_in_one_sentence_in_both_languages(run: Run) -> None:
    hazard = ("--works", "--answer", "battery_safety=swollen")
    for more in (hazard, (*hazard, "--view", "merchant")):
        said = "".join(run(quote, *IPHONE, *more).stdout.split())
        for part in ("In short 简述", "Dismantled for its materials", "fire hazard",
                     "拆解回收材料", "存在起火风险", "counter, pickup. Switched off",
                     "门店柜台、上门取件。关机"):  # fmt: skip
            assert "".join(part.split()) in said


def test_json_is_the_stored_quote_and_nothing_else(run: Run, environment: dict[str, str]) -> None:
    found = told(run, *IPHONE, "--works", "--view", "merchant")
    set_by_works = found.pop("set_by_works")
    ((document,),) = rows(environment["DATABASE_URL"], "SELECT document FROM quotes")
    kept, way = orjson.loads(str(document)), found["disposition"]
    assert all(way.pop(name) for name in ("sentence_en", "sentence_zh"))
    assert way.pop("facility")["id"] == "demo-east-resale"
    assert [each["code"] for each in way.pop("conditions")] == ["erasure_record"]
    assert all(each.pop("materials", True) for each in way["routes"])
    assert kept == {**found, "disposition": {**way, "conditions": []}}
    assert set_by_works == [question.id for question in QUESTIONS if question.required]


def test_a_lock_is_said_and_priced_and_the_merchant_sees_later_values(run: Run) -> None:
    answer = run(quote, *IPHONE, "--works", "--lock", "14", "--view", "merchant")
    said = " ".join(answer.stdout.split())
    for part in ("Lock 14 days", "Lock: held until", "in 365 days", "sales"):
        assert part in said
    plain, held = (told(run, *IPHONE, "--works", "--lock", days) for days in ("0", "14"))
    assert held["offer"]["amount"] < plain["offer"]["amount"]
    assert "residual_values" not in held
    assert run(quote, *IPHONE, "--works", "--lock", "5").exit_code == 2


def test_lines_sum_to_the_offer(run: Run) -> None:
    found = told(run, *IPHONE, "--works")
    amounts = [line["amount"]["amount"] for line in found["lines"]]
    assert sum(amounts) == found["offer"]["amount"]


def test_missing_answers_make_it_indicative_and_are_named(run: Run) -> None:
    answer = run(quote, *IPHONE, "--powers-on", "yes")
    assert answer.exit_code == 0
    assert "Indicative: CNY" in answer.stdout
    assert "block_list" in answer.stdout


def test_unknown_device_is_a_referral_with_suggestions_and_status_1(run: Run) -> None:
    answer = run(quote, "iPhone 13 Ultra 128", "--works")
    assert answer.exit_code == 1
    assert "Referral: unknown_device" in answer.stdout
    assert "apple/iphone/iphone-13" in answer.stdout


def test_refused_device_has_status_1(run: Run) -> None:
    answer = run(quote, *IPHONE, "--works", "--answer", "block_list=listed")
    assert answer.exit_code == 1
    assert "block_list=" not in answer.stdout


def test_impossible_variant_lists_those_that_exist(run: Run) -> None:
    answer = run(quote, "iPhone 13 1TB", "--works")
    assert answer.exit_code == 2
    assert "apple/iphone/iphone-13/512gb" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_a_device_can_be_named_by_imei_of_which_four_digits_are_shown(
    run: Run, environment: dict[str, str]
) -> None:
    table = "tac,device_model\n49015420,apple/iphone/iphone-13\n"
    Path(environment["TRADEIN_TAC"]).write_text(table)
    answer = run(quote, "--imei", IMEI, "--storage", "128", "--grade", "B", "--works")
    assert answer.exit_code == 0
    assert "…7518" in answer.stdout
    assert IMEI not in answer.output


@pytest.mark.parametrize(
    "arguments",
    [
        (f"iPhone 13 {IMEI}",),
        ("iPhone 13", IMEI),
        ("iPhone 13 128", "--battery", IMEI),
        ("iPhone 13 128", f"--{IMEI}"),
        ("iPhone 13 128", "--answer", f"block_list={IMEI}"),
        ("iPhone 13 128", "--context", f"channel={IMEI}"),
        ("iPhone 13 128", "--market", IMEI),
        ("--imei", IMEI[:-1] + "0"),
    ],
)
def test_an_imei_in_any_place_is_never_echoed(run: Run, arguments: tuple[str, ...]) -> None:
    answer = run(quote, *arguments)
    assert answer.exit_code == 2
    assert IMEI[:10] not in answer.output
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a device"),
        (("iPhone 13 128", "--grade", "F"), "--grade"),
        (("iPhone 13 128", "--battery", "101"), "0<=x<=100"),
        (("iPhone 13 128", "--answer", "wifi=yes"), "unknown question"),
        (("iPhone 13 128", "--answer", "sim_lock=maybe"), "locked, unlocked"),
        (("iPhone 13 128", "--answer", "sim_lock"), "question=answer"),
        (("iPhone 13 128", "--grade", "A", "--answer", "cosmetic_grade=B"), "answered twice"),
        (("iPhone 13 128", "--powers-on", "no", "--cameras-work", "yes"), "can only be answered"),
        (("iPhone 13 128", "--context", "channel=moon"), "online, store"),
        (("iPhone 13 128", "--market", "mars"), "cn-cny-sold-demo"),
        (("iPhone 13 128", "--market", "vn-vnd-sold-real"), "cn-cny-sold-demo"),
        (("iPhone\x1b[31m 13",), "readable"),
        (("x" * 121,), "120 characters"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    answer = run(quote, *arguments)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert said in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_a_missing_bundle_is_said_in_one_line(run: Run, environment: dict[str, str]) -> None:
    (Path(environment["TRADEIN_MODELS"]) / "champions" / "cn-cny-sold-demo.json").unlink()
    missing = run(quote, *IPHONE)
    assert missing.exit_code == 2
    assert "train" in missing.stderr
    assert len(missing.stderr.splitlines()) == 1


@pytest.mark.only("sqlite", why="it damages the file")
def test_a_damaged_database_is_said_in_one_line(run: Run, environment: dict[str, str]) -> None:
    file_at(environment["DATABASE_URL"]).write_bytes(b"no database" * 1000)
    damaged = run(quote, *IPHONE)
    assert damaged.exit_code == 2
    assert "damaged" in damaged.stderr
    assert len(damaged.stderr.splitlines()) == 1


def test_a_server_that_does_not_answer_is_said_in_one_line(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    environment["DATABASE_URL"] = f"postgresql+psycopg://till:hush@/ledger?host={tmp_path}"
    silent = run(quote, *IPHONE)
    assert silent.exit_code == 2
    assert "no server answers there" in silent.stderr
    assert not any(name in silent.stderr for name in ("till", "hush", "ledger", str(tmp_path)))
    assert len(silent.stderr.splitlines()) == 1


def test_a_quote_from_an_earlier_champion_says_so(run: Run, environment: dict[str, str]) -> None:
    store = ModelStore(Path(environment["TRADEIN_MODELS"]))
    champion = champion_of(store.root)
    (older,) = (each.name for each in store.bundles.iterdir() if each.name != champion)
    write_history(store, ("promote", older), ("promote", spoiled(store, champion)))
    answer = run(quote, *IPHONE, "--works")
    assert answer.exit_code == 0
    assert "serves instead" in answer.stderr
    assert older[:12] in answer.stderr


def test_works_keeps_what_was_answered_and_asks_nothing_of_a_dead_device() -> None:
    assert "display_works" not in working({"powers_on": "no"})
    assert "block_list" not in working({"block_list": "listed"})
    assert set(working({})) == {question.id for question in QUESTIONS if question.required}


def test_every_question_has_an_option_of_its_own() -> None:
    options = {parameter.name for parameter in quote.params}
    assert {question.id for question in QUESTIONS} <= options
    assert given_answers({}, ["battery_health=86"]) == {"battery_health": 86}


def test_real_process_quotes_without_the_web_or_training_stack(
    environment: dict[str, str],
) -> None:
    script = (
        "import sys\nfrom valuation.cli.main import main\n"
        "try: main(sys.argv[1:], prog_name='tradein')\n"
        "finally: print([m for m in ('fastapi', 'pydantic', 'pandas', 'lightgbm', 'alembic')"
        " if m in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, "quote", *IPHONE, "--works", "--json"]
    # The first run makes the database, for which Alembic is needed.
    first, second = (
        subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=True)
        for _ in range(2)
    )
    assert orjson.loads(first.stdout)["offer"] == orjson.loads(second.stdout)["offer"]
    assert second.stderr.decode().strip() == "[]"


def test_a_laptop_is_a_referral_with_the_way_that_its_gates_leave(run: Run) -> None:
    laptop = ("ThinkPad T14", "--brand", "Lenovo", "--category", "laptop", "--storage", "512")
    told = run(quote, *laptop, "--works", "--battery-safety", "swollen", "--view", "merchant")
    assert told.exit_code == 1
    for part in ("Lenovo ThinkPad T14\n", "no_price_model", "dismantle", "counter, pickup"):
        assert part in told.stdout
    sound = run(quote, *laptop, "--works")
    assert "A person must look at it first" in sound.stdout
    wrong = run(quote, *laptop, "--kind", "washing-machine")
    assert (wrong.exit_code, "--category appliance" in wrong.stderr) == (2, True)
