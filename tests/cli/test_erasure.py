"""``tradein erasure``: record, import from a tool's report, show."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.callers import make_merchant
from tests.cli.conftest import Run
from tests.quotes.telling import Till
from tests.web.answers import GOOD, IMEI, IPHONE
from valuation.cli.erasure import erasure
from valuation.cli.life import step
from valuation.cli.quote import quote
from valuation.domain.moves import Step
from valuation.settings import Settings
from valuation.shop import open_shop

PERSONS = ("--by", "clerk:mei", "--verified-by", "clerk:li", "--place", "bench 2")
DONE = ("--method", "purge", "--technique", "crypto_erase", "--tool", "Eraser",
        "--tool-version", "4.2", *PERSONS)  # fmt: skip
RESET = ("--method", "clear", "--technique", "factory_reset", "--tool", "Settings",
         "--tool-version", "17", *PERSONS)  # fmt: skip
MAPPING = """
[columns]
identifier = "device.imei"
method = "report.standard"
technique = "report.algorithm"
tool = "software.name"
tool_version = "software.version"
passed = "report.state"
erased_by = "report.operator"
verified_by = "report.supervisor"
started_at = "report.begin"
finished_at = "report.end"
verified_at = "report.checked"
[constants]
verification = "full"
place = "bench 2"
[values.method]
"NIST * Purge" = "purge"
[values.technique]
"Cryptographic*" = "crypto_erase"
"Reset" = "factory_reset"
[values.passed]
"Erased" = "passed"
"*" = "failed"
[time]
format = "%d.%m.%Y %H:%M:%S"
zone = "Asia/Shanghai"
"""


def inspected(run: Run) -> str:
    answers = [word for item in GOOD.items() for word in ("--answer", f"{item[0]}={item[1]}")]
    made = run(quote, IPHONE, "--imei", IMEI, *answers, "--json")
    code: str = json.loads(made.stdout)["code"]
    for each in ("accept", "receive", "inspect"):
        assert run(step, each, code).exit_code == 0
    return code


def report(**changes: Any) -> dict[str, Any]:
    at = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    said = at.strftime("%d.%m.%Y %H:%M:%S")
    return {
        "device": {"imei": IMEI},
        "software": {"name": "Wiper", "version": 7.1},
        "report": {
            "standard": "NIST 800-88 Purge", "algorithm": "Cryptographic Erase", "state": "Erased",
            "operator": "clerk:mei", "supervisor": "clerk:li", "begin": said, "end": said,
            "checked": said, **changes,
        },
    }  # fmt: skip


def test_a_device_is_settled_once_its_erasure_is_recorded(run: Run) -> None:
    code = inspected(run)
    early = run(step, "settle", code)
    assert (early.exit_code, "tradein erasure record" in early.stderr) == (1, True)
    reset = run(erasure, "record", code, *RESET)
    assert (reset.exit_code, "a factory reset alone does not count" in reset.stdout) == (1, True)
    made = run(erasure, "record", code, *DONE)
    assert (made.exit_code, "VERIFIED" in made.stdout) == (0, True), made.output
    by_customer = run(erasure, "record", code, *DONE, "--as", "customer:alice")
    assert (by_customer.exit_code, "A customer cannot" in by_customer.stderr) == (1, True)
    assert run(step, "settle", code).exit_code == 0
    shown = run(erasure, "show", code)
    assert (shown.exit_code, shown.stdout.count("\n  AUTHENTIC")) == (0, 2)
    told = json.loads(run(erasure, "show", code, "--json").stdout)
    assert [each["record"]["verified"] for each in told["records"]] == [False, True]


@pytest.mark.parametrize("suffix", [".json", ".ndjson", ".csv"])
def test_a_tools_report_is_imported_once(run: Run, tmp_path: Path, suffix: str) -> None:
    code = inspected(run)
    mapping, file = tmp_path / "wiper.toml", tmp_path / f"reports{suffix}"
    mapping.write_text(MAPPING)
    if suffix == ".csv":
        flat = {f"{a}.{b}": v for a, each in report().items() for b, v in each.items()}
        file.write_text(",".join(flat) + "\n" + ",".join(map(str, flat.values())) + "\n")
    else:
        file.write_text(json.dumps([report()] if suffix == ".json" else report()))
    for _ in range(2):
        answer = run(erasure, "import", str(file), "--mapping", str(mapping))
        assert (answer.exit_code, "1 of 1 count" in answer.stdout) == (0, True), answer.output
        assert IMEI not in answer.output
    assert run(erasure, "show", code).stdout.count("AUTHENTIC") == 1
    assert run(step, "settle", code).exit_code == 0


def test_what_does_not_count_or_fit_is_told_line_by_line(run: Run, tmp_path: Path) -> None:
    inspected(run)
    mapping, file = tmp_path / "wiper.toml", tmp_path / "reports.json"
    mapping.write_text(MAPPING)
    strange = {**report(), "device": {"imei": "356938035643809"}}
    file.write_text(json.dumps([report(state="Error 7"), strange]))
    answer = run(erasure, "import", str(file), "--mapping", str(mapping))
    assert (answer.exit_code, "0 of 2 count" in answer.stdout) == (1, True)
    assert "line 1: " in answer.stdout
    assert "the verification failed" in answer.stdout
    assert "line 2: no accepted quote is of this unit" in answer.stderr


def test_another_merchants_reports_are_imported_for_it(
    run: Run, tmp_path: Path, environment: dict[str, str]
) -> None:
    settings = Settings.from_environment(environment)
    shop = open_shop(settings, clock=lambda: datetime.now(UTC), entropy=os.urandom)
    merchant, _ = make_merchant(shop.engine, "Otter Phones")
    till = Till(shop, merchant=merchant.id)
    till.quote(imei=IMEI)
    for each in (Step.ACCEPT, Step.RECEIVE, Step.INSPECT):
        till.step(each)
    shop.engine.dispose()
    mapping, file = tmp_path / "wiper.toml", tmp_path / "reports.json"
    mapping.write_text(MAPPING)
    file.write_text(json.dumps(report()))
    at = ("import", str(file), "--mapping", str(mapping))
    assert "no accepted quote is of this unit" in run(erasure, *at).stderr
    answer = run(erasure, *at, "--merchant", "Otter Phones")
    assert (answer.exit_code, "1 of 1 count" in answer.stdout) == (0, True), answer.output
    shown = run(erasure, "show", till.quotes[-1], "--merchant", merchant.id)
    assert (shown.exit_code, "\n  AUTHENTIC" in shown.stdout) == (0, True)
    assert run(erasure, *at, "--merchant", "nobody").exit_code == 2


@pytest.mark.parametrize(
    ("mapping", "reports", "said"),
    [
        (MAPPING.replace("[constants]", "[constant]"), [report()], "unknown key 'constant'"),
        (MAPPING.replace('place = "bench 2"', ""), [report()], "must say place"),
        (MAPPING, [report(algorithm="Prayer")], "line 1, column 'report.algorithm': technique"),
        (MAPPING, [report(end="noon")], "line 1, column 'report.end': finished_at"),
        (MAPPING, [report(operator="")], "nothing is said of erased_by"),
        (MAPPING, ["words"], "a report is a JSON object"),
        (
            MAPPING.replace('"*" = "failed"', '"*" = "yes"'),
            [report(state="FAILED")],
            '[values] [passed]: "*" stands for whatever a report says',
        ),
        (
            MAPPING.replace('"Reset" = "factory_reset"', '" ** " = "crypto_erase"'),
            [report()],
            "may not make it 'crypto_erase': name the tool's own words",
        ),
        (
            MAPPING.replace('"Reset" = "factory_reset"', '"Factory*" = "crypto_erase"'),
            [report(algorithm="Factory Reset")],
            "[values.technique] makes it 'crypto_erase': make it the technique factory_reset",
        ),
        (
            MAPPING + '[values.tool]\n"Reset*" = "Wiper"\n',
            [{**report(), "software": {"name": "Reset Tool", "version": 1}}],
            "the report says a reset, and [values.tool]",
        ),
        (
            MAPPING.replace("report.supervisor", "report.operator"),
            [report()],
            "are of one column: a second person verifies",
        ),
        (
            MAPPING.replace('"Erased" = "passed"', '"F*" = "passed"'),
            [report(state="FAILED")],
            "line 1, column 'report.state': passed: the report says that it failed",
        ),
        (
            MAPPING.replace('passed = "report.state"', "").replace(
                "[constants]", '[constants]\npassed = "yes"'
            ),
            [report()],
            "[constants] may not say passed: each report says that",
        ),
        (
            MAPPING.replace('verified_by = "report.supervisor"', "").replace(
                "[constants]", '[constants]\nverified_by = "clerk:li"'
            ),
            [report()],
            "may not say verified_by",
        ),
        (MAPPING + '[values.verified_by]\n"*" = "clerk:li"\n', [report()], "'clerk:li'"),
    ],
)
def test_a_file_or_mapping_that_cannot_be_used_says_why(
    run: Run, tmp_path: Path, mapping: str, reports: list[Any], said: str
) -> None:
    plan, file = tmp_path / "wiper.toml", tmp_path / "reports.json"
    plan.write_text(mapping)
    file.write_text(json.dumps(reports))
    answer = run(erasure, "import", str(file), "--mapping", str(plan))
    assert (answer.exit_code, said in answer.stderr) == (2, True), answer.output
