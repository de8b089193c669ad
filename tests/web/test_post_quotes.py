"""POST /v1/quotes."""

from typing import Any

import httpx
import pytest

from tests.databases import everything, rows
from tests.fakes import FakeClock, FakeEntropy
from tests.web.answers import GOOD, IMEI, IPHONE, NOTHING, make_body
from valuation.domain.device import Category
from valuation.domain.questions import questions_for
from valuation.domain.quote import ENTROPY
from valuation.settings import Settings
from valuation.web.body import MalformedBody, parse_json
from valuation.web.quote_schemas import CustomerQuote, MerchantQuote


def make_quote(client: httpx.Client, view: str = "customer", **changes: Any) -> dict[str, Any]:
    answer = client.post("/v1/quotes", params={"view": view}, json=make_body(**changes))
    assert answer.status_code == 201, answer.text
    quote: dict[str, Any] = answer.json()
    return quote


def amounts(part: Any) -> list[int]:
    """Every amount of money in a document."""
    if isinstance(part, dict):
        if part.keys() == {"amount", "currency"}:
            return [part["amount"]]
        return [amount for value in part.values() for amount in amounts(value)]
    return [amount for value in part for amount in amounts(value)] if isinstance(part, list) else []


def names(part: Any) -> set[str]:
    """Every name in a document."""
    if isinstance(part, dict):
        return set(part) | {name for value in part.values() for name in names(value)}
    return {n for value in part for n in names(value)} if isinstance(part, list) else set()


def test_a_good_phone_gets_an_offer_whose_lines_add_up_to_it(standing: httpx.Client) -> None:
    quote = make_quote(standing)
    assert quote["outcome"] == "offer"
    assert quote["offer"]["currency"] == "CNY"
    assert quote["offer"]["amount"] > 50_000
    assert sum(line["amount"]["amount"] for line in quote["lines"]) == quote["offer"]["amount"]
    assert quote["disposition"]["route"] == "resell-as-is"


def test_the_answer_says_where_the_quote_is_found_again(standing: httpx.Client) -> None:
    made = standing.post("/v1/quotes", json=make_body())
    assert made.headers["location"] == f"/v1/quotes/{made.json()['id']}"
    assert standing.get(made.headers["location"]).json() == made.json()


def test_both_views_have_exactly_the_fields_that_the_schemas_name(standing: httpx.Client) -> None:
    CustomerQuote.model_validate(make_quote(standing))
    MerchantQuote.model_validate(make_quote(standing, view="merchant"))
    CustomerQuote.model_validate(make_quote(standing, device={"name": "No Such Phone"}))
    MerchantQuote.model_validate(make_quote(standing, view="merchant", powers_on=NOTHING))


def test_the_field_names_of_a_quote_are_pinned() -> None:
    assert set(CustomerQuote.model_fields) == {
        "answers", "as_of", "assumptions", "checks", "code", "data", "device", "disposition",
        "extras", "grade_capped_by", "id", "impact", "indicative", "issued_at", "lines",
        "lock_days", "market", "missing", "mode", "notice", "offer", "outcome", "pinned",
        "referral", "stale", "standing",
        "valid_until", "value", "versions",
    }  # fmt: skip
    more = set(MerchantQuote.model_fields) - set(CustomerQuote.model_fields)
    assert more == {"format", "merchant", "context", "policy", "residual_values"}


def test_nothing_in_the_customers_view_reveals_the_margin(standing: httpx.Client) -> None:
    made = standing.post("/v1/quotes?view=merchant", json=make_body())
    whole, shown = made.json(), standing.get(made.headers["location"]).json()
    assert shown["value"] is None
    secret = {"p10", "p50", "p90", "mean", "expected", "parts", "routes", "margin"}
    assert set(shown["versions"]) == {"bundle", "rules"}
    assert not names(shown) & {*secret, "quantile", "context", "merchant"}
    routes = whole["disposition"]["routes"]
    hidden = {*amounts(whole["value"]), *amounts([route["parts"] for route in routes])}
    hidden |= set(amounts([[r["expected"], r["low"], r["high"]] for r in routes]))
    assert len(hidden) > 15
    assert not set(amounts(shown)) & (hidden - {0})


@pytest.mark.parametrize("question", [q.id for q in questions_for(Category.PHONE)])
def test_a_worse_answer_never_raises_the_offer(standing: httpx.Client, question: str) -> None:
    (asked,) = [q for q in questions_for(Category.PHONE) if q.id == question]
    parents = {c.parent: c.answer for c in asked.asked_when}
    levels = (0, 50, 79, 80, 95, 100) if asked.percent else range(len(asked.answers))
    offers = []
    for level in levels:
        answers: dict[str, Any] = {**parents, question: asked.value(level)}
        left_out: dict[str, Any] = {
            q.id: NOTHING
            for q in questions_for(Category.PHONE)
            if q.id != question and any(answers.get(c.parent, c.answer) != c.answer
                                        for c in q.asked_when)
        }  # fmt: skip
        offers.append(make_quote(standing, **{**answers, **left_out})["offer"])
    assert all(offer is not None for offer in offers)
    assert [o["amount"] for o in offers] == sorted(o["amount"] for o in offers)


@pytest.mark.parametrize("view", ["customer", "merchant"])
def test_a_lock_lowers_the_offer_by_its_own_line(standing: httpx.Client, view: str) -> None:
    offers = []
    for days in (0, 7, 14):
        body = {**make_body(), "lock_days": days}
        quote = standing.post("/v1/quotes", params={"view": view}, json=body).json()
        offers.append(quote["offer"]["amount"])
        assert quote["lock_days"] == days
        assert ("lock" in [line["code"] for line in quote["lines"]]) is (days > 0)
    assert offers == sorted(offers, reverse=True)
    assert offers[0] > offers[2]


@pytest.mark.parametrize("days", [5, -7, "7", 7.5, True, None])
def test_a_lock_of_other_days_is_refused_with_those_that_there_are(
    standing: httpx.Client, days: object
) -> None:
    answer = standing.post("/v1/quotes", json={**make_body(), "lock_days": days})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/lock_days"
    assert "14" in str(error)


def test_the_merchant_sees_later_values_and_the_customer_does_not(standing: httpx.Client) -> None:
    whole = make_quote(standing, view="merchant")
    days = [(each["days"], each["basis"], each["on"]) for each in whole["residual_values"]]
    assert days == [
        (91, "sales", "2027-02-19"), (182, "sales", "2027-05-21"), (365, "sales", "2027-11-20"),
    ]  # fmt: skip
    medians = [each["p50"]["amount"] for each in (whole["value"], *whole["residual_values"])]
    assert medians == sorted(medians, reverse=True)
    assert "residual_values" not in make_quote(standing)


def test_without_a_required_answer_the_quote_is_indicative(standing: httpx.Client) -> None:
    quote = make_quote(standing, display_works=NOTHING)
    assert quote["outcome"] == "indicative"
    assert quote["missing"] == ["display_works"]
    assert quote["offer"] is None
    assert quote["indicative"]["low"]["amount"] < quote["indicative"]["high"]["amount"]


def test_an_optional_answer_left_out_counts_as_the_worst_and_is_named(
    standing: httpx.Client,
) -> None:
    quote = make_quote(standing, battery_health=NOTHING)
    assert [assumed["question"] for assumed in quote["assumptions"]] == ["battery_health"]
    assert quote["offer"]["amount"] == make_quote(standing, battery_health=0)["offer"]["amount"]


def test_an_unknown_device_is_referred_with_suggestions(standing: httpx.Client) -> None:
    quote = make_quote(standing, device={"name": "Apple iPhone 13 Profi", "storage_gb": 128})
    assert quote["outcome"] == "referral"
    assert quote["referral"]["code"] == "unknown_device"
    assert quote["answers"] == GOOD, "whoever looks at it knows what the customer said"
    assert (quote["assumptions"], quote["missing"]) == ([], [])
    assert "apple/iphone/iphone-13-pro" in [s["id"] for s in quote["referral"]["suggestions"]]


def test_an_impossible_variant_lists_those_that_exist(standing: httpx.Client) -> None:
    device = {"name": "iPhone 13", "brand": "Apple", "storage_gb": 64}
    answer = standing.post("/v1/quotes", json=make_body(device=device))
    assert answer.status_code == 422
    assert answer.json()["code"] == "impossible_variant"
    assert IPHONE in answer.json()["variants"]


def test_a_device_is_found_by_name_and_storage(standing: httpx.Client) -> None:
    quote = make_quote(standing, device={"name": "iPhone 13", "brand": "Apple", "storage_gb": 128})
    assert quote["device"]["id"] == IPHONE
    assert quote["impact"]["weight_g"] == 174
    assert quote["impact"]["co2e_avoided"]["low"] < quote["impact"]["co2e_avoided"]["high"]


def test_a_device_that_is_not_reused_avoids_nothing(standing: httpx.Client) -> None:
    quote = make_quote(standing, activation_lock="on")
    assert quote["disposition"]["flag"] != "resale"
    assert quote["impact"] == {"weight_g": 174.0, "co2e_avoided": None}


def test_an_imei_is_kept_as_a_keyed_digest_alone(client: httpx.Client, database_url: str) -> None:
    quote = make_quote(client, view="merchant", device={"id": IPHONE, "imei": IMEI})
    assert quote["device"]["unit"]["last4"] == IMEI[-4:]
    dump = everything(database_url)
    assert quote["device"]["unit"]["digest"] in dump
    assert IMEI not in dump
    assert IMEI[:14] not in dump


def test_an_imei_without_a_tac_table_is_referred(standing: httpx.Client) -> None:
    assert make_quote(standing, device={"imei": IMEI})["referral"]["code"] == "unknown_tac"


def test_the_day_is_the_shops(client: httpx.Client, clock: FakeClock) -> None:
    clock.move(hours=15)  # three in the morning of the next day, in Shanghai
    quote = make_quote(client)
    assert quote["issued_at"] == "2026-11-20T19:00:00Z"
    assert quote["as_of"] == "2026-11-21"


def test_a_code_that_is_taken_is_made_anew(client: httpx.Client, entropy: FakeEntropy) -> None:
    same = b"\x07" * ENTROPY
    entropy.laid_down = [same, same]
    first, second = make_quote(client), make_quote(client)
    assert first["code"] != second["code"]
    assert client.get(f"/v1/quotes/{first['code']}").json()["id"] == first["id"]


def test_issuing_writes_one_event_beside_the_quote(client: httpx.Client, database_url: str) -> None:
    quote = make_quote(client)
    written = rows(database_url, "SELECT quote_id, kind, actor FROM events")
    assert written == [(quote["id"], "offered", "key:ky_till")]


def test_every_table_version_is_archived_with_the_quote(
    client: httpx.Client, settings: Settings
) -> None:
    tables = make_quote(client, view="merchant")["versions"]["tables"]
    assert {file.stem for file in settings.archive.glob("*.csv")} == set(tables.values())


def test_nothing_is_issued_when_the_archive_cannot_be_written(
    client: httpx.Client, settings: Settings, database_url: str
) -> None:
    settings.archive.write_text("a file where the folder should be")
    answer = client.post("/v1/quotes", json=make_body())
    assert (answer.status_code, answer.json()["code"]) == (503, "archive_unavailable")
    assert answer.headers["retry-after"]
    assert rows(database_url, "SELECT count(*) FROM quotes") == [(0,)]


@pytest.mark.parametrize(
    ("text", "refused"), [(rb"\u0000", True), (rb"\\\u0000", True), (rb"\\u0000", False)]
)
def test_a_nul_is_refused_and_a_backslash_before_the_letters_u0000_is_not(
    text: bytes, refused: bool
) -> None:
    body = b'{"a": "' + text + b'"}'
    if refused:
        with pytest.raises(MalformedBody, match="NUL"):
            parse_json(body)
    else:
        assert parse_json(body) == {"a": "\\u0000"}
