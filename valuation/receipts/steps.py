"""Bodies for receipts of the later steps, from documents alone.

``found`` is what an inspection was told as (``valuation.quotes.finding``): whole amounts, the
device priced again, and a line for every change.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from valuation.domain.disposition import Gate
from valuation.domain.giving import Gift, Given
from valuation.quotes.disposition_document import as_given
from valuation.quotes.documents import Document, customer_view
from valuation.receipts.receipt import stamp

Told = Mapping[str, Any]


def step_body(
    document: Told,
    *,
    amount: int,
    found: Told | None = None,
    until: datetime | None = None,
    extras: Document | None = None,
    gift: Gift | None = None,
    conditions: Sequence[Gate] = (),
) -> Document:
    """The body of an acceptance, a counter-offer or a settlement over ``amount``.

    ``until``: how long it awaits an answer. Lines are told where they sum to the amount: those of
    the quote, or of the changes that an inspection found. ``extras``: what stood beside the amount.
    ``gift``: what the customer gives, and of a device the ``conditions`` of the way that it goes.
    """
    source = document if found is None else found["quote"]
    currency = source["offer"]["currency"]
    if gift and gift.what is Given.DEVICE:
        view = customer_view({**source, "disposition": as_given(source["disposition"], conditions)})
        return {**view, **_step(0, currency, until), "lines": [], **_given(gift)}
    view = customer_view({**source, "extras": extras} if extras else source)
    if gift:
        view |= _given(gift)
    if found is None:
        lines = source["lines"] if amount == source["offer"]["amount"] else []
        return {**view, **_step(amount, currency, until), "lines": lines}
    agreed = found["agreed"]
    lines = [_line(line, currency) for line in found["lines"]]
    if sum(line["amount"] for line in found["lines"]) != amount - agreed:
        lines = []
    step = _step(amount, currency, until)
    return {**view, **step, "agreed": {"amount": agreed, "currency": currency}, "lines": lines}


def _step(amount: int, currency: str, until: datetime | None) -> Document:
    return {
        "outcome": "offer",
        "offer": {"amount": amount, "currency": currency},
        "valid_until": None if until is None else stamp(until),
    }


def _given(gift: Gift) -> Document:
    return {
        "what": gift.what.value,
        "cause": {"id": gift.cause, "en": gift.en, "zh": gift.zh},
    }


def _line(line: Told, currency: str) -> Document:
    changes: Sequence[Told] = line["changes"]
    return {
        "reasons": [each["reason"] for each in changes],
        "label_en": "; ".join(each["label_en"] for each in changes),
        "label_zh": "；".join(each["label_zh"] for each in changes),
        "declared": "; ".join(str(each["declared"]) for each in changes),
        "answer": "; ".join(str(each["inspected"]) for each in changes),
        "amount": {"amount": line["amount"], "currency": currency},
        "evidence": [photo["digest"] for each in changes for photo in each["evidence"]],
    }
