"""``tradein campaigns``, and a quote that says one of their codes."""

from pathlib import Path

import orjson

from tests.cli.conftest import Run
from tests.databases import rows
from tests.web.answers import make_body
from valuation.cli.basket import basket
from valuation.cli.campaigns import campaigns
from valuation.cli.quote import quote

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


def test_a_basket_of_a_file_is_quoted_and_receipted(run: Run, tmp_path: Path) -> None:
    lines = [make_body(), {**make_body(), "answers": {"colour": "blue"}}]
    purchase = {"price": 599_900, "currency": "CNY", "category": "phone"}
    file, receipt = tmp_path / "basket.json", tmp_path / "receipt.json"
    file.write_bytes(orjson.dumps({"lines": lines, "purchase": purchase, "codes": ["demo-coupon"]}))
    answer = run(basket, str(file), "--receipt", str(receipt))
    assert answer.exit_code == 1, "one line failed, the other was quoted"
    for part in ("1. Apple iPhone 13 128 GB", "2. unknown question", "报价合计", "顾客应付"):
        assert part in answer.stdout
    assert orjson.loads(receipt.read_bytes())["receipt"]["kind"] == "basket"
    assert "lines" in orjson.loads(run(basket, str(file), "--json").stdout)
    file.write_text('{"lines": []}')
    assert run(basket, str(file)).exit_code == 2
