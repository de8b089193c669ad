"""Sessions of people who signed in: digests of their tokens, each with an end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from valuation.domain.people import Role
from valuation.storage.tables import clerks, sessions, stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in person's time at the counter."""

    digest: str
    clerk_id: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime


class Seat(NamedTuple):
    """A session with who sits there."""

    session: Session
    role: Role
    disabled_at: datetime | None
    store_id: str
    merchant_id: str


@dataclass(frozen=True, slots=True)
class SessionStore:
    """The sessions as one transaction sees them; whoever opened it commits."""

    connection: Connection

    def add(self, session: Session) -> None:
        """Write a session."""
        row = {name: getattr(session, name) for name in Session.__dataclass_fields__}
        self.connection.execute(insert(sessions), row)

    def by_digest(self, digest: str) -> Seat | None:
        """The session with a token's digest and its clerk, ended and disabled ones too."""
        asked = (
            select(sessions, clerks.c.role, clerks.c.disabled_at, stores.c.id, stores.c.merchant_id)
            .join(clerks, clerks.c.id == sessions.c.clerk_id)
            .join(stores, stores.c.id == clerks.c.store_id)
            .where(sessions.c.digest == digest)
        )
        row = self.connection.execute(asked).first()
        if row is None:
            return None
        *cells, role, disabled_at, store_id, merchant_id = row
        session = Session(**dict(zip(sessions.c.keys(), cells, strict=True)))
        return Seat(session, Role(role), disabled_at, store_id, merchant_id)

    def end(self, digest: str) -> None:
        """Forget a session."""
        self.connection.execute(delete(sessions).where(sessions.c.digest == digest))

    def drop_over(self, clerk_id: str, *, now: datetime) -> None:
        """Forget a clerk's sessions whose time is over."""
        over = (sessions.c.clerk_id == clerk_id) & (sessions.c.expires_at <= now)
        self.connection.execute(delete(sessions).where(over))

    def mark_used(self, used: Mapping[str, datetime]) -> None:
        """When sessions were last used, by digest; never an earlier moment than is there."""
        # In one order, so that two processes do not wait for each other's rows.
        for digest, at in sorted(used.items()):
            this = (sessions.c.digest == digest) & (sessions.c.last_used_at < at)
            self.connection.execute(update(sessions).where(this).values(last_used_at=at))
