"""Test keys and live keys of one merchant, each with quotes of its own."""

from typing import Any

import httpx
import orjson
import pytest

from tests.callers import bearer, make_key, make_merchant
from tests.web.answers import IMEI, IPHONE, make_body
from tests.web.erasures import make_record
from tests.web.people import engine_of
from valuation.domain.people import Mode, Scope
from valuation.receipts.key_folder import read_ring
from valuation.receipts.verifying import Authentic, verify
from valuation.settings import Settings
from valuation.web.life_schemas import LifeOut
from valuation.web.quote_schemas import CustomerQuote, MerchantQuote

UNIT = {"id": IPHONE, "identifier": IMEI}
Headers = dict[str, str]


@pytest.fixture
def keys(client: httpx.Client) -> dict[Mode, Headers]:
    """A live and a test key of one merchant, who may do everything."""
    engine = engine_of(client)
    merchant, _ = make_merchant(engine)
    return {mode: bearer(make_key(engine, merchant.id, *Scope, mode=mode).token) for mode in Mode}


def made(client: httpx.Client, headers: Headers, *, view: str = "customer", **more: str) -> Any:
    answer = client.post(
        "/v1/quotes", params={"view": view}, json=make_body(device=UNIT), headers=headers | more
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_quote_says_that_a_test_key_asked_and_a_live_one_says_nothing(
    client: httpx.Client, keys: dict[Mode, Headers]
) -> None:
    tried, live = (made(client, keys[mode]) for mode in (Mode.TEST, Mode.LIVE))
    assert (tried["mode"], "mode" in live) == ("test", False)
    assert tried["offer"] == live["offer"]
    CustomerQuote.model_validate(tried)
    MerchantQuote.model_validate(made(client, keys[Mode.TEST], view="merchant"))
    life = client.get(f"/v1/quotes/{tried['id']}/life", headers=keys[Mode.TEST]).json()
    assert LifeOut.model_validate(life).mode == "test"


@pytest.mark.parametrize(("owner", "other"), [(Mode.TEST, Mode.LIVE), (Mode.LIVE, Mode.TEST)])
def test_every_address_of_a_quote_is_404_for_a_key_of_the_other_mode(
    client: httpx.Client, keys: dict[Mode, Headers], owner: Mode, other: Mode
) -> None:
    quote = made(client, keys[owner])
    paths = client.get("/openapi.json").json()["paths"]
    addresses = [
        (method, path)
        for path, operations in paths.items()
        for method in operations
        if path.startswith("/v1/quotes/{reference}")
    ]
    assert len(addresses) >= 5
    for method, path in addresses:
        for reference in (quote["id"], quote["code"]):
            address = path.replace("{reference}", reference)
            body = make_record() if path.endswith("/erasure") else {"step": "accept"}
            sent = {} if method == "get" else {"json": body}
            answer = client.request(method, address, headers=keys[other], **sent)  # type: ignore[arg-type]  # as httpx takes them
            assert (answer.status_code, answer.json()["code"]) == (404, "quote_not_found"), address
            if method == "get" and "receipt" not in path:
                assert client.get(address, headers=keys[owner]).status_code == 200, address


def test_a_test_quote_pins_nothing_and_is_never_given_to_a_live_key(
    client: httpx.Client, keys: dict[Mode, Headers]
) -> None:
    tried = {made(client, keys[Mode.TEST])["id"] for _ in range(2)}
    live = {made(client, keys[Mode.LIVE])["id"] for _ in range(2)}
    assert (len(tried), len(live)) == (2, 1)
    assert not tried & live


def test_one_idempotency_key_has_an_answer_for_each_mode(
    client: httpx.Client, keys: dict[Mode, Headers]
) -> None:
    till = {"Idempotency-Key": "till-1"}
    tried, live = (made(client, keys[mode], **till) for mode in (Mode.TEST, Mode.LIVE))
    assert tried["id"] != live["id"]
    assert "mode" not in live
    for mode, first in ((Mode.TEST, tried), (Mode.LIVE, live)):
        assert made(client, keys[mode], **till) == first


@pytest.mark.parametrize("of", ["quote", "acceptance"])
def test_a_receipt_of_a_test_quote_says_so_on_every_form(
    client: httpx.Client, keys: dict[Mode, Headers], settings: Settings, of: str
) -> None:
    headers = keys[Mode.TEST]
    quote = made(client, headers)
    steps = f"/v1/quotes/{quote['id']}/steps"
    assert client.post(steps, json={"step": "accept"}, headers=headers).status_code == 200
    address = f"/v1/quotes/{quote['id']}/receipt"
    signed = client.get(address, params={"of": of}, headers=headers)
    assert isinstance(verify(signed.content, read_ring(settings.receipt_keys)), Authentic)
    assert orjson.loads(signed.content)["receipt"]["body"]["mode"] == "test"
    page = client.get(address, params={"of": of, "format": "html"}, headers=headers).text
    assert "TEST: binds nobody" in page
    live = made(client, keys[Mode.LIVE])
    page = client.get(
        f"/v1/quotes/{live['id']}/receipt", params={"format": "html"}, headers=keys[Mode.LIVE]
    ).text
    assert "TEST" not in page


def test_a_test_quote_replays_to_the_byte(client: httpx.Client, keys: dict[Mode, Headers]) -> None:
    quote = made(client, keys[Mode.TEST])
    replay = client.get(f"/v1/quotes/{quote['id']}/replay", headers=keys[Mode.TEST]).json()
    assert replay["same"], replay
