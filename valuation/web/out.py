"""What every schema of an answer is made of; no field has a default.

Quotes are sent as they are stored. The schemas describe them, and a test holds one to the other.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Out(BaseModel):
    """What is sent: these fields and no others."""

    model_config = ConfigDict(extra="forbid")


# A member that most documents are without; sent as stored, so nobody ever sees this default.
Sometimes: Any = Field(default=None)


class Money(Out):
    """Minor units of an ISO 4217 currency."""

    amount: int
    currency: str


class Span(Out):
    """Between two amounts."""

    low: Money
    high: Money


class Reason(Out):
    """A reason or condition, in two languages."""

    code: str
    en: str
    zh: str
