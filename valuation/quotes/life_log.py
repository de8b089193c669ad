"""Events of a quote's life as rows: the kind, who, when, and a payload of canonical JSON."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, cast

import orjson

from valuation.domain.happened import DETAILS, Detail, Happened, Kind, Opening
from valuation.domain.lifecycle import ImpossibleHistory
from valuation.domain.records import Actor, Evidence, Role
from valuation.quotes.documents import Document, canonical
from valuation.storage.quotes import Event

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# What quotes had as their only event before they had a life: the document says the rest.
ISSUED = "issued"
# With what a life begins, by the outcome that the document tells.
OPENED = {
    "offer": Kind.OFFERED, "refused": Kind.OFFERED, "indicative": Kind.INDICATIVE,
    "value-only": Kind.VALUED, "referral": Kind.REFERRED,
}  # fmt: skip


def event_of(
    happened: Happened, *, quote_id: str, position: int, told: Document | None = None
) -> Event:
    """The row of an event; ``told``: what else is kept with it, such as a counter-offer's lines."""
    payload: Document = {
        "role": happened.actor.role.value,
        "evidence": _plain(happened.evidence),
        "detail": _plain(happened.detail),
        "told": told,
    }
    return Event(
        quote_id=quote_id,
        position=position,
        kind=happened.kind.value,
        actor=happened.actor.id,
        at=happened.at,
        payload=canonical(payload).decode(),
    )


def happened_of(event: Event, document: Mapping[str, object]) -> Happened:
    """The event of a row; ImpossibleHistory where it is none. ``document`` is its quote's."""
    try:
        if event.kind == ISSUED:
            return _issued(event, document)
        kind, payload = Kind(event.kind), orjson.loads(event.payload)
        return Happened(
            kind=kind,
            actor=Actor(role=Role(payload["role"]), id=event.actor),
            at=event.at,
            evidence=_reader(tuple[Evidence, ...]).validate_python(payload["evidence"]),
            detail=_detail(kind, payload["detail"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ImpossibleHistory(f"event {event.position} of {event.quote_id}: {error}") from error


def role_of(event: Event) -> Role:
    """As what the actor acted."""
    if event.kind == ISSUED:
        return Role.MERCHANT
    return Role(orjson.loads(event.payload)["role"])


def told_of(event: Event) -> Document | None:
    """What is kept with an event besides."""
    payload: dict[str, Any] = orjson.loads(event.payload)
    return cast(Document | None, payload.get("told"))


def _detail(kind: Kind, data: object) -> Detail:
    possible = [each for each in DETAILS.get(kind, (NoneType,)) if each is not NoneType]
    if data is None or not possible:
        return None
    return cast(Detail, _reader(possible[0]).validate_python(data))


@cache
def _reader(kind: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter  # 0.1 s, and a quote that is made reads no event

    return TypeAdapter(kind)


def _plain(part: object) -> object:
    """As JSON-able data; a span of time in seconds."""
    return orjson.loads(orjson.dumps(part, default=_seconds))


def _seconds(part: object) -> float:
    if isinstance(part, timedelta):
        return part.total_seconds()
    raise TypeError(f"{type(part).__name__} is kept in no event")


def _issued(event: Event, document: Mapping[str, Any]) -> Happened:
    policy, disposition = document["policy"], document["disposition"] or {"conditions": []}
    days = timedelta(days=policy["validity_days"])
    return Happened(
        kind=OPENED[document["outcome"]],
        actor=Actor(role=Role.MERCHANT, id=event.actor),
        at=event.at,
        detail=Opening(
            amount=document["offer"] and document["offer"]["amount"],
            valid_until=event.at + days,
            receive_within=days,
            answer_within=days,
            conditions=tuple(each["code"] for each in disposition["conditions"]),
        ),
    )
