"""Answers kept by idempotency key, so that a till that timed out gets the same one again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from valuation.storage.quotes import Taken
from valuation.storage.tables import answers


class KeyTaken(Taken):
    """Another request of this merchant has this key: look it up."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request was answered: status, body, and where the answer's subject is found."""

    merchant: str
    key: str
    request_digest: str
    status: int
    body: str
    location: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerStore:
    """The kept answers as one transaction sees them; whoever opened it commits."""

    connection: Connection

    def get(self, *, merchant: str, key: str) -> KeptAnswer | None:
        """The answer under a merchant's key."""
        row = self.connection.execute(
            select(answers).where(answers.c.merchant == merchant).where(answers.c.key == key)
        ).first()
        return None if row is None else KeptAnswer(**row._mapping)

    def add(self, kept: Sequence[KeptAnswer]) -> None:
        """Keep answers; KeyTaken where a key has one."""
        rows = [{name: getattr(it, name) for name in it.__dataclass_fields__} for it in kept]
        try:
            self.connection.execute(insert(answers), rows)
        except IntegrityError as error:
            raise KeyTaken(", ".join(it.key for it in kept)) from error

    def forget(self, *, before: datetime) -> int:
        """Drop answers that are older; how many."""
        gone = self.connection.execute(delete(answers).where(answers.c.answered_at < before))
        return gone.rowcount
