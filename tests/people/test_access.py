"""From a token to whoever calls."""

import logging
import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, text

from tests.callers import make_clerk, make_key, make_merchant, stored_key, typed
from tests.fakes import NOON
from valuation.domain.people import SCOPES, Mode, Principal, Role, Scope
from valuation.domain.tokens import digest_of
from valuation.people.access import IDLE, REMEMBERED, Access, NotKnown
from valuation.people.enrolling import USUAL
from valuation.people.signing_in import sign_in, sign_out
from valuation.storage.engine import reading, writing
from valuation.storage.people import Clerk, PeopleStore, Store
from valuation.storage.sessions import SessionStore

HOURS = timedelta(hours=12)
SECOND = timedelta(seconds=1)


def signed_in(engine: Engine, store: Store, clerk: Clerk) -> str:
    made = sign_in(engine, typed(store, clerk), now=NOON, entropy=bytes(32), lasts=HOURS)
    return made.token


def test_a_key_speaks_for_its_merchant_with_its_scopes(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    made = make_key(engine, merchant.id, mode=Mode.TEST)
    assert Access(engine).look_up(made.token, now=NOON) == Principal(
        merchant=merchant.id, store=None, actor=f"key:{made.key.id}", role=None, scopes=USUAL,
        mode=Mode.TEST,
    )  # fmt: skip


def test_a_session_speaks_for_a_person_with_the_scopes_of_the_role(engine: Engine) -> None:
    merchant, store = make_merchant(engine)
    clerk = make_clerk(engine, store, Role.AUDITOR)
    token = signed_in(engine, store, clerk)
    assert Access(engine).look_up(token, now=NOON) == Principal(
        merchant=merchant.id, store=store.id, actor=f"clerk:{clerk.id}", role=Role.AUDITOR,
        scopes=SCOPES[Role.AUDITOR], mode=Mode.LIVE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("vk_live_" + "0" * 64, "copied whole"),
        ("vs_" + "0" * 64, "sign in again"),
        ("vk_live_short", "neither a key"),
        ("", "neither a key"),
    ],
)
def test_a_token_that_nobody_has_is_nobodys(engine: Engine, token: str, said: str) -> None:
    access = Access(engine)
    with pytest.raises(NotKnown, match=said):
        access.look_up(token, now=NOON)
    assert access.remembered(token, now=NOON) is None


def test_whoever_was_looked_up_is_remembered_for_two_seconds(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    token = make_key(engine, merchant.id).token
    access = Access(engine)
    assert access.remembered(token, now=NOON) is None
    known = access.look_up(token, now=NOON)
    assert access.remembered(token, now=NOON + REMEMBERED - SECOND) == known
    assert access.remembered(token, now=NOON + REMEMBERED) is None
    assert timedelta(seconds=2) >= REMEMBERED


def test_a_clock_that_was_set_back_remembers_nobody(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    token = make_key(engine, merchant.id).token
    access = Access(engine)
    access.look_up(token, now=NOON)
    assert access.remembered(token, now=NOON - SECOND) is None


def test_one_look_up_asks_the_database_once(engine: Engine) -> None:
    merchant, store = make_merchant(engine)
    tokens = [
        make_key(engine, merchant.id).token,
        signed_in(engine, store, make_clerk(engine, store)),
    ]
    asked: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    access = Access(engine)
    for token in tokens:
        access.look_up(token, now=NOON)
    assert [statement.split()[0] for statement in asked if "SELECT" in statement] == ["SELECT"] * 2


def test_a_revoked_key_is_refused_at_the_next_look_up(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    made = make_key(engine, merchant.id)
    with writing(engine) as connection:
        PeopleStore(connection).revoke_key(made.key.id, at=NOON)
    with pytest.raises(NotKnown, match="revoked"):
        Access(engine).look_up(made.token, now=NOON)


def test_a_disabled_clerk_has_no_session_any_more(engine: Engine) -> None:
    _, store = make_merchant(engine)
    clerk = make_clerk(engine, store)
    token = signed_in(engine, store, clerk)
    with writing(engine) as connection:
        PeopleStore(connection).disable_clerk(clerk.id, at=NOON)
    with pytest.raises(NotKnown, match="manager"):
        Access(engine).look_up(token, now=NOON)


def test_a_session_ends_after_its_hours_however_busy_it_is(engine: Engine) -> None:
    _, store = make_merchant(engine)
    token, access = signed_in(engine, store, make_clerk(engine, store)), Access(engine)
    now = NOON
    while now < NOON + HOURS:
        access.look_up(token, now=now)
        now += timedelta(minutes=20)
    with pytest.raises(NotKnown, match="over"):
        access.look_up(token, now=NOON + HOURS)
    access.look_up(token, now=NOON + HOURS - SECOND)
    assert access.remembered(token, now=NOON + HOURS) is None


def test_a_session_that_nobody_uses_ends_early(engine: Engine) -> None:
    _, store = make_merchant(engine)
    token, access = signed_in(engine, store, make_clerk(engine, store)), Access(engine)
    access.look_up(token, now=NOON + IDLE)
    with pytest.raises(NotKnown, match="over"):
        access.look_up(token, now=NOON + 2 * IDLE + SECOND)


def test_another_process_knows_that_the_session_was_used_once_it_is_marked(engine: Engine) -> None:
    _, store = make_merchant(engine)
    token, access = signed_in(engine, store, make_clerk(engine, store)), Access(engine)
    access.look_up(token, now=NOON + IDLE)
    access.mark()
    assert Access(engine).look_up(token, now=NOON + 2 * IDLE)


def test_a_session_that_was_ended_is_nobodys(engine: Engine) -> None:
    _, store = make_merchant(engine)
    token, access = signed_in(engine, store, make_clerk(engine, store)), Access(engine)
    access.look_up(token, now=NOON)
    sign_out(engine, token)
    access.forget(token)
    assert access.remembered(token, now=NOON) is None
    with pytest.raises(NotKnown, match="ended"):
        access.look_up(token, now=NOON)


def test_the_last_use_is_written_when_it_is_marked_and_by_no_request(engine: Engine) -> None:
    merchant, _ = make_merchant(engine)
    made, access = make_key(engine, merchant.id), Access(engine)
    access.look_up(made.token, now=NOON)
    access.look_up(made.token, now=NOON + SECOND)
    assert stored_key(engine, made).last_used_at is None
    access.mark()
    assert stored_key(engine, made).last_used_at == NOON + SECOND
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)
    access.mark()
    assert commits == []


def test_marking_goes_on_after_a_failure_and_ends_with_a_last_mark(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    merchant, _ = make_merchant(engine)
    made, access, stop = make_key(engine, merchant.id), Access(engine), threading.Event()
    access.look_up(made.token, now=NOON)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE api_keys RENAME TO elsewhere"))
    stop.set()
    with caplog.at_level(logging.ERROR):
        access.keep_marking(stop)
    assert "tried again" in caplog.text
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO api_keys"))
    access.keep_marking(stop)
    assert stored_key(engine, made).last_used_at == NOON


def test_more_callers_than_are_remembered_are_looked_up_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valuation.people.access.MOST", 1)
    merchant, _ = make_merchant(engine)
    first, second = (make_key(engine, merchant.id, Scope.QUOTES_READ).token for _ in range(2))
    access = Access(engine)
    access.look_up(first, now=NOON)
    access.look_up(second, now=NOON)
    assert access.remembered(first, now=NOON) is None
    assert access.remembered(second, now=NOON) is not None


def test_the_token_itself_is_not_kept_in_memory_or_database(engine: Engine) -> None:
    _, store = make_merchant(engine)
    token = signed_in(engine, store, make_clerk(engine, store))
    access = Access(engine)
    access.look_up(token, now=NOON)
    assert token not in repr(access)
    with reading(engine) as connection:
        assert SessionStore(connection).by_digest(digest_of(token)) is not None
        assert SessionStore(connection).by_digest(token) is None
