"""A donation's public trail: each step with its time, and nothing of who gave or of the unit."""

from collections.abc import Mapping, Sequence
from typing import Any

from valuation.domain.disposition import Route
from valuation.domain.giving import Given
from valuation.domain.happened import Happened, Kind
from valuation.domain.inspection import CounterOffer
from valuation.domain.life import Life
from valuation.domain.moves import Stage
from valuation.quotes.disposition_document import ROUTE_LABELS, saved_by
from valuation.quotes.documents import Document

STEPS: Mapping[Kind, tuple[str, str]] = {
    Kind.ACCEPTED: ("Given by its owner", "物主捐出"),
    Kind.COUNTER_ACCEPTED: ("Given by its owner after inspection", "检测后物主确认捐出"),
    Kind.RECEIVED: ("Received", "已收到"),
    Kind.INSPECTED: ("Inspected: as its owner said", "检测结果与描述一致"),
    Kind.COUNTER_OFFERED: ("Inspected: otherwise than its owner said", "检测结果与描述不一致"),
    Kind.ERASED: ("Its data were erased and verified", "数据已清除并验证"),
    Kind.SETTLED: ("Settled and on its way", "已结算，正在送达"),
    Kind.DELIVERED: ("Delivered to the cause", "已送达受赠方"),
    Kind.COMPLETED: ("The device went its way", "设备已完成处置"),
    Kind.RETURNED: ("Went back to its owner", "已退还物主"),
    Kind.RECYCLED: ("Recycled", "已回收"),
    Kind.REVERSED: ("Taken back", "已撤销"),
    Kind.REROUTED: ("Went another way", "改变去向"),
}


def trail_document(
    document: Mapping[str, Any], settling: Mapping[str, Any], life: Life, events: Sequence[Happened]
) -> Document:
    """What the public sees of a life with a gift. ``settling``: the device as it was found.

    The amount is told where it is what was given; the value of a device that is given is not. What
    an inspection found counts once the owner agreed to it.
    """
    gift, countered = life.gift, life.last(Kind.COUNTER_OFFERED)
    assert gift is not None  # noqa: S101 -- there is no trail without one
    amount, currency = life.amount or 0, document["policy"]["step"]["currency"]
    if countered and life.last(Kind.COUNTER_ACCEPTED) is None:
        assert isinstance(countered.detail, CounterOffer)  # noqa: S101 -- its kind has one
        settling, amount = document, countered.detail.agreed
    device, disposition = settling["device"], settling["disposition"]
    of_device = gift.what is Given.DEVICE
    route = life.rerouted or (Route.DONATE if of_device else Route(disposition["route"]))
    settled = life.stage is Stage.SETTLED
    there = settled and route is Route.DONATE if of_device else True  # the money stays as it was
    en, zh = ROUTE_LABELS[route]
    return {
        "id": document["id"],
        "code": document["code"],
        "data": document["data"],
        **({"notice": document["notice"]} if "notice" in document else {}),
        **({"mode": document["mode"]} if "mode" in document else {}),
        "cause": {"id": gift.cause, "en": gift.en, "zh": gift.zh},
        "what": gift.what.value,
        "offer": None if of_device else {"amount": amount, "currency": currency},
        "device": {name: device[name] for name in ("name", "name_zh", "category")},
        "route": {"route": route.value, "en": en, "zh": zh},
        "saves": saved_by(disposition, route) if life.completed else None,
        "delivered": life.delivered and there,
        "trail": [_step(each) for each in events if each.kind in STEPS],
    }


def _step(event: Happened) -> Document:
    en, zh = STEPS[event.kind]
    digests = [each.digest for each in event.evidence]
    shown = digests if event.kind is Kind.DELIVERED else []
    return {
        "kind": event.kind.value,
        "at": event.at.isoformat().replace("+00:00", "Z"),
        "en": en,
        "zh": zh,
        **({"evidence": shown} if shown else {}),
    }
