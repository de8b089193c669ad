"""What stands beside an offer as JSON-able data, and what was asked for read back from it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from valuation.domain.extra_terms import Bought, Kind, Purchase
from valuation.domain.extras import Claim, ExtraLine, Extras, Miss, NetToPay, Which
from valuation.domain.money import Money

Told = dict[str, object]

MISSES = {
    Miss.UNKNOWN: ("This campaign is not known today.", "今天没有该活动。"),
    Miss.NOT_NOW: ("The campaign does not run today.", "该活动今天不在有效期内。"),
    Miss.OTHER_MARKET: ("The campaign is for another market.", "该活动适用于其他市场。"),
    Miss.OTHER_DEVICE: ("The campaign is for another device.", "该活动适用于其他设备。"),
    Miss.OTHER_CHANNEL: ("The campaign is for another channel.", "该活动适用于其他渠道。"),
    Miss.NO_OFFER: ("There is no offer that it could add to.", "没有可加价的报价。"),
    Miss.NO_PURCHASE: ("Nothing is bought that it could be taken off.", "没有可抵扣的购买。"),
    Miss.TOO_LOW: ("The amount is below the campaign's threshold.", "金额未达到活动门槛。"),
    Miss.NOT_TOGETHER: ("It does not go together with the campaign that gives more.",
                        "不可与优惠更多的活动同享。"),
}  # fmt: skip
# Said of a quote under the day of an open one. Stored documents keep the words above.
FIRST_DAYS = {
    Miss.UNKNOWN: ("This campaign is not known at the day of the first quote.",
                   "首次报价当天没有该活动。"),
    Miss.NOT_NOW: ("The campaign does not run at the day of the first quote.",
                   "首次报价当天该活动不在有效期内。"),
}  # fmt: skip
NETS = {
    Which.TO_PAY: ("To be paid by the customer", "顾客应付"),
    Which.PAID_OUT: ("Paid out to the customer", "付给顾客"),
    Which.EVEN: ("Nothing is left to pay", "无需支付"),
}


def extras_document(extras: Extras, currency: str) -> Told:
    """Inputs, lines and what is left to pay; each amount in the currency's minor units."""
    bought = extras.purchase
    return {
        "purchase": None
        if bought is None
        else {
            "price": _money(bought.price, currency),
            "category": bought.category.value,
        },
        "claims": [{"campaign": each.campaign, "code": each.code} for each in extras.claims],
        "lines": [_line(line, currency) for line in extras.lines],
        "without_effect": [_missed(campaign, why) for campaign, why in extras.missed],
        "net_to_pay": None if extras.net is None else net_document(extras.net, currency),
    }


def net_document(net: NetToPay, currency: str) -> Told:
    """What is left to pay, and by whom: an amount below 0 is paid out to the customer."""
    en, zh = NETS[net.which]
    return {"amount": _money(net.amount, currency), "which": net.which.value, "en": en, "zh": zh}


def dated_extras(document: Mapping[str, Any]) -> Told:
    """What stands beside a document's offer, told of the day whose campaigns count."""
    extras: Told = document["extras"]
    if "pinned" not in document:
        return extras
    missed = [
        _missed(each["campaign"], Miss(each["code"]), {**MISSES, **FIRST_DAYS})
        for each in cast(Sequence[Mapping[str, Any]], extras["without_effect"])
    ]
    return {**extras, "without_effect": missed}


def customers_extras(extras: Mapping[str, Any]) -> Told:
    """The same without digests of codes, and without what the shop calls the source of a campaign:
    its name stands there. A subsidy's source is the government's own, and stays."""
    return {
        **extras,
        "claims": [{"campaign": each["campaign"]} for each in extras["claims"]],
        "lines": [
            line if line["kind"] == Kind.SUBSIDY else {**line, "basis": line["label_en"]}
            for line in extras["lines"]
        ],
    }


def bonuses_of(extras: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The lines of bonuses in what stands beside an offer."""
    return [line for line in (extras or {}).get("lines", ()) if line["kind"] == Kind.BONUS]


def purchase_of(document: Mapping[str, Any]) -> Purchase | None:
    """The purchase that a document names."""
    told = (document.get("extras") or {}).get("purchase")
    if told is None:
        return None
    price = told["price"]
    return Purchase(int(price["amount"]), str(price["currency"]), Bought(told["category"]))


def claims_of(document: Mapping[str, Any]) -> frozenset[Claim]:
    """The campaigns that were asked for."""
    told = (document.get("extras") or {}).get("claims", ())
    return frozenset(Claim(each["campaign"], each["code"]) for each in told)


def _line(line: ExtraLine, currency: str) -> Told:
    return {
        "kind": line.kind.value,
        "id": line.by.id,
        "label_en": line.by.en,
        "label_zh": line.by.zh,
        "amount": _money(line.amount, currency),
        "basis": line.by.source,
    }


def _missed(campaign: str, why: Miss, said: Mapping[Miss, tuple[str, str]] = MISSES) -> Told:
    en, zh = said[why]
    return {"campaign": campaign, "code": why.value, "en": en, "zh": zh}


def _money(amount: int, currency: str) -> Told:
    return {"amount": Money(amount, currency).amount, "currency": currency}
