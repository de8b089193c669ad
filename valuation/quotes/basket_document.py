"""A basket as JSON-able data: its quotes by id, their sum, and one net to pay over all of it; then
where its lines stand, and what was paid when all of them have ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from valuation.domain.extra_terms import Kind, Purchase
from valuation.domain.extras import Asking, Claim, NetToPay
from valuation.domain.market import Market, Provenance
from valuation.domain.moves import ACCEPTED, Stage
from valuation.domain.people import Mode
from valuation.quotes.documents import DEMO_NOTICE, Document, customer_view, merchant_view
from valuation.quotes.extra_lines import bonuses_of, customers_extras, net_document

SCHEMA = 1
SECRET = ("merchant", "schema", "versions")
PAID = ("offer", "refused")
# The stages in which a line of a basket has ended, as people read them. What is settled can still
# be taken back, and then that is its end.
ENDS = {
    Stage.SETTLED: ("settled", "已结算"),
    Stage.REVERSED: ("settled, and taken back since; the money stays", "已结算，后撤销，款项不变"),
    Stage.DECLINED: ("declined", "顾客未接受"),
    Stage.WITHDRAWN: ("withdrawn", "已撤回"),
    Stage.EXPIRED: ("expired", "已过期"),
    Stage.LAPSED: ("not handed in in time", "逾期未交机"),
    Stage.RETURNED: ("returned", "已退回"),
    Stage.RECYCLED: ("left for recycling", "已留作回收"),
    Stage.REFERRED: ("no offer", "未报价"),
    Stage.VALUED: ("no offer", "未报价"),
}
GIVEN = ("given to a cause", "已捐赠")
PAID_OUT = (Stage.SETTLED, Stage.REVERSED)  # whatever is taken back, the money stays as it was paid


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNow:
    """Where a basket's line stands: its quote's stage, what the customer would get or got, and the
    bonuses beside that. ``since``: when it came to this stage; ``given``: the amount or the device
    is given away, and the customer gets nothing; ``overridden``: a person named another amount."""

    position: int
    stage: Stage
    amount: int | None
    bonuses: Sequence[Mapping[str, Any]]
    since: datetime
    given: bool = False
    overridden: bool = False

    @property
    def counts(self) -> bool:
        """Whether its amount was paid, or would be if all went on as it stands."""
        return self.stage is Stage.OFFERED or self.stage in PAID_OUT or self.stage in ACCEPTED

    @property
    def ended(self) -> bool:
        """Whether nothing can follow."""
        return self.stage in ENDS

    @property
    def end(self) -> str:
        """What became of it, in both languages."""
        return " ".join(GIVEN if self.given and self.stage is Stage.SETTLED else ENDS[self.stage])


def basket_asking(
    *,
    day: date,
    market: Market,
    merchant: str,
    purchase: Purchase | None,
    claims: frozenset[Claim],
) -> Asking:
    """What campaigns look at of a basket: what is bought, and of no device."""
    return Asking(
        day=day, data=market.provenance.value, country=market.country, currency=market.currency,
        brand=None, category=None, channel=None, purchase=purchase, claims=claims,
        merchant=merchant,
    )  # fmt: skip


def basket_document(
    *,
    id: str,
    code: str,
    merchant: str,
    mode: Mode,
    market: Market,
    issued_at: datetime,
    as_of: date,
    lines: Sequence[Mapping[str, Any]],
    beside: Mapping[str, Any],
    tables: Mapping[str, str],
) -> Document:
    """``lines``: a quote's document each, or {"problem": …}; ``beside``: what comes off the
    purchase. Offers and bonuses are summed over the quotes that have an offer."""
    quotes = [line for line in lines if "problem" not in line]
    offers = [quote for quote in quotes if quote["outcome"] in PAID]
    offer = sum(quote["offer"]["amount"] for quote in offers)
    bonuses = [
        {**line, "quote": quote["id"]}
        for quote in offers
        for line in bonuses_of(quote.get("extras"))
    ]
    return {
        "schema": SCHEMA,
        "id": id,
        "code": code,
        "merchant": merchant,
        **({"mode": mode.value} if mode is Mode.TEST else {}),
        "market": market.slug,
        "data": market.provenance.value,
        **({"notice": DEMO_NOTICE} if market.provenance is Provenance.DEMO else {}),
        "issued_at": issued_at.isoformat().replace("+00:00", "Z"),
        "as_of": as_of.isoformat(),
        "valid_until": min((quote["valid_until"] for quote in offers), default=None),
        "lines": [_line(line, position) for position, line in enumerate(lines)],
        "offer": {"amount": offer, "currency": market.currency},
        "bonus": {
            "amount": sum(line["amount"]["amount"] for line in bonuses),
            "currency": market.currency,
        },
        "extras": _extras(beside, bonuses, offer, market.currency),
        "versions": {"tables": dict(tables)},
    }


def basket_view(
    document: Mapping[str, Any],
    quotes: Mapping[str, Document],
    standings: Mapping[str, Document],
    lines: Sequence[LineNow],
    *,
    customer: bool,
) -> Document:
    """The basket with each of its quotes in place of the quote's id, for somebody's eyes, and where
    it stands.

    ``standings``: what holds besides a quote, by its id; ``lines``: where the quotes stand.
    """
    shown, standing = customer_view if customer else merchant_view, _standing(document, lines)
    now = {line.position: _now(line, document["offer"]["currency"]) for line in lines}
    told = [
        {**line, **now[line["position"]],
         "quote": _with(shown(quotes[line["quote"]]), standings.get(line["quote"]))}
        if "quote" in line
        else line
        for line in document["lines"]
    ]  # fmt: skip
    if not customer:
        return {**document, "lines": told, "standing": standing}
    view = {name: value for name, value in document.items() if name not in SECRET}
    extras = customers_extras(document["extras"])
    seen = {**standing, "extras": customers_extras(standing["extras"])}
    return {**view, "lines": told, "extras": extras, "standing": seen}


def basket_body(document: Mapping[str, Any]) -> Document:
    """What a receipt of the basket holds: a line for each device that has an offer."""
    lines = [
        _receipt_line(line, line["code"], line["offer"])
        for line in document["lines"]
        if line.get("offer")
    ]
    return _body(document, lines, document["extras"])


def settlement_body(document: Mapping[str, Any], lines: Sequence[LineNow]) -> Document:
    """What the receipt of a basket that has ended holds: every device with what became of it and
    what was paid for it."""
    currency = document["offer"]["currency"]
    told = document["lines"]
    shown = [
        _receipt_line(
            told[line.position],
            f"{told[line.position]['code']} {line.end}",
            _money(line.amount or 0 if line.counts else 0, currency),
        )
        for line in lines
    ]
    body = _body(document, shown, _extras_now(document, lines))
    paid = sum(line.amount or 0 for line in lines if line.counts)
    return {**body, "offer": _money(paid, currency), "valid_until": None}


def _standing(document: Mapping[str, Any], lines: Sequence[LineNow]) -> dict[str, Any]:
    """The totals as they are now. ``offered``: what may still be accepted; ``accepted``: what is
    under way; ``settled``: what was paid. The net to pay counts all three, with their bonuses."""
    currency = document["offer"]["currency"]

    def total(*stages: Stage) -> Document:
        return _money(sum(line.amount or 0 for line in lines if line.stage in stages), currency)

    return {
        "ended": all(line.ended for line in lines),
        "offered": total(Stage.OFFERED),
        "accepted": total(*ACCEPTED),
        "settled": total(*PAID_OUT),
        "extras": _extras_now(document, lines),
    }


def _now(line: LineNow, currency: str) -> Document:
    amount = _money(line.amount or 0, currency) if line.counts else None
    return {"stage": line.stage.value, "amount": amount}


def _with(document: Document, standing: Document | None) -> Document:
    return {**document, "standing": standing} if standing else document


def _body(
    document: Mapping[str, Any], lines: Sequence[Document], extras: Mapping[str, Any]
) -> Document:
    view = {name: value for name, value in document.items() if name not in (*SECRET, "bonus")}
    shown: dict[str, Any] = customers_extras(extras)
    # An id of a quote can look like an IMEI, and then nothing would be signed.
    shown["lines"] = [{k: v for k, v in line.items() if k != "quote"} for line in shown["lines"]]
    return {**view, "outcome": "offer", "lines": lines, "extras": shown}


def _receipt_line(line: Mapping[str, Any], answer: str, amount: object) -> Document:
    names = {"label_en": line["name"], "label_zh": line["name_zh"]}
    return {**names, "answer": answer, "amount": amount}


def _extras_now(document: Mapping[str, Any], lines: Sequence[LineNow]) -> Document:
    """Coupons and subsidies as they were, which no device touches; the bonuses as they are now."""
    beside = document["extras"]
    purchase = [line for line in beside["lines"] if line["kind"] != Kind.BONUS]
    counting = [line for line in lines if line.counts]
    bonuses = [
        {**bonus, "quote": document["lines"][line.position]["quote"]}
        for line in counting
        for bonus in line.bonuses
    ]
    offer = sum(line.amount or 0 for line in counting)
    currency = document["offer"]["currency"]
    return _extras({**beside, "lines": purchase}, bonuses, offer, currency)


def _extras(
    beside: Mapping[str, Any], bonuses: Sequence[Mapping[str, Any]], offer: int, currency: str
) -> Document:
    """``beside`` with the bonuses of the quotes, and what is left to pay over all of it."""
    lines = [*beside["lines"], *bonuses]
    price = beside["purchase"]["price"]["amount"] if beside["purchase"] else 0
    net = price - offer - sum(line["amount"]["amount"] for line in lines)
    return {**beside, "lines": lines, "net_to_pay": net_document(NetToPay(net), currency)}


def _money(amount: int, currency: str) -> Document:
    return {"amount": amount, "currency": currency}


def _line(line: Mapping[str, Any], position: int) -> Document:
    if "problem" in line:
        return {"position": position, "problem": line["problem"]}
    return {
        "position": position,
        "quote": line["id"],
        "code": line["code"],
        "name": line["device"]["name"] or line["device"]["words"],
        "name_zh": line["device"]["name_zh"] or "",
        "outcome": line["outcome"],
        "offer": line["offer"],
    }
