"""GET /v1/quotes/{id or code}."""

import sqlite3
from pathlib import Path

import httpx
import pytest

from tests.web.answers import make_body
from tests.web.running import running
from valuation.settings import Settings


def test_a_quote_is_found_by_id_and_by_its_code_however_it_is_spelled(
    standing: httpx.Client,
) -> None:
    quote = standing.post("/v1/quotes", json=make_body()).json()
    code = quote["code"]
    for reference in (quote["id"], code, code.lower(), code.replace("-", "")):
        assert standing.get(f"/v1/quotes/{reference}").json() == quote


def test_the_merchant_sees_more_than_the_customer(standing: httpx.Client) -> None:
    address = standing.post("/v1/quotes", json=make_body()).headers["location"]
    customer, merchant = standing.get(address), standing.get(address, params={"view": "merchant"})
    assert customer.json().items() <= (merchant.json() | customer.json()).items()
    assert "value" in merchant.json()
    assert customer.json()["value"] is None


@pytest.mark.parametrize(
    "reference", ["qt_" + "0" * 26, "AAA-AAAA", "x", "%00", "%F0%9F", "' OR 1"]
)
def test_what_names_no_quote_is_not_found(standing: httpx.Client, reference: str) -> None:
    answer = standing.get(f"/v1/quotes/{reference}")
    assert (answer.status_code, answer.json()["code"]) == (404, "quote_not_found")


@pytest.mark.parametrize("query", ["view=boss", "veiw=merchant"])
def test_a_wrong_parameter_is_named(standing: httpx.Client, query: str) -> None:
    answer = standing.get(f"/v1/quotes/AAA-AAAA?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_a_quote_survives_a_restart(settings: Settings) -> None:
    with running(settings) as client:
        made = client.post("/v1/quotes", json=make_body())
    with running(settings) as client:
        assert client.get(made.headers["location"]).json() == made.json()


def test_the_database_refuses_to_change_or_forget_a_quote(
    client: httpx.Client, tmp_path: Path
) -> None:
    client.post("/v1/quotes", json=make_body()).raise_for_status()
    with sqlite3.connect(tmp_path / "quotes.sqlite") as database:
        for change in (
            "UPDATE quotes SET outcome = 'x'",
            "DELETE FROM quotes",
            "DELETE FROM events",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="never changed"):
                database.execute(change)


def test_a_quote_that_was_changed_in_the_database_is_not_shown(
    client: httpx.Client, tmp_path: Path
) -> None:
    address = client.post("/v1/quotes", json=make_body()).headers["location"]
    with sqlite3.connect(tmp_path / "quotes.sqlite") as database:
        database.execute("DROP TRIGGER quotes_no_update")  # as somebody with the file could
        database.execute("UPDATE quotes SET document = replace(document, '\"offer\"', '\"offre\"')")
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (500, "quote_damaged")
