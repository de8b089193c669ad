"""The life of a quote as it is shown: stage, amount, deadlines, what was found, what may follow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.life import Life
from valuation.domain.lifecycle import as_at
from valuation.domain.moves import MOVES, ONWARD, Stage, Step
from valuation.domain.people import Mode
from valuation.domain.records import Role
from valuation.quotes.documents import Document, customer_view, merchant_view
from valuation.quotes.extra_lines import customers_extras
from valuation.quotes.life_log import role_of
from valuation.use_cases.living import Held
from valuation.use_cases.place_view import place_document


def life_view(held: Held, *, now: datetime, customer: bool) -> Document:
    """What holds at ``now``. The customer sees who acted by role alone, and no value or route of
    the shop's; the merchant sees everything."""
    life, found = as_at(life=held.life, now=now), held.found
    currency = _currency(held.document)
    return {
        "id": held.stored.id,
        "code": held.stored.code,
        **({"mode": Mode.TEST.value} if held.stored.mode is Mode.TEST else {}),
        "market": held.stored.market,
        "data": held.document["data"],
        "stage": life.stage.value,
        "offered": held.document["offer"],
        "amount": _money(life.amount, currency),
        "adjustment": _money(life.adjustment, currency),
        **_extras(held, customer=customer),
        **({"same_device": list(held.others)} if held.others else {}),
        **_deadlines(life),
        **_gift(life),
        "completed": None if life.completed is None else life.completed.value,
        "conditions": _conditions(held, life),
        **place_document(held.place, held.settling, now=now, customer=customer),
        "inspection": None if found is None else _found(found, currency, customer=customer),
        "events": [
            {
                "kind": event.kind,
                "at": _time(event.at),
                "role": role_of(event).value,
                "actor": None if customer and role_of(event) is not Role.CLOCK else event.actor,
            }
            for event in held.events
        ],
        "next": sorted(step.value for step in MOVES[life.stage] if _open(step, held.route, life)),
    }


def _conditions(held: Held, life: Life) -> list[Document]:
    """What the way on depends on: the gates' conditions for settlement, and the record of the
    erasure, of a resale before it is settled, else before the device is taken apart."""
    shown: list[Document] = [{"code": code, "met": code in life.met} for code in life.conditions]
    leaves = life.stage in (Stage.SETTLED, Stage.DECLINED_RECYCLING) and life.completed is None
    if life.holds_data and (leaves or FLAGS[held.route] is Flag.RESALE):
        shown.append({"code": "erasure_record", "met": life.erased is not None})
    return shown


def _gift(life: Life) -> Document:
    """What is given to whom; the amount that is told is paid to the cause, or to nobody."""
    if life.gift is None:
        return {}
    gift = life.gift
    told = {"what": gift.what.value, "cause": gift.cause, "en": gift.en, "zh": gift.zh}
    return {"donation": {**told, "delivered": life.delivered}}


def _open(step: Step, route: Route, life: Life) -> bool:
    if route is Route.REFUSE and step in ONWARD:
        return False
    if step is Step.DELIVER:
        return life.gift is not None and not life.delivered
    given = life.gives_device and life.rerouted in (None, Route.DONATE)
    return step is not Step.COMPLETE or (life.completed is None and not given)


def _extras(held: Held, *, customer: bool) -> Document:
    if held.extras is None:
        return {}
    return {"extras": customers_extras(held.extras) if customer else held.extras}


def _deadlines(life: Life) -> Document:
    return {
        "valid_until": _time(life.valid_until),
        "receive_by": None if life.receive_by is None else _time(life.receive_by),
        "answer_by": None if life.answer_by is None else _time(life.answer_by),
    }


def _found(found: Mapping[str, Any], currency: str, *, customer: bool) -> Document:
    quote = found["quote"]
    return {
        "agreed": _money(found["agreed"], currency),
        "amount": _money(found["amount"], currency),
        "difference": _money(found["difference"], currency),
        "lines": [{**line, "amount": _money(line["amount"], currency)} for line in found["lines"]],
        **_extra_differences(found, currency),
        "answers": found["answers"],
        "quote": customer_view(quote) if customer else merchant_view(quote),
    }


def _extra_differences(found: Mapping[str, Any], currency: str) -> Document:
    """What each bonus gains or loses beside the lines."""
    amounts = ("before", "after", "difference")
    lines = [
        {**line, **{name: _money(line[name], currency) for name in amounts}}
        for line in found.get("extras", ())
    ]
    return {"extras": lines} if lines else {}


def _currency(document: Mapping[str, Any]) -> str:
    step: str = document["policy"]["step"]["currency"]
    return step


def _money(amount: int | None, currency: str) -> Document | None:
    return None if amount is None else {"amount": amount, "currency": currency}


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
