"""POST /v1/quotes."""

import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes import FakeClock, FakeEntropy
from tests.web.answers import GOOD, IMEI, IPHONE, NOTHING, make_body
from valuation.domain.device import Category
from valuation.domain.questions import questions_for
from valuation.domain.quote import ENTROPY
from valuation.settings import Settings
from valuation.web.schemas import CustomerQuote, MerchantQuote


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


def test_a_good_phone_gets_an_offer_whose_lines_add_up_to_it(client: httpx.Client) -> None:
    quote = make_quote(client)
    assert quote["outcome"] == "offer"
    assert quote["offer"]["currency"] == "CNY"
    assert quote["offer"]["amount"] > 50_000
    assert sum(line["amount"]["amount"] for line in quote["lines"]) == quote["offer"]["amount"]
    assert quote["disposition"]["route"] == "resell-as-is"


def test_the_answer_says_where_the_quote_is_found_again(client: httpx.Client) -> None:
    made = client.post("/v1/quotes", json=make_body())
    assert made.headers["location"] == f"/v1/quotes/{made.json()['id']}"
    assert client.get(made.headers["location"]).json() == made.json()


def test_both_views_have_exactly_the_fields_that_the_schemas_name(client: httpx.Client) -> None:
    CustomerQuote.model_validate(make_quote(client))
    MerchantQuote.model_validate(make_quote(client, view="merchant"))
    CustomerQuote.model_validate(make_quote(client, device={"name": "No Such Phone"}))
    MerchantQuote.model_validate(make_quote(client, view="merchant", powers_on=NOTHING))


def test_the_field_names_of_a_quote_are_pinned() -> None:
    assert sorted(CustomerQuote.model_fields) == sorted(
        "answers as_of assumptions code data device disposition grade_capped_by id impact "
        "indicative issued_at lines market missing notice offer outcome referral valid_until "
        "versions".split()
    )
    more = set(MerchantQuote.model_fields) - set(CustomerQuote.model_fields)
    assert more == {"format", "merchant", "context", "value"}


def test_nothing_in_the_customers_view_reveals_the_margin(client: httpx.Client) -> None:
    made = client.post("/v1/quotes?view=merchant", json=make_body())
    whole, shown = made.json(), client.get(made.headers["location"]).json()
    secret = {"value", "p10", "p50", "p90", "mean", "expected", "parts", "routes", "margin"}
    shown.pop("versions")  # names tables, one of them called parts
    assert not names(shown) & {*secret, "quantile", "context", "merchant"}
    routes = whole["disposition"]["routes"]
    hidden = {*amounts(whole["value"]), *amounts([route["parts"] for route in routes])}
    hidden |= set(amounts([[r["expected"], r["low"], r["high"]] for r in routes]))
    assert len(hidden) > 15
    assert not set(amounts(shown)) & (hidden - {0})


@pytest.mark.parametrize("question", [q.id for q in questions_for(Category.PHONE)])
def test_a_worse_answer_never_raises_the_offer(client: httpx.Client, question: str) -> None:
    (asked,) = [q for q in questions_for(Category.PHONE) if q.id == question]
    parents = {c.parent: c.answer for c in asked.asked_when}
    levels = (0, 50, 79, 80, 95, 100) if asked.percent else range(len(asked.answers))
    offers = []
    for level in levels:
        answers = {**parents, question: asked.value(level)}
        left_out = {
            q.id: NOTHING
            for q in questions_for(Category.PHONE)
            if q.id != question and any(answers.get(c.parent, c.answer) != c.answer
                                        for c in q.asked_when)
        }  # fmt: skip
        offers.append(make_quote(client, **{**answers, **left_out})["offer"])
    assert all(offer is not None for offer in offers)
    assert [o["amount"] for o in offers] == sorted(o["amount"] for o in offers)


def test_without_a_required_answer_the_quote_is_indicative(client: httpx.Client) -> None:
    quote = make_quote(client, display_works=NOTHING)
    assert quote["outcome"] == "indicative"
    assert quote["missing"] == ["display_works"]
    assert quote["offer"] is None
    assert quote["indicative"]["low"]["amount"] < quote["indicative"]["high"]["amount"]


def test_an_optional_answer_left_out_counts_as_the_worst_and_is_named(client: httpx.Client) -> None:
    quote = make_quote(client, battery_health=NOTHING)
    assert [assumed["question"] for assumed in quote["assumptions"]] == ["battery_health"]
    assert quote["offer"]["amount"] == make_quote(client, battery_health=0)["offer"]["amount"]


def test_an_unknown_device_is_referred_with_suggestions(client: httpx.Client) -> None:
    quote = make_quote(client, device={"name": "Apple iPhone 13 Profi", "storage_gb": 128})
    assert quote["outcome"] == "referral"
    assert quote["referral"]["code"] == "unknown_device"
    assert "apple/iphone/iphone-13-pro" in [s["id"] for s in quote["referral"]["suggestions"]]


def test_an_impossible_variant_lists_those_that_exist(client: httpx.Client) -> None:
    device = {"name": "iPhone 13", "brand": "Apple", "storage_gb": 64}
    answer = client.post("/v1/quotes", json=make_body(device=device))
    assert answer.status_code == 422
    assert answer.json()["code"] == "impossible_variant"
    assert IPHONE in answer.json()["variants"]


def test_a_device_is_found_by_name_and_storage(client: httpx.Client) -> None:
    quote = make_quote(client, device={"name": "iPhone 13", "brand": "Apple", "storage_gb": 128})
    assert quote["device"]["id"] == IPHONE
    assert quote["impact"]["weight_g"] == 174
    assert quote["impact"]["co2e_avoided"]["low"] < quote["impact"]["co2e_avoided"]["high"]


def test_a_device_that_is_not_reused_avoids_nothing(client: httpx.Client) -> None:
    quote = make_quote(client, activation_lock="on")
    assert quote["disposition"]["flag"] != "resale"
    assert quote["impact"] == {"weight_g": 174.0, "co2e_avoided": None}


def test_an_imei_is_kept_as_a_keyed_digest_alone(client: httpx.Client, tmp_path: Path) -> None:
    quote = make_quote(client, view="merchant", device={"id": IPHONE, "imei": IMEI})
    assert quote["device"]["unit"]["last4"] == IMEI[-4:]
    with sqlite3.connect(tmp_path / "quotes.sqlite") as database:
        dump = "\n".join(database.iterdump())
    assert quote["device"]["unit"]["digest"] in dump
    assert IMEI not in dump
    assert IMEI[:14] not in dump


def test_an_imei_without_a_tac_table_is_referred(client: httpx.Client) -> None:
    assert make_quote(client, device={"imei": IMEI})["referral"]["code"] == "unknown_tac"


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


def test_issuing_writes_one_event_beside_the_quote(client: httpx.Client, tmp_path: Path) -> None:
    quote = make_quote(client)
    with sqlite3.connect(tmp_path / "quotes.sqlite") as database:
        rows = database.execute("SELECT quote_id, kind, actor FROM events").fetchall()
    assert rows == [(quote["id"], "issued", "default")]


def test_every_table_version_is_archived_with_the_quote(
    client: httpx.Client, settings: Settings
) -> None:
    tables = make_quote(client)["versions"]["tables"]
    assert {file.stem for file in settings.archive.glob("*.csv")} == set(tables.values())


def test_nothing_is_issued_when_the_archive_cannot_be_written(
    client: httpx.Client, settings: Settings, tmp_path: Path
) -> None:
    settings.archive.write_text("a file where the folder should be")
    answer = client.post("/v1/quotes", json=make_body())
    assert (answer.status_code, answer.json()["code"]) == (503, "archive_unavailable")
    assert answer.headers["retry-after"]
    with sqlite3.connect(tmp_path / "quotes.sqlite") as database:
        assert database.execute("SELECT count(*) FROM quotes").fetchone() == (0,)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"powers_on": "perhaps"}, "unknown_answer", "answers.powers_on"),
        ({"powers_on": True}, "unknown_answer", "answers.powers_on"),
        ({"battery_health": 101}, "unknown_answer", "answers.battery_health"),
        ({"battery_health": 88.0}, "unknown_answer", "answers.battery_health"),
        ({"battery_health": [88]}, "unknown_answer", "answers.battery_health"),
        ({"colour": "red"}, "unknown_question", "answers.colour"),
        ({"powers_on": "no"}, "impossible_answers", "answers.display_works"),
        ({"device": {"storage_gb": 128}}, "device_needed", "device"),
        ({"device": {"imei": "12345"}}, "not_an_identifier", "device.identifier"),
        ({"device": {"name": 13}}, "invalid_request", "device.name"),
        ({"device": {"name": "iPhone 13", "storage_gb": "128"}}, "invalid_request",
         "device.storage_gb"),
        ({"device": {"name": "iPhone 13", "colour": "red"}}, "invalid_request", "device.colour"),
        ({"device": {"name": "iPhone 13", "id": IPHONE}}, "invalid_request", "device"),
        ({"device": {"name": "x" * 121}}, "invalid_request", "device.name"),
        ({"market": "atlantis"}, "unknown_market", "market"),
        ({"market": "us-usd-sold-real"}, "unknown_market", "market"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_what_is_accepted(
    client: httpx.Client, changes: dict[str, Any], code: str, field: str
) -> None:
    answer = client.post("/v1/quotes", json=make_body(**changes))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in problem["errors"]]
    assert problem["request_id"] == answer.headers["x-request-id"]


def test_a_context_that_no_sale_had_is_refused(client: httpx.Client) -> None:
    body = make_body() | {"context": {"channel": "stall"}}
    problem = client.post("/v1/quotes", json=body).json()
    assert problem["code"] == "unknown_context"
    assert problem["errors"][0]["accepted"] == "online, store"
    assert client.post("/v1/quotes", json=body | {"context": {"channel": "online"}}).is_success


@pytest.mark.parametrize(
    "body",
    [
        make_body(device={"name": IMEI}),
        make_body(device={"name": f"iPhone {IMEI}"}),
        make_body(device={"name": "iPhone 13", IMEI: 1}),
        make_body(device={"imei": int(IMEI)}),
        make_body(device={"imei": IMEI[:14] + "9"}),
        make_body(device={"imei": f"{IMEI} {IMEI}"}),
        make_body(device={"version": "49-015420-323751-8", "name": "iPhone 13"}),
        make_body(powers_on=IMEI),
        make_body(powers_on="x" * 27 + IMEI),
        make_body(battery_health=int(IMEI)),
        make_body(**{IMEI: "yes"}),
        make_body(market=IMEI),
        {**make_body(), "context": {"channel": IMEI}},
        {**make_body(), "context": {IMEI: "online"}},
        {**make_body(), IMEI: 1},
        {**make_body(), "market": {"imei": IMEI}},
        [IMEI],
    ],
)
def test_an_error_never_repeats_an_imei(client: httpx.Client, body: Any) -> None:
    answer = client.post("/v1/quotes", json=body)
    assert answer.status_code == 422, answer.text
    digits = "".join(c for c in answer.text if c.isdigit())
    assert IMEI[:10] not in digits
    assert IMEI[2:12] not in digits


RAW = b'{"device": {"id": "%s"}, "answers": %s}'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        RAW % (IPHONE.encode(), b'{"battery_health": NaN}'),
        RAW % (IPHONE.encode(), b'{"battery_health": Infinity}'),
        RAW % (IPHONE.encode(), b'{"battery_health": 1e999}'),
        RAW % (b"\\ud800", b"{}"),
        RAW % (b"a\\u0000b", b"{}"),
        RAW % (IPHONE.encode(), b'{"powers_on": "no", "powers_on": "yes"}'),
        b"[" * 2000 + b"]" * 2000,
        b"[" * 1000 + b"]" * 1000,
        b"null",
        b'"text"',
    ],
)
def test_what_is_not_strict_json_is_refused(client: httpx.Client, body: bytes) -> None:
    json = {"content-type": "application/json"}
    answer = client.post("/v1/quotes", content=body, headers=json)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_over_64_kib_is_refused_announced_or_not(client: httpx.Client) -> None:
    json = {"content-type": "application/json"}
    large = b'{"device": "' + b"x" * 70_000 + b'"}'
    announced = client.post("/v1/quotes", content=large, headers=json)
    streamed = client.post("/v1/quotes", content=iter([large[:40_000], large[40_000:]]),
                           headers=json)  # fmt: skip
    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_body_that_is_not_json_by_its_type_is_refused(client: httpx.Client) -> None:
    answer = client.post("/v1/quotes", content=b"{}", headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_another_method_and_another_address_are_problems_too(client: httpx.Client) -> None:
    wrong_method, nowhere = client.delete("/v1/quotes"), client.get("/v1/nothing")
    assert (wrong_method.status_code, wrong_method.json()["code"]) == (405, "method_not_allowed")
    assert wrong_method.headers["allow"] == "POST"
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    assert nowhere.headers["content-type"] == "application/problem+json"


def test_every_answer_has_the_security_headers(client: httpx.Client) -> None:
    for answer in (client.get("/healthz"), client.get("/docs"), client.get("/nothing")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_fault_of_ours_shows_an_id_and_nothing_else(
    client: httpx.Client, entropy: FakeEntropy
) -> None:
    entropy.laid_down = ["not bytes"]  # type: ignore[list-item]  # a fault, on purpose
    answer = client.post("/v1/quotes", json=make_body())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "Traceback" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_the_answers_in_the_request_are_all_of_the_registry() -> None:
    assert set(GOOD) == {
        q.id for q in questions_for(Category.PHONE) if all(c.answer == "yes" for c in q.asked_when)
    }
