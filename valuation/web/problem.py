"""Errors as RFC 9457 problem+json, which never repeat what could be an IMEI."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from fastapi import Response
from pydantic import BaseModel

from valuation.domain.redaction import redacted

MEDIA_TYPE = "application/problem+json"
LONGEST = 80
RETRY = {"Retry-After": "5"}  # seconds


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, and what would be accepted.

    ``pointer`` is where it stands in the body (RFC 6901); None for what stands elsewhere.
    """

    field: str
    message: str
    accepted: str | None = None
    pointer: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as it is answered; ``code`` is stable, the sentences may change.

    ``besides`` are members of its own, after those that every problem has.
    """

    status: int
    code: str
    title: str
    detail: str
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    besides: Mapping[str, object] = field(default_factory=dict)

    def response(self, request_id: str) -> Response:
        """The problem as a response."""
        body = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id,
            "errors": list(self.errors),
            **self.besides,
        }
        content = orjson.dumps(body)
        return Response(content, self.status, dict(self.headers), MEDIA_TYPE)


class FieldErrorOut(BaseModel):
    """A field of a problem."""

    field: str
    message: str
    accepted: str | None
    pointer: str | None


class ProblemOut(BaseModel):
    """RFC 9457; ``variants`` stand beside it where a device model is known and its variant not."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldErrorOut]


def in_body(place: Sequence[str], message: str, accepted: str | None = None) -> FieldError:
    """What is wrong at a place of the body, given as the names that lead to it from the top."""
    shown = [redact(name) for name in place]
    pointer = "".join(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in shown)
    return FieldError(".".join(shown) or "body", message, accepted, pointer)


def redact(text: str) -> str:
    """The text, shortened, without anything that could identify a unit."""
    return redacted(text)[:LONGEST]
