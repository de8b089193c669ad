"""Where a device goes, as it stands in a quote's document, and in one sentence for each reader."""

from collections.abc import Mapping, Sequence
from typing import Any

from valuation.domain.disposition import FLAGS, Flag, Gate, Route, RouteValue, best_of
from valuation.domain.money import Money
from valuation.domain.quote import Quote

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


def customers_disposition(told: Mapping[str, Any]) -> Document:
    """The chosen route with its reasons and what it saves, and a sentence."""
    shown = {name: told[name] for name in CUSTOMER_DISPOSITION if name in told}
    en, zh = _for_the_customer(told)
    return {**shown, "sentence_en": en, "sentence_zh": zh}


def merchants_disposition(told: Mapping[str, Any]) -> Document:
    """The whole, and a sentence."""
    en, zh = _for_the_merchant(told)
    return {**told, "sentence_en": en, "sentence_zh": zh}


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


def _for_the_customer(told: Mapping[str, Any]) -> tuple[str, str]:
    if told["route"] is None:  # a person must look: the label is a sentence that says so
        return told["label_en"], told["label_zh"]
    en, zh = f"{told['label_en']}.", f"{told['label_zh']}。"
    avoided = (told.get("saves") or {}).get("co2e_avoided_kg")
    if avoided:
        span = f"{avoided['low']:g}–{avoided['high']:g} kg"
        return (
            f"{en} That avoids some {span} of CO2e in its first year of further use.",
            f"{zh}再使用的第一年约减少 {span} 二氧化碳当量排放。",
        )
    if told["flag"] != Flag.RESALE and told["reasons"]:
        why = told["reasons"][0]
        return f"{en} {why['en']}", f"{zh}{why['zh']}"
    return en, zh


def _for_the_merchant(told: Mapping[str, Any]) -> tuple[str, str]:
    en, zh = told["label_en"], told["label_zh"]
    open_ = [each for each in told["routes"] if each["open"] and each["route"] != Route.REFUSE]
    chosen = next((each for each in open_ if each["route"] == told["route"]), None)
    if chosen is None:
        why = told["reasons"][0]  # what closes every route is a reason
        return f"{en}. {why['en']}", f"{zh}。{why['zh']}"
    value = _said(chosen["expected"])
    others = [each for each in open_ if each is not chosen]
    if not others:
        return (
            f"{en}: {value} expected; gates close every other route.",
            f"{zh}：预期价值 {value}；其余去向均已关闭。",
        )
    other = max(others, key=lambda each: each["expected"]["amount"])
    than_en, than_zh = ROUTE_LABELS[Route(other["route"])]
    said = _said(other["expected"])
    given_up = (told.get("given_up_for_reuse") or {}).get("amount")
    if given_up and given_up["amount"]:
        lost = _said(given_up)
        return (
            f"{en}: {value} expected; {lost} of expected value is given up so that it is used "
            f"again; {than_en[0].lower()}{than_en[1:]}, {said}.",
            f"{zh}：预期价值 {value}；为再使用放弃预期价值 {lost}；{than_zh}为 {said}。",
        )
    return (
        f"{en}: {value} expected; {than_en[0].lower()}{than_en[1:]}, {said}.",
        f"{zh}：预期价值 {value}；其次{than_zh}，{said}。",
    )


def _said(amount: Mapping[str, Any]) -> str:
    return str(Money(amount["amount"], amount["currency"]))
