"""A receipt: what the customer takes home, cleaned of what names the unit, not yet signed."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson

from valuation.domain.money import Money, UnknownCurrency
from valuation.domain.redaction import DIGEST, holds_identifier
from valuation.quotes.documents import Document, canonical, digest

SCHEMA = "tradein-receipt/1"
ID = re.compile(r"[a-z]{2}_[0-9a-v]{26}")
CODE = re.compile(r"[0-9A-Z]{3}-[0-9A-Z]{4}")
SHA256 = re.compile(r"[0-9a-f]{64}")
UNIT = "unit"
UNIT_FIELDS = ("kind", "last4")  # its digest could be tried against every IMEI if the key leaked
SHOWN = 4


class Kind(StrEnum):
    """What a receipt is of."""

    QUOTE = "quote"
    ACCEPTANCE = "acceptance"
    COUNTER_OFFER = "counter-offer"
    SETTLEMENT = "settlement"
    BASKET = "basket"
    BASKET_SETTLEMENT = "basket-settlement"
    DONATION = "donation"


class ReceiptRefused(ValueError):
    """A body that may not be signed; says why and repeats nothing of it."""


def receipt_of(
    body: Mapping[str, object],
    *,
    kind: Kind,
    issued_at: datetime,
    quote_digest: str | None,
    key_id: str,
) -> Document:
    """What is signed of a customer's view or of a later step; ReceiptRefused.

    ``body`` has the quote's ``id`` and ``code``; its ``offer`` or ``indicative`` is the amount.
    ``quote_digest`` None: of what everybody may read. The digest of a quote could be tried against
    every grade and price; in its place stands that of the body as it is signed.
    """
    shown = _without_unit_digests(_plain(body))
    quote_digest = digest(canonical(shown)) if quote_digest is None else quote_digest
    if issued_at.tzinfo is None or not SHA256.fullmatch(quote_digest):
        raise ReceiptRefused("a receipt needs a moment with a time zone and the quote's SHA-256")
    for name, accepted in (("id", ID), ("code", CODE)):
        if not accepted.fullmatch(str(shown.get(name))):
            raise ReceiptRefused(f"the {name} of a quote is needed")
    if any(_identifies(value, shown["id"]) for value in _leaves(shown)):
        raise ReceiptRefused(
            "it holds what looks like an IMEI; four digits of it are shown at most"
        )
    amounts_of(shown)
    return {
        "schema": SCHEMA,
        "kind": kind.value,
        "key_id": key_id,
        "issued_at": stamp(issued_at),
        "quote": shown["id"],
        "quote_digest": quote_digest,
        "body": shown,
    }


def amounts_of(body: Mapping[str, Any]) -> tuple[Money, ...]:
    """The offer, or both ends of an indicative span, or nothing; ReceiptRefused."""
    offer, span = body.get("offer"), body.get("indicative")
    found = [offer] if offer else [span["low"], span["high"]] if span else []
    try:
        return tuple(Money(each["amount"], each["currency"]) for each in found)
    except (KeyError, TypeError, UnknownCurrency):
        raise ReceiptRefused("an amount is whole minor units and a currency") from None


def stamp(moment: datetime) -> str:
    """A moment as documents write it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plain(body: Mapping[str, object]) -> dict[str, Any]:
    try:
        plain: dict[str, Any] = orjson.loads(canonical(body))
    except orjson.JSONEncodeError:
        raise ReceiptRefused("it is no JSON") from None
    return plain


def _without_unit_digests(value: Any, name: str = "") -> Any:
    match value:
        case dict():
            unit = name == UNIT or "last4" in value  # whatever a later step calls the other unit
            names = set(UNIT_FIELDS) if unit else value.keys() - {"unit_digest"}
            return {
                each: _without_unit_digests(found, each)
                for each, found in value.items()
                if each in names
            }
        case list():
            return [_without_unit_digests(each, name) for each in value]
        case str() if name == "last4" and len(value) > SHOWN:
            raise ReceiptRefused("four digits of an identifier are shown at most")
        case float() if value.is_integer():
            # JavaScript writes 174.0 as 174: such a copy must still be the signed one.
            return int(value)
        case _:
            return value


def _leaves(value: Any) -> Iterator[str | int]:
    match value:
        case dict():
            yield from value
            for each in value.values():
                yield from _leaves(each)
        case list():
            for each in value:
                yield from _leaves(each)
        case str() | int():
            yield value


def _identifies(value: str | int, quote: str) -> bool:
    """Whether it could name a unit; the quote's own id and SHA-256 digests are long too."""
    text = str(value)
    return text != quote and not DIGEST.fullmatch(text) and holds_identifier(text)
