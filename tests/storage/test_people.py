"""Merchants, stores, keys, clerks and sessions as rows."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from tests.callers import (
    PIN,
    enrolment,
    make_clerk,
    make_key,
    make_merchant,
    stored_clerk,
    stored_key,
)
from tests.fakes import NOON
from valuation.domain.people import Mode, Role, Scope
from valuation.people.enrolling import BadName, BadPin, TooManyKeys
from valuation.storage.engine import reading, writing
from valuation.storage.people import (
    NameTaken,
    NoSuchClerk,
    NoSuchKey,
    NoSuchMerchant,
    NoSuchStore,
    PeopleStore,
)
from valuation.storage.pins import hash_pin, is_pin
from valuation.storage.sessions import Session, SessionStore
from valuation.storage.tables import metadata

LATER = NOON + timedelta(minutes=5)


def test_a_merchant_is_found_by_id_and_by_name_and_gets_more_stores(engine: Engine) -> None:
    merchant, first = make_merchant(engine)
    same, second = enrolment(engine).merchant(name=merchant.name, store="Station")
    assert same == merchant
    with reading(engine) as connection:
        people = PeopleStore(connection)
        assert people.merchant(merchant.id) == people.merchant(merchant.name) == merchant
        assert people.merchants() == [merchant]
        assert people.stores() == [first, second]
        assert people.store(first.code.lower()) == people.store(first.id) == first


def test_the_store_never_commits(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    made = make_key(engine, merchant.id)
    with engine.connect() as connection:
        PeopleStore(connection).revoke_key(made.key.id, at=LATER)
    assert stored_key(engine, made).revoked_at is None


def test_a_key_comes_back_as_it_was_made(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    made = make_key(engine, merchant.id, Scope.MODELS_READ, Scope.AUDIT_READ, mode=Mode.TEST)
    assert stored_key(engine, made) == made.key
    assert made.key.scopes == {Scope.MODELS_READ, Scope.AUDIT_READ}
    assert made.token.endswith(made.key.last4)


def test_no_secret_is_anywhere_in_the_database(engine: Engine) -> None:
    merchant, store = make_merchant(engine)
    made = make_key(engine, merchant.id)
    clerk = enrolment(engine).clerk(store=store.code, name="Ming", role=Role.CLERK, pin="73914682")
    assert is_pin("73914682", stored_clerk(engine, clerk).pin_hash)
    with reading(engine) as connection:
        rows = [
            row for table in metadata.sorted_tables for row in connection.execute(select(table))
        ]
    dump = repr(rows)
    assert made.key.digest in dump
    assert made.token.removeprefix("vk_live_") not in dump
    assert "73914682" not in dump


def test_neither_a_key_nor_a_pin_shows_in_a_trace(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    made = make_key(engine, merchant.id)
    assert made.token not in repr(made)


def test_a_merchant_has_two_active_keys_of_a_mode_and_no_third(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    first, second = (make_key(engine, merchant.id) for _ in range(2))
    with pytest.raises(TooManyKeys, match="tradein keys revoke") as refused:
        make_key(engine, merchant.id)
    assert first.key.id in str(refused.value)
    make_key(engine, merchant.id, mode=Mode.TEST)
    with writing(engine) as connection:
        PeopleStore(connection).revoke_key(first.key.id, at=LATER)
    third = make_key(engine, merchant.name)
    with reading(engine) as connection:
        keys = PeopleStore(connection).keys(merchant.id)
    assert {key.id for key in keys if key.mode is Mode.LIVE and key.revoked_at is None} == {
        second.key.id,
        third.key.id,
    }


def test_of_many_who_ask_at_once_two_get_a_key(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    became: list[object] = []

    def ask() -> None:
        try:
            became.append(make_key(engine, merchant.id))
        except TooManyKeys:
            became.append(None)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(became), became.count(None)) == (6, 4)


def test_what_was_ended_keeps_its_first_moment(engine: Engine) -> None:
    merchant, store = make_merchant(engine)
    made, clerk = make_key(engine, merchant.id), make_clerk(engine, store)
    for at in (NOON, LATER):
        with writing(engine) as connection:
            people = PeopleStore(connection)
            assert people.revoke_key(made.key.id, at=at).revoked_at == NOON
            assert people.disable_clerk(clerk.id, at=at).disabled_at == NOON
    assert stored_key(engine, made).revoked_at == NOON
    assert stored_clerk(engine, clerk).disabled_at == NOON


def test_a_key_was_never_used_earlier_than_is_known(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    made = make_key(engine, merchant.id)
    for at in (LATER, NOON):
        with writing(engine) as connection:
            PeopleStore(connection).mark_keys_used({made.key.id: at})
    assert stored_key(engine, made).last_used_at == LATER


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\nb", "490154203237518"])
def test_a_name_that_is_none_is_refused(engine: Engine, name: str) -> None:
    with pytest.raises(BadName):
        make_merchant(engine, name)


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "１２３４", "1234\n"])
def test_a_pin_has_four_to_eight_digits(engine: Engine, pin: str) -> None:
    _, store = make_merchant(engine)
    with pytest.raises(BadPin):
        enrolment(engine).clerk(store=store.code, name="Ming", role=Role.CLERK, pin=pin)


def test_who_is_not_there_is_not_found_and_the_error_says_where_to_look(engine: Engine) -> None:
    with reading(engine) as connection:
        people = PeopleStore(connection)
        for find, error in (
            (people.merchant, NoSuchMerchant),
            (people.store, NoSuchStore),
            (people.clerk, NoSuchClerk),
        ):
            with pytest.raises(error, match="list`"):
                find("x")
        assert people.key_by_digest("x") is None
    with writing(engine) as connection, pytest.raises(NoSuchKey, match="tradein keys list"):
        PeopleStore(connection).revoke_key("x", at=NOON)


def test_a_clerk_code_is_given_once_in_a_store(engine: Engine) -> None:
    _, store = make_merchant(engine)
    clerk = make_clerk(engine, store)
    with pytest.raises(NameTaken, match="try again"), writing(engine) as connection:
        PeopleStore(connection).add_clerk(clerk)


def test_a_clerk_is_found_by_the_codes_of_his_own_store_alone(engine: Engine) -> None:
    _, store = make_merchant(engine)
    _, other = make_merchant(engine, "Heron Phones")
    clerk = make_clerk(engine, store)
    with writing(engine) as connection:
        people = PeopleStore(connection)
        assert people.clerk_by_codes(store.code.lower(), clerk.code.lower()) == clerk
        assert people.clerk_by_codes(other.code, clerk.code) is None


def test_sessions_know_their_seat_and_are_dropped_when_they_are_over(engine: Engine) -> None:
    merchant, store = make_merchant(engine)
    clerk = make_clerk(engine, store, Role.MANAGER)
    short, long = (
        Session(digest=name * 64, clerk_id=clerk.id, created_at=NOON, last_used_at=NOON,
                expires_at=NOON + timedelta(minutes=minutes))
        for name, minutes in (("a", 5), ("b", 10))
    )  # fmt: skip
    with writing(engine) as connection:
        sessions = SessionStore(connection)
        sessions.add(short)
        sessions.add(long)
        seat = sessions.by_digest(short.digest)
        assert seat == (short, Role.MANAGER, None, store.id, merchant.id)
        sessions.drop_over(clerk.id, now=LATER)
        assert sessions.by_digest(short.digest) is None
        assert sessions.by_digest(long.digest) is not None
        sessions.end(long.digest)
        assert sessions.by_digest(long.digest) is None


def test_a_pin_is_hashed_so_that_a_guess_costs() -> None:
    hashed = hash_pin(PIN)
    assert hashed.startswith("$argon2id$")
    assert "m=65536,t=3" in hashed
    assert hashed != hash_pin(PIN)
    assert is_pin(PIN, hashed)
    assert not is_pin("2469", hashed)


def test_people_cannot_be_dropped_while_something_points_at_them(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    make_key(engine, merchant.id)
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(text("DELETE FROM merchants"))
