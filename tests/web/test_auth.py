"""Who is answered what: each endpoint as owner, colleague, outsider and nobody."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from tests.callers import TILL, bearer, make_key, make_merchant, stored_key
from tests.databases import rows
from tests.fakes import FakeClock
from tests.web.answers import IMEI, make_body
from tests.web.people import Shopfront, ask, engine_of, shopfront
from valuation.domain.people import Role, Scope
from valuation.people.access import REMEMBERED
from valuation.storage.engine import writing
from valuation.storage.people import PeopleStore

NOBODY = "nobody"
WHO = ("owner", "colleague", "outsider", NOBODY)
OPEN = {
    "/healthz", "/readyz", "/v1/devices", "/v1/questions", "/v1/sessions", "/v1/donations/{quote}",
    "/v1/receipt-keys",
}  # fmt: skip


@pytest.fixture
def front(client: httpx.Client) -> Shopfront:
    """Two merchants and a service of their own."""
    return shopfront(client)


def made_by(front: Shopfront, who: str) -> str:
    """Where a quote of somebody's is found."""
    answer = front.ask(who, "POST", "/v1/quotes", json=make_body())
    return str(answer.raise_for_status().headers["location"])


@pytest.mark.parametrize(
    ("method", "address", "statuses"),
    [
        ("POST", "/v1/quotes", (201, 201, 201, 401)),
        ("POST", "/v1/quotes?view=merchant", (201, 201, 201, 401)),
        ("GET", "{quote}", (200, 200, 404, 401)),
        ("GET", "{quote}?view=merchant", (200, 200, 404, 401)),
        ("GET", "/v1/devices?q=iphone", (200, 200, 200, 200)),
        ("GET", "/v1/questions", (200, 200, 200, 200)),
        ("GET", "/v1/bundle", (200, 200, 200, 200)),
        ("GET", "/v1/bundle?detail=full", (200, 200, 200, 401)),
        ("DELETE", "/v1/sessions/current", (409, 409, 409, 401)),
        ("GET", "/v1/causes", (200, 200, 200, 401)),
        ("GET", "/v1/receipt-keys", (404, 404, 404, 404)),  # to all alike: nothing was signed yet
        ("GET", "/docs", (200, 200, 200, 200)),
        ("GET", "/openapi.json", (200, 200, 200, 200)),
        ("GET", "/healthz", (200, 200, 200, 200)),
        ("GET", "/readyz", (200, 200, 200, 200)),
    ],
)
def test_each_address_as_owner_colleague_outsider_and_nobody(
    front: Shopfront, method: str, address: str, statuses: tuple[int, ...]
) -> None:
    place = address.replace("{quote}", made_by(front, "owner"))
    body = {"json": make_body()} if method == "POST" else {}
    answers = [front.ask(who, method, place, **body) for who in WHO]
    assert tuple(answer.status_code for answer in answers) == statuses


@pytest.mark.parametrize(
    ("method", "address", "statuses"),
    [
        ("POST", "/v1/quotes", {Role.CLERK: 201, Role.MANAGER: 201}),
        ("POST", "/v1/quotes?view=merchant", {Role.MANAGER: 201}),
        ("GET", "{quote}", {Role.CLERK: 200, Role.MANAGER: 200, Role.AUDITOR: 200}),
        ("GET", "{quote}?view=merchant", {Role.MANAGER: 200, Role.AUDITOR: 200}),
        ("GET", "/v1/bundle?detail=full", {Role.AUDITOR: 200, Role.DATA_SCIENTIST: 200}),
    ],
)
def test_each_address_as_each_role_of_the_owners_store(
    front: Shopfront, method: str, address: str, statuses: dict[Role, int]
) -> None:
    place = address.replace("{quote}", made_by(front, "owner"))
    body = {"json": make_body()} if method == "POST" else {}
    for role in Role:
        front.sign_in(role)
        answer = front.ask(role.value, method, place, **body)
        assert answer.status_code == statuses.get(role, 403), role


def test_every_address_is_open_on_purpose_or_asks_who_calls(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    asks = {
        (path, method)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if operation.get("security")
    }
    everything = {(path, method) for path, operations in paths.items() for method in operations}
    assert {path for path, _ in everything - asks} == OPEN


def test_nobody_is_told_how_to_say_who_he_is(client: httpx.Client) -> None:
    answer = ask(client, "POST", "/v1/quotes", None, json=make_body())
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == 'Bearer realm="tradein"'
    problem = answer.json()
    assert problem["code"] == "key_needed"
    assert "tradein keys new" in problem["detail"]
    assert "/v1/sessions" in problem["detail"]


@pytest.mark.parametrize("token", ["vk_live_" + "1" * 64, "vs_" + "0" * 64, IMEI, "a b c"])
def test_a_token_that_nobody_has_is_401_and_is_not_repeated(
    client: httpx.Client, token: str
) -> None:
    answer = ask(client, "POST", "/v1/quotes", token, json=make_body())
    assert (answer.status_code, answer.json()["code"]) == (401, "key_not_known")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert token not in answer.text


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer  ", "Basic dTpw", f"Token {TILL}", TILL])
def test_another_way_to_say_it_is_none(client: httpx.Client, header: str) -> None:
    answer = client.get("/v1/quotes/AAA-AAAA", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "key_needed")


def test_the_word_bearer_may_be_spelled_in_any_case(client: httpx.Client) -> None:
    answer = client.get("/v1/quotes/AAA-AAAA", headers={"Authorization": f"bearer  {TILL}"})
    assert answer.status_code == 404


def test_nobody_is_refused_before_his_fields_are_looked_at(client: httpx.Client) -> None:
    wrong = {"device": {"id": "x"}, "answers": {}, "colour": "red"}
    assert ask(client, "POST", "/v1/quotes", None, json=wrong).status_code == 401
    assert client.post("/v1/quotes", json=wrong).status_code == 422


@pytest.mark.parametrize(
    ("scopes", "method", "address"),
    [
        ((Scope.QUOTES_READ,), "POST", "/v1/quotes"),
        ((Scope.MODELS_READ,), "POST", "/v1/quotes"),
        ((Scope.QUOTES_WRITE,), "POST", "/v1/quotes?view=merchant"),
        ((Scope.QUOTES_WRITE,), "GET", "/v1/quotes/AAA-AAAA?view=merchant"),
        ((Scope.MODELS_READ,), "GET", "/v1/quotes/AAA-AAAA"),
        ((Scope.QUOTES_READ, Scope.QUOTES_WRITE), "GET", "/v1/bundle?detail=full"),
    ],
)
def test_a_key_without_the_scope_is_403_and_told_which_it_needs(
    client: httpx.Client, scopes: tuple[Scope, ...], method: str, address: str
) -> None:
    token = make_key(engine_of(client), "default", *scopes).token
    body = {"json": make_body()} if method == "POST" else {}
    answer = ask(client, method, address, token, **body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    challenge = answer.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    needed = challenge.rpartition('scope="')[2].rstrip('"').split()
    assert needed
    assert not set(needed) & set(scopes)
    assert all(scope in answer.json()["detail"] for scope in needed)


def test_a_foreign_quote_is_as_absent_as_one_that_never_was(front: Shopfront) -> None:
    foreign = front.ask("outsider", "GET", made_by(front, "owner"))
    absent = front.ask("outsider", "GET", "/v1/quotes/qt_" + "0" * 26)
    same = ("status", "code", "title", "detail")
    assert [foreign.json()[name] for name in same] == [absent.json()[name] for name in same]


def test_a_quote_says_whose_it_is_and_its_log_who_made_it(
    front: Shopfront, database_url: str
) -> None:
    token = front.sign_in(Role.MANAGER)
    answer = ask(front.client, "POST", "/v1/quotes?view=merchant", token, json=make_body())
    assert answer.json()["merchant"] == front.store.merchant_id
    ((actor,),) = rows(database_url, "SELECT actor FROM events")
    assert str(actor).startswith("clerk:cl_")


def revoke(client: httpx.Client, key_id: str) -> None:
    with writing(engine_of(client)) as connection:
        PeopleStore(connection).revoke_key(key_id, at=FakeClock().now)


def test_a_revoked_key_is_refused_within_seconds(client: httpx.Client, clock: FakeClock) -> None:
    made = make_key(engine_of(client), "default")
    assert ask(client, "GET", "/v1/quotes/AAA-AAAA", made.token).status_code == 404
    revoke(client, made.key.id)
    clock.now += REMEMBERED
    answer = ask(client, "GET", "/v1/quotes/AAA-AAAA", made.token)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_not_known")
    assert "revoked" in answer.json()["detail"]


def test_while_a_key_is_changed_the_old_and_the_new_one_work(client: httpx.Client) -> None:
    engine = engine_of(client)
    merchant, _ = make_merchant(engine)
    old, new = (make_key(engine, merchant.id) for _ in range(2))
    statuses = [
        ask(client, "POST", "/v1/quotes", made.token, json=make_body()).status_code
        for made in (old, new)
    ]
    assert statuses == [201, 201]


def test_no_request_writes_that_its_key_was_used(client: httpx.Client) -> None:
    made = make_key(engine_of(client), "default")
    ask(client, "POST", "/v1/quotes", made.token, json=make_body()).raise_for_status()
    assert stored_key(engine_of(client), made).last_used_at is None
    client.app.state.access.mark()  # type: ignore[attr-defined]  # of Starlette's client
    assert stored_key(engine_of(client), made).last_used_at == FakeClock().now


def test_keys_are_looked_up_once_in_a_while_and_not_for_each_request(
    client: httpx.Client, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = client.app.state.access  # type: ignore[attr-defined]  # of Starlette's client
    looked_up: list[str] = []
    by_key: Callable[..., object] = type(access)._by_key

    def counted(self: object, digest: str, now: object) -> object:
        looked_up.append(digest)
        return by_key(self, digest, now)

    monkeypatch.setattr(type(access), "_by_key", counted)
    for _ in range(5):
        client.post("/v1/quotes", json=make_body()).raise_for_status()
    assert len(looked_up) == 1
    clock.now += timedelta(seconds=3)
    client.post("/v1/quotes", json=make_body()).raise_for_status()
    assert len(looked_up) == 2


def test_an_open_address_asks_no_database_and_takes_no_notice_of_a_token(
    client: httpx.Client,
) -> None:
    assert client.get("/v1/questions", headers=bearer("nonsense")).status_code == 200
    assert client.get("/v1/bundle", headers=bearer("nonsense")).status_code == 401
