"""Who calls: from the token that came with a request to a principal, by one indexed look-up."""

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from valuation.domain.people import SCOPES, Mode, Principal
from valuation.domain.tokens import digest_of, is_key, is_session
from valuation.storage.engine import reading, writing
from valuation.storage.people import PeopleStore
from valuation.storage.sessions import SessionStore

logger = logging.getLogger(__name__)

REMEMBERED = timedelta(seconds=2)  # how long a revocation may go unnoticed
MOST = 1024  # callers remembered
MARK_SECONDS = 60.0  # between writes of who was here
IDLE = timedelta(minutes=30)  # without a request a session ends; to the minute, see MARK_SECONDS


class NotKnown(LookupError):
    """Nobody is known by this token; the message says what to do."""


class _Met(NamedTuple):
    """Somebody who was looked up, and until when he need not be again."""

    principal: Principal
    met_at: datetime
    until: datetime


@dataclass(slots=True, eq=False)
class Access:
    """The callers of one process. Requests only note that somebody was here; ``mark`` writes it."""

    engine: Engine
    _met: dict[str, _Met] = field(default_factory=dict)
    _keys_used: dict[str, datetime] = field(default_factory=dict)
    _sessions_used: dict[str, datetime] = field(default_factory=dict)

    def remembered(self, token: str, *, now: datetime) -> Principal | None:
        """Who was looked up with this token a moment ago; the database is not asked."""
        met = self._met.get(digest_of(token))
        # A clock that was set back remembers nobody: it would remember him for too long.
        if met is None or not met.met_at <= now < met.until:
            return None
        return met.principal

    def look_up(self, token: str, *, now: datetime) -> Principal:
        """Who has this token; NotKnown or DatabaseUnavailable."""
        digest = digest_of(token)
        if is_key(token):
            met = self._by_key(digest, now)
        elif is_session(token):
            met = self._by_session(digest, now)
        else:
            raise NotKnown("this is neither a key (vk_live_… or vk_test_…) nor a session (vs_…)")
        if len(self._met) >= MOST:
            self._met.clear()
        self._met[digest] = met
        return met.principal

    def forget(self, token: str) -> None:
        """Look the token up again when it comes next."""
        self._met.pop(digest_of(token), None)

    def mark(self) -> None:
        """Write down who was here since the last time; DatabaseUnavailable: the next time."""
        keys, sessions = dict(self._keys_used), dict(self._sessions_used)
        if not keys and not sessions:
            return
        with writing(self.engine) as connection:
            PeopleStore(connection).mark_keys_used(keys)
            SessionStore(connection).mark_used(sessions)
        for marked, used in ((keys, self._keys_used), (sessions, self._sessions_used)):
            for name, at in marked.items():
                if used.get(name) == at:
                    used.pop(name, None)

    def keep_marking(self, stop: threading.Event) -> None:
        """``mark`` once a minute until told to stop, and once more then."""
        stopped = False
        while not stopped:
            stopped = stop.wait(MARK_SECONDS)
            try:
                self.mark()
            except Exception:
                logger.exception("who was here could not be written down; it is tried again")

    def _by_key(self, digest: str, now: datetime) -> _Met:
        with reading(self.engine) as connection:
            key = PeopleStore(connection).key_by_digest(digest)
        if key is None:
            raise NotKnown("no such key: check that it was copied whole")
        if key.revoked_at is not None:
            raise NotKnown("this key was revoked: use the one that replaced it")
        self._keys_used[key.id] = now
        principal = Principal(
            merchant=key.merchant_id,
            store=None,
            actor=f"key:{key.id}",
            role=None,
            scopes=key.scopes,
            mode=key.mode,
        )
        return _Met(principal, now, now + REMEMBERED)

    def _by_session(self, digest: str, now: datetime) -> _Met:
        with reading(self.engine) as connection:
            seat = SessionStore(connection).by_digest(digest)
        if seat is None:
            raise NotKnown("no such session, or it was ended: sign in again, POST /v1/sessions")
        if seat.disabled_at is not None:
            raise NotKnown("whoever signed in here may do so no more: ask the manager")
        session = seat.session
        used = max(session.last_used_at, self._sessions_used.get(digest, session.last_used_at))
        if now >= session.expires_at or now - used > IDLE:
            raise NotKnown("this session is over: sign in again, POST /v1/sessions")
        self._sessions_used[digest] = now
        principal = Principal(
            merchant=seat.merchant_id,
            store=seat.store_id,
            actor=f"clerk:{session.clerk_id}",
            role=seat.role,
            scopes=SCOPES[seat.role],
            mode=Mode.LIVE,
        )
        return _Met(principal, now, min(session.expires_at, now + REMEMBERED))
