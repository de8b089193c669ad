"""Merchants, keys and clerks for tests of whoever asks."""

import os
from contextlib import suppress

from argon2 import PasswordHasher
from sqlalchemy import Engine

from tests.fakes import NOON
from valuation.domain.people import Mode, Role, Scope
from valuation.domain.references import new_code, new_id
from valuation.domain.tokens import SECRET_BYTES, digest_of, key_token
from valuation.people.enrolling import USUAL, Enrolment, NewKey
from valuation.people.signing_in import SignIn
from valuation.shop import DEFAULT_MERCHANT
from valuation.storage.engine import reading, writing
from valuation.storage.people import ApiKey, Clerk, Merchant, NameTaken, PeopleStore, Store

TILL = key_token(Mode.LIVE, entropy=bytes(SECRET_BYTES))
PIN, OTHER_PIN = "2468", "1357"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # its hashes say so themselves


def enrolment(engine: Engine) -> Enrolment:
    """Enters people at noon, with entropy of its own: the service's stays as laid down."""
    return Enrolment(engine=engine, now=NOON, entropy=os.urandom)


def till(engine: Engine) -> str:
    """The same key of the default merchant each time, with every scope."""
    merchant = Merchant(id=DEFAULT_MERCHANT, name="Default", created_at=NOON)
    key = ApiKey(
        id="ky_till", merchant_id=merchant.id, mode=Mode.LIVE, digest=digest_of(TILL),
        last4=TILL[-4:], scopes=frozenset(Scope), created_at=NOON, last_used_at=None,
        revoked_at=None,
    )  # fmt: skip
    with suppress(NameTaken), writing(engine) as connection:
        people = PeopleStore(connection)
        people.add_merchant(merchant)
        people.add_key(key)
    return TILL


def make_merchant(engine: Engine, name: str = "Otter Phones") -> tuple[Merchant, Store]:
    """A merchant with a store."""
    return enrolment(engine).merchant(name=name, store="Harbour Street")


def make_key(engine: Engine, merchant: str, *scopes: Scope, mode: Mode = Mode.LIVE) -> NewKey:
    """A key of a merchant."""
    return enrolment(engine).key(merchant=merchant, mode=mode, scopes=frozenset(scopes) or USUAL)


def make_clerk(engine: Engine, store: Store, role: Role = Role.CLERK, name: str = "Ming") -> Clerk:
    """Somebody of a store with ``PIN``, whose hash is quick to check."""
    clerk = Clerk(
        id=new_id("cl", entropy=os.urandom(8)), store_id=store.id,
        code=new_code(4, entropy=os.urandom(8)), name=name, role=role, pin_hash=CHEAP.hash(PIN),
        wrong_pins=0, locked_until=None, created_at=NOON, disabled_at=None,
    )  # fmt: skip
    with writing(engine) as connection:
        PeopleStore(connection).add_clerk(clerk)
    return clerk


def typed(store: Store, clerk: Clerk, pin: str = PIN) -> SignIn:
    """What the clerk types at the counter."""
    return SignIn(store=store.code, clerk=clerk.code, pin=pin)


def stored_clerk(engine: Engine, clerk: Clerk) -> Clerk:
    """The clerk as he stands in the database now."""
    with reading(engine) as connection:
        return PeopleStore(connection).clerk(clerk.id)


def stored_key(engine: Engine, made: NewKey) -> ApiKey:
    """The key as it stands in the database now."""
    with reading(engine) as connection:
        key = PeopleStore(connection).key_by_digest(made.key.digest)
    assert key is not None
    return key


def bearer(token: str) -> dict[str, str]:
    """The header that a caller sends."""
    return {"Authorization": f"Bearer {token}"}
