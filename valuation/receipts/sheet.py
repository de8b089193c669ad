"""What is printed of a receipt, the same on the page and in the PDF: labels in both languages.

A body says what it has, in the names of the customer's view, and what it lacks is left out. A
later step may add ``agreed``, the amount before it: its lines then sum to the difference; and
``declared`` to a line, the answer that ``answer`` replaces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from valuation.domain.money import Money
from valuation.domain.questions import BY_ID
from valuation.receipts.envelope import Envelope

Shown = Mapping[str, Any]


class Words(NamedTuple):
    """The same in English and Chinese."""

    en: str
    zh: str


TITLES = {
    "quote": Words("Quote", "报价单"),
    "acceptance": Words("Acceptance", "成交确认单"),
    "counter-offer": Words("Counter-offer", "复检改价单"),
    "settlement": Words("Settlement", "结算单"),
    "basket": Words("Several devices", "多机合并报价单"),
    "basket-settlement": Words("Settlement of several devices", "多机合并结算单"),
    "donation": Words("Donation", "捐赠凭证"),
}
OFFERS = {
    "quote": Words("Offer", "报价"),
    "acceptance": Words("Accepted offer", "已接受报价"),
    "counter-offer": Words("New offer", "新报价"),
    "settlement": Words("Paid", "已支付"),
    "basket": Words("All offers together", "报价合计"),
    "basket-settlement": Words("Paid for all devices", "合计已支付"),
    "donation": Words("Given", "捐赠金额"),
}
DEMO = Words(
    "DEMO: made by a simulator, not from real sales", "演示数据：由模拟器生成，并非真实成交"
)
TEST = Words("TEST: binds nobody, made with a test key", "测试单据：由测试密钥生成，不具约束力")
OFFER = OFFERS["quote"]
INDICATIVE = Words("Indicative, not an offer yet", "参考区间，尚非报价")
VALUE = Words("A value, not an offer", "仅为估值，并非报价")
NO_OFFER = Words("No offer", "不予报价")
REFERRAL = Words("A person must look", "需人工评估")
ASSUMED = Words("Not answered, counted as the worst", "未回答，按最差计算")
CHANGE = Words("Change", "差额")
GIVEN = Words("The device is given", "捐赠设备")
GIVEN_AMOUNT = {
    "acceptance": Words("Accepted offer, to be paid to the cause", "已接受报价，将支付给受赠方"),
    "settlement": Words("Paid to the cause, not to the customer", "已支付给受赠方，而非顾客"),
}
TO_CUSTOMER = Words("Paid to the customer", "支付给顾客")
NONE = ("refused", "referral")  # outcomes without an amount
WIDE = 16  # characters that still fit beside each other in the largest print


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of the sum."""

    label: Words
    answer: str
    amount: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences under it."""

    heading: Words
    sentences: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is printed, in the order of reading."""

    title: Words
    marks: tuple[Words, ...]
    code: str
    device: Words
    unit: str
    headline: Words
    amount: str
    valid_until: tuple[Words, str] | None
    lines: tuple[SheetLine, ...]
    total: tuple[Words, str] | None
    facts: tuple[tuple[Words, str], ...]
    sections: tuple[Section, ...]
    key_id: str
    qr_text: str

    @property
    def wide(self) -> bool:
        """Whether the amount needs smaller print to stand in one line."""
        return len(self.amount) > WIDE

    @property
    def entries(self) -> int:
        """How many lines of print there are, about."""
        return len(self.lines) + sum(1 + len(section.sentences) for section in self.sections)


def sheet_of(envelope: Envelope, *, zone: ZoneInfo) -> Sheet:
    """The sheet of a receipt; moments are told in the shop's time zone."""
    receipt: Shown = envelope.receipt
    body: Shown = receipt["body"]
    kind = receipt["kind"]
    device = body.get("device") or {}
    unit = device.get("unit") or body.get("unit")
    until = None if body.get("outcome") in NONE else body.get("valid_until")
    headline, amount = _headline(body, kind)
    return Sheet(
        title=TITLES.get(kind, Words(kind, "凭证")),
        marks=(*[TEST] * (body.get("mode") == "test"), *[DEMO] * (body.get("data") == "demo")),
        code=body["code"],
        device=_device(device),
        unit=f"{unit['kind'].upper()} …{unit['last4']}" if unit else "",
        headline=headline,
        amount=amount,
        valid_until=(Words("Valid until", "有效期至"), moment(until, zone)) if until else None,
        lines=tuple(_line(line) for line in body.get("lines") or ()),
        total=_total(body, headline),
        facts=tuple(fact for fact in _facts(receipt, body, zone) if fact[1]),
        sections=tuple(section for section in _sections(body, zone) if section.sentences),
        key_id=receipt["key_id"],
        qr_text=envelope.qr_text,
    )


def both(words: Words) -> str:
    """Both languages side by side."""
    return " ".join(dict.fromkeys(each for each in words if each))


def moment(text: str, zone: ZoneInfo) -> str:
    """A document's moment as people read it."""
    there = datetime.fromisoformat(text).astimezone(zone)
    return f"{there:%Y-%m-%d %H:%M} {there:%Z}"


def _money(amount: Shown) -> str:
    return str(Money(amount["amount"], amount["currency"]))


def _headline(body: Shown, kind: str) -> tuple[Words, str]:
    span, value = body.get("indicative"), body.get("value")
    match body.get("outcome"):
        case "refused":
            return OFFER, both(NO_OFFER)
        case "referral":
            return OFFER, both(REFERRAL)
        case "indicative" if span:
            return INDICATIVE, f"{_money(span['low'])} – {_money(span['high'])}"
        case "value-only" if value:
            return VALUE, _money(value["p50"])
        case _ if body.get("what") == "device":
            return GIVEN, both(_device(body["device"]))
        case _ if body.get("what") and kind in GIVEN_AMOUNT:
            return GIVEN_AMOUNT[kind], _money(body["offer"])
        case _ if body.get("offer"):
            return OFFERS.get(kind, OFFER), _money(body["offer"])
        case _:
            return OFFER, both(NO_OFFER)


def _device(device: Shown) -> Words:
    name = device.get("name") or device.get("words") or ""
    return Words(name, device.get("name_zh") or "")


def _line(line: Shown) -> SheetLine:
    said = [str(line[name]) for name in ("declared", "answer") if line.get(name) is not None]
    return SheetLine(
        label=Words(line["label_en"], line["label_zh"]),
        answer=" → ".join(said),
        amount=_money(line["amount"]),
        assumed=bool(line.get("assumed")),
    )


def _total(body: Shown, headline: Words) -> tuple[Words, str] | None:
    offer, agreed = body.get("offer"), body.get("agreed")
    if not body.get("lines") or not offer:
        return None
    if agreed:
        difference = Money(**offer) - Money(**agreed)
        return CHANGE, str(difference)
    return headline, _money(offer)


def _facts(receipt: Shown, body: Shown, zone: ZoneInfo) -> Sequence[tuple[Words, str]]:
    agreed, route, capped = (
        body.get(name) for name in ("agreed", "disposition", "grade_capped_by")
    )
    where = Words("Route until then", "暂定去向") if body.get("missing") else Words("Route", "去向")
    return (
        (Words("Agreed before", "此前约定"), _money(agreed) if agreed else ""),
        (Words("Issued", "开具时间"), moment(receipt["issued_at"], zone)),
        (where, both(Words(route["label_en"], route["label_zh"])) if route else ""),
        (Words("Grade lowered by", "成色受限于"), both(_question(capped)) if capped else ""),
        (Words("Quote", "报价编号"), receipt["quote"]),
        (
            Words("The same money as in the settlement of", "同一笔款项，见合并结算单"),
            body.get("basket", ""),
        ),
        (TO_CUSTOMER, _nothing(receipt, body)),
        *_extras(body.get("extras")),
    )


def _nothing(receipt: Shown, body: Shown) -> str:
    """What the customer gets where the amount or the device is given away."""
    if not body.get("what") or receipt["kind"] not in GIVEN_AMOUNT:
        return ""
    return str(Money(0, body["offer"]["currency"]))


def _extras(extras: Shown | None) -> Sequence[tuple[Words, str]]:
    """What stands beside the amount, and what is left to pay."""
    if not extras:
        return ()
    bought, net = extras["purchase"], extras["net_to_pay"]
    price = [(Words("New device", "新机价格"), _money(bought["price"]))] if bought else []
    lines = [
        (Words(line["label_en"], line["label_zh"]), _money(line["amount"]))
        for line in extras["lines"]
    ]
    left = [(Words(net["en"], net["zh"]), _money(net["amount"]))] if net else []
    return (*price, *lines, *left)


def _sections(body: Shown, zone: ZoneInfo) -> Sequence[Section]:
    disposition = body.get("disposition") or {}
    referral, stale = body.get("referral"), body.get("stale")
    checked = [each["conflict"] for each in (body.get("checks") or {}).get("findings", ())]
    notes = [each for each in (referral, stale, *checked) if each]
    told = [line.get("code") for line in body.get("lines") or () if line.get("assumed")]
    assumed = [each["question"] for each in body.get("assumptions") or ()]
    untold = [each for each in assumed if each not in told]
    return (
        Section(Words("Given to", "受赠方"), _sentences([body.get("cause")])),
        Section(Words("What became of it", "去向记录"), _trail(body.get("trail"), zone)),
        Section(Words("Please note", "请注意"), _sentences(notes)),
        Section(Words("Before payment", "付款前须完成"), _sentences(disposition.get("conditions"))),
        Section(Words("Reasons", "原因"), _sentences(disposition.get("reasons"))),
        Section(Words("Still to be answered", "尚待回答"), _questions(body.get("missing"))),
        Section(ASSUMED, _questions(untold)),
    )  # fmt: skip


def _sentences(entries: Sequence[Shown | None] | None) -> tuple[Words, ...]:
    return tuple(Words(entry["en"], entry["zh"]) for entry in entries or () if entry)


def _trail(steps: Sequence[Shown] | None, zone: ZoneInfo) -> tuple[Words, ...]:
    """A donation's steps, each with its time."""
    return tuple(
        Words(f"{moment(step['at'], zone)} {step['en']}", step["zh"]) for step in steps or ()
    )


def _questions(ids: Sequence[str] | None) -> tuple[Words, ...]:
    return tuple(_question(each) for each in ids or ())


def _question(question_id: str) -> Words:
    question = BY_ID.get(question_id)
    return Words(question.en, question.zh) if question else Words(question_id, "")
