"""``tradein campaigns``, and a quote that says one of their codes."""

from pathlib import Path

import orjson

from tests.cli.conftest import Run
from tests.databases import rows
from tests.web.answers import make_body
from valuation.cli.basket import basket
from valuation.cli.campaigns import campaigns
from valuation.cli.life import step
from valuation.cli.quote import quote
from valuation.cli.replay import replay

IPHONE = ("iPhone 13 128", "--grade", "B", "--sim-lock", "unlocked", "--battery", "86", "--works")


def test_codes_are_printed_once_and_kept_as_digests(run: Run, environment: dict[str, str]) -> None:
    answer = run(campaigns, "codes", "demo-voucher", "--count", "3")
    assert answer.exit_code == 0
    made = answer.stdout.split()
    assert len(set(made)) == 3
    assert "shown this once" in answer.stderr
    kept = rows(environment["DATABASE_URL"], "SELECT digest, campaign FROM campaign_codes")
    assert {campaign for _, campaign in kept} == {"demo-voucher"}
    assert not any(code in str(kept) for code in made)
    listed = run(campaigns, "list").stdout
    assert "3 made, 0 held, 0 used" in listed
    said = run(quote, *IPHONE, "--code", made[0], "--purchase", "599900").stdout
    for part in (
        "一次性加价",
        "CNY 100.00",
        "New device",
        "CNY 5,999.00",
        "国家购新补贴",
        "顾客应付",
    ):
        assert part in said


def test_a_campaign_without_codes_and_an_unknown_code_are_told_in_a_line(run: Run) -> None:
    answer = run(campaigns, "codes", "demo-loyalty")
    assert answer.exit_code == 2
    assert "demo-voucher, demo-coupon-code" in answer.stderr
    refused = run(quote, *IPHONE, "--code", "no-such-word", "--json")
    assert refused.exit_code == 2
    assert orjson.loads(refused.stderr)["code"] == "unknown_code"


def test_a_basket_of_a_file_is_quoted_shown_receipted_and_made_again(
    run: Run, tmp_path: Path
) -> None:
    lines = [make_body(), {**make_body(), "answers": {"colour": "blue"}}]
    purchase = {"price": 599_900, "currency": "CNY", "category": "phone"}
    file, out = tmp_path / "basket.json", tmp_path / "receipt.json"
    file.write_bytes(orjson.dumps({"lines": lines, "purchase": purchase, "codes": ["demo-coupon"]}))
    answer = run(basket, "make", str(file))
    assert answer.exit_code == 1, "one line failed, the other was quoted"
    for part in ("1. Apple iPhone 13 128 GB", "2. unknown question", "报价合计", "顾客应付"):
        assert part in answer.stdout
    code, id_ = answer.stdout.splitlines()[0].split()
    assert run(basket, "show", code).stdout == answer.stdout
    told = orjson.loads(run(basket, "show", id_, "--json").stdout)
    assert run(basket, "receipt", code, "--out", str(out)).exit_code == 0
    assert orjson.loads(out.read_bytes())["receipt"]["kind"] == "basket"
    early = run(basket, "receipt", code, "--of", "settlement", "--out", str(out), "--json")
    assert early.exit_code == 2, "no such option"
    assert run(basket, "receipt", code, "--of", "settlement", "--out", str(out)).exit_code == 1
    assert "1 of 1" in run(replay, code).stdout
    assert "2 of 2" in run(replay, "--all").stdout
    run(step, "decline", told["lines"][0]["code"])
    assert run(basket, "receipt", code, "--of", "settlement", "--out", str(out)).exit_code == 0
    assert orjson.loads(out.read_bytes())["receipt"]["kind"] == "basket-settlement"


def test_a_basket_without_a_line_that_can_be_quoted_is_none(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "basket.json"
    file.write_text('{"lines": []}')
    assert run(basket, "make", str(file)).exit_code == 2
    file.write_bytes(orjson.dumps({"lines": [{**make_body(), "answers": {"colour": "blue"}}]}))
    answer = run(basket, "make", str(file))
    assert answer.exit_code == 2
    assert "1. unknown question" in answer.stderr
    assert run(basket, "show", "PZT-H85N").exit_code == 2
