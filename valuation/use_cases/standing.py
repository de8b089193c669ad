"""What holds besides a quote's document: what has moved its amount since, and other quotes of the
same unit. It is answered beside the document, which stays as it was issued."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple, cast

import orjson
from sqlalchemy import Connection

from valuation.domain.lifecycle import fold
from valuation.quotes.documents import Document
from valuation.quotes.life_log import happened_of, told_of
from valuation.storage.quotes import QuoteStore, StoredQuote
from valuation.use_cases.one_unit import same_device

APPRAISAL = ("appraisal", "Appraised by a person", "人工评估")
INSPECTION = ("inspection", "What the inspection found", "检测结果差额")
OVERRIDE = ("override", "Another amount named by a person", "人工改价")


class Answered(NamedTuple):
    """A quote as it is answered: its document, and what holds besides, where anything does.

    ``way``: the disposition that a person chose for what was referred to one.
    """

    document: Document
    standing: Document | None = None
    way: Document | None = None


def answered(
    connection: Connection, stored: StoredQuote, *, now: datetime, digests: Collection[str] = ()
) -> Answered:
    """The quote with what holds now; ``digests``: of its unit, where it is not written yet."""
    document: Document = orjson.loads(stored.document)
    amount, lines, way = _moved(connection, stored.id, document)
    others = same_device(connection, stored, now=now, digests=digests)
    if not lines and not others:
        return Answered(document, None, way)
    return Answered(document, {"amount": amount, "lines": lines, "same_device": others}, way)


def _moved(
    connection: Connection, quote: str, document: Document
) -> tuple[object, list[Document], Document | None]:
    """The amount now, how it came from the offer (the lines with the offer sum to it), and the way
    that a person chose."""
    events = QuoteStore(connection).events(quote)
    offer = cast(dict[str, Any] | None, document["offer"])
    if not events:
        return offer, [], None
    life = fold(events=[happened_of(event, document) for event in events])
    if life.amount is None:
        return offer, [], None
    offered = offer["amount"] if offer else 0
    told = [cast(dict[str, Any], each) for event in events if (each := told_of(event))]
    appraised: int = told[0]["quote"]["offer"]["amount"] if life.appraised else offered
    found: int = told[-1]["quote"]["offer"]["amount"] if told else offered
    way: Document | None = told[0]["quote"]["disposition"] if life.appraised else None
    currency = cast(Any, document["policy"])["step"]["currency"]

    def money(amount: int) -> Document:
        return {"amount": amount, "currency": currency}

    moves = (
        (APPRAISAL, appraised - offered),
        (INSPECTION, found - appraised),
        (OVERRIDE, life.amount - found),
    )
    lines: list[Document] = [
        {"code": code, "label_en": en, "label_zh": zh, "amount": money(moved)}
        for (code, en, zh), moved in moves
        if moved
    ]
    return money(life.amount), lines, way
