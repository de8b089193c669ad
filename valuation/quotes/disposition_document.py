"""Where a device goes, as it stands in a quote's document, and in one sentence for each reader."""

from collections.abc import Mapping, Sequence
from typing import Any

from valuation.domain.device import Category
from valuation.domain.dispatch import UNATTENDED, Way
from valuation.domain.disposition import FLAGS, Flag, Gate, Route, RouteValue, best_of
from valuation.domain.money import Money
from valuation.domain.questions import holds_data
from valuation.domain.quote import Quote
from valuation.domain.way_words import INSTEAD, MOST, WORTH_MORE, Words, if_good, waste_avoided

Document = dict[str, object]

ROUTE_LABELS = {
    Route.AS_IS: ("Resold as it is", "直接转售"),
    Route.REFURBISH: ("Refurbished and resold", "翻新后转售"),
    Route.DONATE: ("Given away to be used again", "捐赠再用"),
    Route.PARTS: ("Used for parts", "拆取零件"),
    Route.DISMANTLE: ("Dismantled for its materials", "拆解回收材料"),
    Route.REFUSE: ("Not accepted", "不予回收"),
}
CUSTOMER_DISPOSITION = (
    "route", "flag", "label_en", "label_zh", "reasons", "conditions", "handling", "saves",
)  # fmt: skip
# Reasons that are told before all others, in this order.
FIRST = (
    "battery_hazard_found", "wet_found", "block_list_found", "activation_lock_found", "mdm_found",
    "erasure_impossible",
)  # fmt: skip
SETTLED = (Route.REFUSE, None)
RESALE = Flag.RESALE
ERASURE_RECORD = "erasure_record"
# By whether the device is to be used again.
RECORD_BEFORE = {
    True: Words(
        "A record of the erasure of its data is needed before settlement.",
        "结算前须有数据清除记录。",
    ),
    False: Words(
        "A record that its data was erased or its storage destroyed is needed before it is taken "
        "apart.",
        "拆解前须有数据清除或存储销毁记录。",
    ),
}
SAFETY = frozenset({"battery_safety"})
UNTIL_KNOWN = (
    "Until it is known that its battery is safe: handed over in person, no post, no air transport.",
    "确认电池无隐患前：须当面交付，禁止邮寄和空运。",
)


def disposition_document(
    quote: Quote, *, impact: Mapping[Route, Document], handling: Document | None
) -> Document | None:
    """The routes with their parts, what closed some, what must happen first; ``impact`` by route
    and ``handling`` where the quote's tables speak of them."""
    if quote.disposition is None:
        return None
    currency, chosen = quote.market.currency, quote.disposition.chosen
    routes = quote.disposition.routes
    en, zh = ROUTE_LABELS[chosen.route]
    return {
        "route": chosen.route.value,
        "flag": FLAGS[chosen.route].value,
        "label_en": en,
        "label_zh": zh,
        "reasons": gates_document([gate for route in routes for gate in route.closed_by]),
        "conditions": gates_document(quote.disposition.conditions),
        **({"handling": handling} if handling else {}),
        **({"saves": impact[chosen.route]} if impact else {}),
        **_given_up(routes, chosen, quote.policy.reuse, currency),
        "routes": [_route(each, impact.get(each.route), currency) for each in routes],
    }


def gates_document(gates: Sequence[Gate]) -> list[Document]:
    """Each reason once, whatever the number of routes that it closes."""
    return [
        {"code": code, "en": en, "zh": zh}
        for code, en, zh in dict.fromkeys((gate.code, gate.en, gate.zh) for gate in gates)
    ]


def as_given(told: Mapping[str, Any], conditions: Sequence[Gate]) -> Document:
    """The disposition of a device that its owner gives away, on whatever route the money was."""
    en, zh = ROUTE_LABELS[Route.DONATE]
    saved = saved_by(told, Route.DONATE)
    return {
        **told,
        "route": Route.DONATE.value,
        "flag": FLAGS[Route.DONATE].value,
        "label_en": en,
        "label_zh": zh,
        "conditions": gates_document(conditions),
        **({"saves": saved} if saved else {}),
    }


def saved_by(told: Mapping[str, Any], route: Route) -> Document | None:
    """What the device comes to on a route; None where its quote does not tell it."""
    return next((each.get("impact") for each in told["routes"] if each["route"] == route), None)


def told_disposition(document: Mapping[str, Any]) -> Document:
    """The stored disposition as everybody is told it: what is dangerous first among the reasons,
    the record of the erasure among the conditions, and only ways that no answer can close."""
    told = document["disposition"]
    return {
        **told,
        "reasons": sorted(told["reasons"], key=_rank),
        "conditions": [*told["conditions"], *_erasure_record(document)],
        **_handling(told.get("handling"), document["missing"]),
    }


def customers_disposition(document: Mapping[str, Any]) -> Document:
    """Of a quote's document the chosen route with its reasons and what it saves, and a sentence."""
    told = told_disposition(document)
    shown = {name: told[name] for name in CUSTOMER_DISPOSITION if name in told}
    said = _for_the_customer(told, _if(document))
    return {**shown, "sentence_en": said.en, "sentence_zh": said.zh}


def merchants_disposition(document: Mapping[str, Any]) -> Document:
    """Of a quote's document the whole disposition, and a sentence."""
    told = told_disposition(document)
    said = _for_the_merchant(told, _if(document))
    return {**told, "sentence_en": said.en, "sentence_zh": said.zh}


def stands_if(document: Mapping[str, Any]) -> bool:
    """Whether the route stands only if answers that are missing are good: not what is refused
    already, which no answer opens again, nor what a person looks at first."""
    return bool(document["missing"]) and document["disposition"]["route"] not in SETTLED


def _if(document: Mapping[str, Any]) -> Words | None:
    return if_good(document["missing"]) if stands_if(document) else None


def _rank(reason: Mapping[str, Any]) -> int:
    """Hazards, then what is not the customer's to sell, then the rest as it stood."""
    code = reason["code"]
    return FIRST.index(code) if code in FIRST else len(FIRST)


def _erasure_record(document: Mapping[str, Any]) -> list[Document]:
    """What a life asks of a device that holds data before it is resold or taken apart."""
    told = document["disposition"]
    if told["route"] == Route.REFUSE or not holds_data(Category(document["device"]["category"])):
        return []
    said = RECORD_BEFORE[_may_be_reused(told) if told["route"] is None else told["flag"] == RESALE]
    return [{"code": ERASURE_RECORD, **said._asdict()}]


def _may_be_reused(told: Mapping[str, Any]) -> bool:
    return any(each["open"] and FLAGS[Route(each["route"])] is RESALE for each in told["routes"])


def _handling(handling: Mapping[str, Any] | None, missing: Sequence[str]) -> Document:
    """Nobody looks at a device in the post or in a locker: neither, while it may be a hazard."""
    if not handling or not SAFETY.intersection(missing):
        return {"handling": handling} if handling else {}
    ways = [each for each in handling["ways"] if each not in UNATTENDED] or [Way.COUNTER.value]
    en, zh = UNTIL_KNOWN
    return {"handling": {**handling, "ways": ways, "transport_en": en, "transport_zh": zh}}


def _given_up(
    routes: Sequence[RouteValue], chosen: RouteValue, limit: int, currency: str
) -> Document:
    """What the shop gives up of its expected value for reuse, where it said that it would."""
    if not limit or chosen.route is Route.REFUSE:
        return {}
    best = best_of([each for each in routes if each.open and each.route is not Route.REFUSE])
    return {
        "given_up_for_reuse": {
            "limit": {"amount": limit, "currency": currency},
            "amount": {"amount": best.expected - chosen.expected, "currency": currency},
            "instead_of": best.route.value,
        }
    }


def _route(route: RouteValue, impact: Document | None, currency: str) -> Document:
    def money(amount: int) -> Document:
        return {"amount": amount, "currency": currency}

    return {
        "route": route.route.value,
        "open": route.open,
        "expected": money(route.expected),
        "low": money(route.low),
        "high": money(route.high),
        "offer": money(route.offer),
        "parts": [{"name": name, "amount": money(amount)} for name, amount in route.parts],
        "closed_by": [gate.code for gate in route.closed_by],
        **({"impact": impact} if impact else {}),
    }


def _for_the_customer(told: Mapping[str, Any], given: Words | None) -> Words:
    """The way, what closed others, why it is taken apart where nothing did, what that saves."""
    parts = [_begun(told, given, ".", "。"), *_why(told)]
    if told["flag"] == Flag.DISMANTLE and _may_be_reused(told):
        parts.append(WORTH_MORE[Route(told["route"])])
    parts.extend(_saved(told.get("saves")))
    return Words(" ".join(each.en for each in parts), "".join(each.zh for each in parts))


def _begun(told: Mapping[str, Any], given: Words | None, en: str, zh: str) -> Words:
    """The way with what follows it, behind an "if" where it stands under one."""
    label, label_zh = told["label_en"], told["label_zh"]
    if given is None:
        return Words(f"{label}{en}", f"{label_zh}{zh}")
    return Words(f"{given.en}{_inside(label)}{en}", f"{given.zh}{label_zh}{zh}")


def _inside(label: str) -> str:
    """A label in the middle of a sentence."""
    return f"{label[0].lower()}{label[1:]}"


def _why(told: Mapping[str, Any]) -> list[Words]:
    """The gates that closed routes, the first few."""
    return [Words(each["en"], each["zh"]) for each in told["reasons"][:MOST]]


def _saved(saves: Mapping[str, Any] | None) -> list[Words]:
    if saves and (avoided := saves["co2e_avoided_kg"]):
        span = f"{avoided['low']:g}–{avoided['high']:g} kg"
        return [
            Words(
                f"That avoids some {span} of CO2e in its first year of further use.",
                f"再使用的第一年约减少 {span} 二氧化碳当量排放。",
            )
        ]
    if saves and saves["kept_g"]:
        metals = {name: span["typical"] for name, span in saves["metals_g"].items()}
        return [waste_avoided(saves["kept_g"], metals)]
    return []


def _for_the_merchant(told: Mapping[str, Any], given: Words | None) -> Words:
    """The way with its value, the next best or what it gives up, and what closed the others."""
    open_ = [each for each in told["routes"] if each["open"] and each["route"] != Route.REFUSE]
    chosen = next((each for each in open_ if each["route"] == told["route"]), None)
    if chosen is None:
        begun = _begun(told, given, ".", "。")
    else:
        value, mark = _said(chosen["expected"]), "," if given else ":"
        than = _beside(told, [each for each in open_ if each is not chosen])
        begun = _begun(
            told, given, f"{mark} {value} expected; {than.en}.",
            f"{'，' if given else '：'}预期价值 {value}；{than.zh}。",
        )  # fmt: skip
    parts = [begun, *_why(told)]
    return Words(" ".join(each.en for each in parts), "".join(each.zh for each in parts))


def _beside(told: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> Words:
    """What the other open routes are worth against the chosen one."""
    if not others:
        return Words("every other route is closed", "其余去向均已关闭")
    other = max(others, key=lambda each: each["expected"]["amount"])
    route, said = Route(other["route"]), _said(other["expected"])
    given_up = (told.get("given_up_for_reuse") or {}).get("amount")
    if given_up and given_up["amount"]:
        lost, than = _said(given_up), INSTEAD[route]
        return Words(
            f"{lost} of expected value is given up so that it is used again instead of "
            f"{than.en} ({said})",
            f"为再使用放弃预期价值 {lost}，不选择{than.zh}（{said}）",
        )
    en, zh = ROUTE_LABELS[route]
    return Words(f"next best: {_inside(en)}, {said}", f"其次：{zh}，{said}")


def _said(amount: Mapping[str, Any]) -> str:
    return str(Money(amount["amount"], amount["currency"]))
