"""Callers of a service: who owns a quote, a colleague, somebody else, nobody."""

from dataclasses import dataclass
from typing import cast

import httpx
from sqlalchemy import Engine

from tests.callers import bearer, make_clerk, make_key, make_merchant, typed
from valuation.domain.people import Role, Scope
from valuation.storage.people import Store


@dataclass(frozen=True)
class Shopfront:
    """A service with two merchants; every method asks without the client's own key."""

    client: httpx.Client
    store: Store
    keys: dict[str, str]

    def ask(self, who: str, method: str, address: str, **more: object) -> httpx.Response:
        """The answer to a caller by name, ``nobody`` included."""
        return ask(self.client, method, address, self.keys.get(who), **more)

    def sign_in(self, role: Role) -> str:
        """A session of somebody of the owner's store, who is then known by the role's name."""
        clerk = make_clerk(engine_of(self.client), self.store, role)
        what = typed(self.store, clerk)
        body = {"store": what.store, "clerk": what.clerk, "pin": what.pin}
        answer = ask(self.client, "POST", "/v1/sessions", None, json=body)
        self.keys[role.value] = token = str(answer.raise_for_status().json()["token"])
        return token


def shopfront(client: httpx.Client) -> Shopfront:
    """Two merchants with keys: the ``owner`` and an ``outsider``; ``colleague`` is the owner's."""
    engine = engine_of(client)
    (merchant, store), (other, _) = make_merchant(engine), make_merchant(engine, "Heron Phones")
    usual = (
        Scope.QUOTES_WRITE, Scope.QUOTES_READ, Scope.MODELS_READ, Scope.CUSTOMERS_MANAGE,
    )  # fmt: skip
    keys = {
        "owner": make_key(engine, merchant.id, *usual).token,
        "colleague": make_key(engine, merchant.id, *usual).token,
        "outsider": make_key(engine, other.id, *usual).token,
    }
    return Shopfront(client, store, keys)


def ask(
    client: httpx.Client, method: str, address: str, token: str | None, **more: object
) -> httpx.Response:
    """The answer to somebody with a token, or with none at all."""
    request = client.build_request(method, address, **more)  # type: ignore[arg-type]  # as httpx takes them
    del request.headers["authorization"]
    if token is not None:
        request.headers.update(bearer(token))
    return client.send(request)


def engine_of(client: httpx.Client) -> Engine:
    """The database of the service behind a test client."""
    return cast(Engine, client.app.state.shop.engine)  # type: ignore[attr-defined]  # of Starlette's client
