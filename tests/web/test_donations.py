"""A donation over HTTP: given at the counter, read by anybody who has the id."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
from click.testing import CliRunner

from tests.fakes import FakeClock
from tests.receipts.making import make_ring, make_signer
from tests.web.people import ask
from tests.web.test_lives import PHOTO, step, taken
from tests.web.test_post_quotes import make_quote
from valuation.cli.verify import verify
from valuation.domain.money import Money
from valuation.web.receipt_keys_api import ReceiptKeysOut

GIFT = {"what": "amount", "cause": "demo-trees"}


def test_anybody_reads_the_trail_by_id_and_nobody_by_code(client: httpx.Client) -> None:
    quote = make_quote(client)
    amount = quote["offer"]["amount"]
    life = taken(client, quote, "accept", amount=amount, donate=GIFT)
    assert (life["donation"]["cause"], life["donation"]["delivered"]) == ("demo-trees", False)
    found = ask(client, "GET", f"/v1/donations/{quote['id']}", None)
    assert found.status_code == 200
    assert found.json()["receipt"]["body"]["trail"][0]["kind"] == "accepted"
    page = ask(client, "GET", f"/v1/donations/{quote['id']}?format=html", None)
    assert "Demo tree fund" in page.text
    by_code = ask(client, "GET", f"/v1/donations/{quote['code']}", None)
    assert by_code.status_code == 404


def test_anybody_verifies_a_trail_with_its_file_and_the_shops_public_keys(
    client: httpx.Client, clock: FakeClock, tmp_path: Path
) -> None:
    """On another machine: two addresses that need no key, and no folder of keys."""
    none_yet = ask(client, "GET", "/v1/receipt-keys", None)
    assert (none_yet.status_code, none_yet.json()["code"]) == (404, "no_receipt_keys")
    assert none_yet.headers.get_list("cache-control") == ["no-store"]
    clock.now = datetime(2026, 11, 20, 20, 44, tzinfo=UTC)  # the next day in the shop
    quote = make_quote(client)
    taken(client, quote, "accept", amount=quote["offer"]["amount"], donate=GIFT)
    trail, keys = tmp_path / "trail.json", tmp_path / "keys.json"
    trail.write_bytes(ask(client, "GET", f"/v1/donations/{quote['id']}", None).content)
    told = ask(client, "GET", "/v1/receipt-keys", None)
    assert told.headers.get_list("cache-control") == ["public, max-age=300"]
    ReceiptKeysOut.model_validate(told.json())
    keys.write_bytes(told.content)
    elsewhere = {"TRADEIN_RECEIPT_KEYS": str(tmp_path / "none")}
    at = CliRunner().invoke(verify, [str(trail)], env=elsewhere)
    assert (at.exit_code, "GET /v1/receipt-keys" in at.stderr) == (2, True)
    found = CliRunner().invoke(verify, [str(trail), "--keys", str(keys)], env=elsewhere)
    assert found.exit_code == 0, found.output
    amount = str(Money(**quote["offer"]))
    for said in ("Demo tree fund", amount, "2026-11-21 04:44 CST Given by its owner", "Device"):
        assert said in found.stdout
    stranger = make_ring(make_signer(9)).to_json()
    keys.write_bytes(stranger)
    unknown = CliRunner().invoke(verify, [str(trail), "--keys", str(keys)], env=elsewhere)
    assert (unknown.exit_code, "GET /v1/receipt-keys" in unknown.stdout) == (1, True)


def test_a_trails_page_tells_every_time_in_one_zone_by_its_name(
    client: httpx.Client, clock: FakeClock
) -> None:
    clock.now = datetime(2026, 11, 20, 20, 44, tzinfo=UTC)
    quote = make_quote(client)
    taken(client, quote, "accept", amount=quote["offer"]["amount"], donate=GIFT)
    taken(client, quote, "receive")
    page = ask(client, "GET", f"/v1/donations/{quote['id']}?format=html", None).text
    assert "2026-11-20" not in page
    assert page.count("2026-11-21 04:44 CST") == page.count("2026-11-21") == 3  # steps, issued


def test_a_quote_without_a_gift_has_no_public_page(client: httpx.Client) -> None:
    quote = make_quote(client)
    taken(client, quote, "accept")
    answer = ask(client, "GET", f"/v1/donations/{quote['id']}", None)
    assert (answer.status_code, answer.json()["code"]) == (404, "quote_not_found")
    early = step(client, quote, "deliver", evidence=[PHOTO])
    assert (early.status_code, early.json()["code"]) == (409, "not_settled")


def test_who_can_be_given_to(client: httpx.Client) -> None:
    causes = client.get("/v1/causes").json()["causes"]
    assert {each["id"]: each["takes"] for each in causes}["demo-trees"] == ["amount"]
    quote = make_quote(client)
    wrong = step(client, quote, "accept", amount=quote["offer"]["amount"],
                 donate={"what": "device", "cause": "demo-trees"})  # fmt: skip
    assert wrong.status_code == 422
    assert "demo-school" in wrong.json()["detail"]
