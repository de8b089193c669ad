"""Sign in at a counter with codes and a PIN, and out again."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from valuation.domain.tokens import digest_of, session_token
from valuation.storage.engine import writing
from valuation.storage.people import Clerk, PeopleStore
from valuation.storage.pins import is_pin, nobodys_hash
from valuation.storage.sessions import Session, SessionStore

PIN = re.compile(r"[0-9]{4,8}")
WRONG_PINS = 5  # in a row; after them nobody signs in for a while, whatever the PIN
LOCKED_FOR = timedelta(minutes=15)


class WrongPin(ValueError):
    """Store code, clerk code or PIN is wrong: which of them is not said."""


class ClerkLocked(RuntimeError):
    """Too many wrong PINs in a row; ``wait`` until another is taken."""

    def __init__(self, wait: timedelta) -> None:
        minutes = -(-wait // timedelta(minutes=1))
        super().__init__(
            f"{WRONG_PINS} wrong PINs in a row: wait {minutes} min before the next try; "
            "whoever forgot the PIN asks the manager for a new code"
        )
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What somebody types at the counter."""

    store: str
    clerk: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that began; the token is shown this once."""

    token: str = field(repr=False)
    clerk: Clerk
    expires_at: datetime


def sign_in(
    engine: Engine, typed: SignIn, *, now: datetime, entropy: bytes, lasts: timedelta
) -> SignedIn:
    """A session for the right PIN; WrongPin, ClerkLocked or DatabaseUnavailable.

    Each try is counted before the PIN is looked at, so many at once are no more tries than one
    after the other; the right PIN takes the count back.
    """
    clerk, last_try = _counted(engine, typed, now)
    right = is_pin(typed.pin, clerk.pin_hash if clerk else nobodys_hash())
    if last_try and not right:
        raise ClerkLocked(LOCKED_FOR)
    if clerk is None or clerk.disabled_at is not None or not right:
        raise WrongPin("the store code, the clerk code or the PIN is wrong")
    token = session_token(entropy=entropy)
    session = Session(
        digest=digest_of(token), clerk_id=clerk.id, created_at=now, expires_at=now + lasts,
        last_used_at=now,
    )  # fmt: skip
    with writing(engine) as connection:
        PeopleStore(connection).count_pins(clerk.id, wrong=0, locked_until=None)
        sessions = SessionStore(connection)
        sessions.drop_over(clerk.id, now=now)
        sessions.add(session)
    return SignedIn(token=token, clerk=clerk, expires_at=session.expires_at)


def sign_out(engine: Engine, token: str) -> None:
    """End the session with this token."""
    with writing(engine) as connection:
        SessionStore(connection).end(digest_of(token))


def _counted(engine: Engine, typed: SignIn, now: datetime) -> tuple[Clerk | None, bool]:
    """Who signs in, with this try counted, and whether it is the last one; ClerkLocked."""
    with writing(engine) as connection:
        people = PeopleStore(connection)
        clerk = people.clerk_by_codes(typed.store, typed.clerk)
        if clerk is None:
            return None, False
        if until := clerk.locked_at(now):
            raise ClerkLocked(until - now)
        # A lock that is over begins a new count.
        wrong = (0 if clerk.locked_until else clerk.wrong_pins) + 1
        last_try = wrong >= WRONG_PINS
        locked_until = now + LOCKED_FOR if last_try else None
        people.count_pins(clerk.id, wrong=wrong, locked_until=locked_until)
        return clerk, last_try
