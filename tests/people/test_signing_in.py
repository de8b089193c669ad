"""PINs that are wrong, and locks."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.callers import OTHER_PIN, PIN, make_clerk, make_merchant, stored_clerk, typed
from tests.fakes import NOON
from valuation.people.signing_in import (
    LOCKED_FOR,
    WRONG_PINS,
    ClerkLocked,
    SignedIn,
    SignIn,
    WrongPin,
    sign_in,
)
from valuation.storage.engine import writing
from valuation.storage.people import Clerk, PeopleStore, Store


def try_in(engine: Engine, what: SignIn, *, minutes: float = 0, entropy: int = 0) -> SignedIn:
    return sign_in(
        engine, what, now=NOON + timedelta(minutes=minutes), entropy=bytes([entropy]) * 32,
        lasts=timedelta(hours=1),
    )  # fmt: skip


def shut_out(engine: Engine, store: Store, clerk: Clerk) -> None:
    """Wrong PINs until no more are taken."""
    for _ in range(WRONG_PINS - 1):
        with pytest.raises(WrongPin):
            try_in(engine, typed(store, clerk, OTHER_PIN))
    with pytest.raises(ClerkLocked):
        try_in(engine, typed(store, clerk, OTHER_PIN))


def test_the_right_pin_signs_in_until_the_hours_are_over(engine: Engine) -> None:
    _, store = make_merchant(engine)
    clerk = make_clerk(engine, store)
    made = try_in(engine, typed(store, clerk))
    assert made.token.startswith("vs_")
    assert made.clerk == clerk
    assert made.expires_at == NOON + timedelta(hours=1)
    assert made.token not in repr(made)
    assert PIN not in repr(typed(store, clerk))


def test_after_five_wrong_pins_the_right_one_waits_too(engine: Engine) -> None:
    _, store = make_merchant(engine)
    clerk = make_clerk(engine, store)
    shut_out(engine, store, clerk)
    with pytest.raises(ClerkLocked, match="wait 10 min") as locked:
        try_in(engine, typed(store, clerk), minutes=5)
    assert locked.value.wait == timedelta(minutes=10)
    assert try_in(engine, typed(store, clerk), minutes=15)


def test_a_lock_that_is_over_begins_a_new_count(engine: Engine) -> None:
    _, store = make_merchant(engine)
    clerk = make_clerk(engine, store)
    shut_out(engine, store, clerk)
    with pytest.raises(WrongPin):
        try_in(engine, typed(store, clerk, OTHER_PIN), minutes=16)
    assert stored_clerk(engine, clerk).wrong_pins == 1


def test_the_right_pin_takes_the_count_back(engine: Engine) -> None:
    _, store = make_merchant(engine)
    clerk = make_clerk(engine, store)
    for number in range(3):
        for _ in range(WRONG_PINS - 1):
            with pytest.raises(WrongPin):
                try_in(engine, typed(store, clerk, OTHER_PIN))
        try_in(engine, typed(store, clerk), entropy=number)
    assert stored_clerk(engine, clerk).wrong_pins == 0


def test_a_colleague_is_not_locked_out_with_somebody(engine: Engine) -> None:
    _, store = make_merchant(engine)
    clerk, colleague = make_clerk(engine, store), make_clerk(engine, store, name="Lan")
    shut_out(engine, store, clerk)
    assert try_in(engine, typed(store, colleague))


def test_many_guesses_at_once_are_no_more_than_five(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, store = make_merchant(engine)
    clerk = make_clerk(engine, store)
    looked_at: list[str] = []
    meanwhile = threading.Barrier(WRONG_PINS)

    def compare(pin: str, _: str) -> bool:
        looked_at.append(pin)
        meanwhile.wait(10)  # until all that are allowed have been let in
        return False

    monkeypatch.setattr("valuation.people.signing_in.is_pin", compare)
    became: list[type[Exception]] = []

    def guess() -> None:
        try:
            try_in(engine, typed(store, clerk, OTHER_PIN))
        except (WrongPin, ClerkLocked) as error:
            became.append(type(error))

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == WRONG_PINS
    assert (became.count(WrongPin), became.count(ClerkLocked)) == (4, 16)


def test_which_of_the_three_is_wrong_is_not_said(engine: Engine) -> None:
    _, store = make_merchant(engine)
    clerk = make_clerk(engine, store)
    disabled = make_clerk(engine, store)
    with writing(engine) as connection:
        PeopleStore(connection).disable_clerk(disabled.id, at=NOON)
    said = set()
    for what in (
        SignIn(store="XXXXXX", clerk=clerk.code, pin=PIN),
        SignIn(store=store.code, clerk="XXXX", pin=PIN),
        typed(store, clerk, OTHER_PIN),
        typed(store, disabled),
    ):
        with pytest.raises(WrongPin) as refused:
            try_in(engine, what)
        said.add(str(refused.value))
    assert len(said) == 1


def test_the_lock_is_long_enough_that_guessing_a_pin_takes_weeks() -> None:
    tries = 10_000 / WRONG_PINS
    assert tries * LOCKED_FOR > timedelta(weeks=2)
