"""A donation over HTTP: given at the counter, read by anybody who has the id."""

import httpx

from tests.web.people import ask
from tests.web.test_lives import PHOTO, step, taken
from tests.web.test_post_quotes import make_quote

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
