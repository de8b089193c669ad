"""GET /v1/quotes/{id or code}."""

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.databases import connected, unprotect
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


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE quotes SET outcome = 'x'",
        "UPDATE events SET kind = 'x'",
        "DELETE FROM quotes",
        "DELETE FROM events",
    ],
)
def test_the_database_refuses_to_change_or_forget_a_quote(
    client: httpx.Client, database_url: str, change: str
) -> None:
    made = client.post("/v1/quotes", json=make_body()).raise_for_status()
    refused = pytest.raises(IntegrityError, match="never changed")
    with refused, connected(database_url) as connection:
        connection.execute(text(change))
    assert client.get(made.headers["location"]).json() == made.json()


def test_a_quote_that_was_changed_in_the_database_is_not_shown(
    client: httpx.Client, database_url: str
) -> None:
    address = client.post("/v1/quotes", json=make_body()).headers["location"]
    change = "UPDATE quotes SET document = replace(document, '\"offer\"', '\"offre\"')"
    with connected(database_url) as connection:
        unprotect(connection)
        connection.execute(text(change))
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (500, "quote_damaged")
