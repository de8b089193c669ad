"""A quote as canonical JSON, and the two views that are made from it.

The document is what is stored and digested. The customer's view is built from an explicit list of
its fields, so that nothing which reveals the margin can slip into it.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import cast

import orjson

from valuation.domain.disposition import Route
from valuation.domain.explanation import BEST_CONDITION, LOCK, OTHERS, ROUNDING, ROUTE, Line
from valuation.domain.market import Provenance
from valuation.domain.people import Mode
from valuation.domain.questions import BY_ID
from valuation.domain.quote import (
    Indicative,
    Interval,
    Offer,
    Outcome,
    Quote,
    Referral,
    Residual,
    Subject,
    ValueOnly,
)
from valuation.quotes.check_document import check_document
from valuation.quotes.disposition_document import customers_disposition, merchants_disposition
from valuation.quotes.extra_lines import customers_extras, dated_extras, extras_document
from valuation.quotes.margin_document import margin_document

Document = dict[str, object]

SCHEMA = 1
DEMO_NOTICE = "Demo data: made by a simulator, not from real sales."
LABELS = {
    BEST_CONDITION: ("In the best condition", "最佳成色"),
    OTHERS: ("Other answers", "其他情况"),
    LOCK: ("Lock: held until it is handed over", "锁价：保价至交机"),
    ROUTE: ("What is paid on this route instead", "按该去向计价的差额"),
    ROUNDING: ("Rounding", "取整"),
}


def canonical(document: Mapping[str, object]) -> bytes:
    """The document's one spelling: UTF-8 JSON, sorted keys, no spaces."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def digest(data: bytes) -> str:
    """SHA-256 of a canonical document."""
    return hashlib.sha256(data).hexdigest()


def document_of(
    quote: Quote, *, impact: Mapping[str, object], disposition: Document | None
) -> Document:
    """Everything that a quote says, as JSON-able data; money as {amount, currency}."""
    currency = quote.market.currency
    answers, checked = quote.answers, quote.checked
    declared = checked.declared if checked else answers.given if answers else {}
    # Of a device that nobody knows the answers are kept for whoever looks, and nothing is counted.
    counted = answers if quote.subject.device else None
    return {
        "schema": SCHEMA,
        "id": quote.id,
        "code": quote.code,
        "merchant": quote.merchant,
        **({"mode": quote.mode.value} if quote.mode is Mode.TEST else {}),
        "market": quote.market.slug,
        "data": quote.market.provenance.value,
        **({"notice": DEMO_NOTICE} if quote.market.provenance is Provenance.DEMO else {}),
        "issued_at": _time(quote.issued_at),
        "as_of": quote.as_of.isoformat(),
        "valid_until": _time(quote.valid_until),
        **(
            {"pinned": {"quote": quote.pin.quote, "issued_at": _time(quote.pin.issued_at)}}
            if quote.pin
            else {}
        ),
        "lock_days": quote.lock_days,
        "device": _subject(quote.subject),
        "context": dict(quote.context),
        "answers": {} if answers is None else _given(declared),
        **({"checks": check_document(checked, answers.category)} if checked and answers else {}),
        "assumptions": [] if counted is None else [_assumption(q) for q in counted.assumed],
        "missing": [] if counted is None else list(counted.missing),
        "grade_capped_by": None if counted is None else counted.grade_capped_by,
        "stale": _stale(quote),
        **_outcome(quote.outcome, currency),
        **({"outcome": REFUSED} if _refused(quote) else {}),
        "policy": {
            "quantile": quote.policy.quantile,
            **margin_document(quote.policy.margin, currency),
            "step": _money(quote.policy.step, currency),
            "validity_days": quote.policy.validity_days,
            "receive_days": quote.policy.receive_days,
            "answer_days": quote.policy.answer_days,
        },
        "value": None if quote.interval is None else {
            "kind": "sold" if not isinstance(quote.outcome, ValueOnly) else quote.market.kind.value,
            **_interval(quote.interval, currency),
        },
        "residual_values": [_residual(each, quote.as_of, currency) for each in quote.residuals],
        "lines": [_line(line, currency) for line in quote.lines],
        "disposition": disposition,
        "impact": dict(impact),
        **({"extras": extras_document(quote.extras, currency)} if quote.extras else {}),
        "versions": {
            "bundle": quote.versions.bundle,
            "tables": dict(quote.versions.tables),
            "rules": quote.versions.rules,
        },
    }  # fmt: skip


CUSTOMER_FIELDS = (
    "id", "code", "mode", "market", "data", "notice", "stale", "issued_at", "as_of", "valid_until",
    "pinned", "lock_days",
    "device", "answers", "checks", "assumptions", "missing", "grade_capped_by", "outcome", "offer",
    "indicative", "referral", "lines", "impact", "versions",
    "extras",
)  # fmt: skip


def customer_view(document: Mapping[str, object]) -> Document:
    """What the customer may see: offer, lines, chosen route, reasons, conditions, impact."""
    view = {name: document[name] for name in CUSTOMER_FIELDS if name in document}
    disposition = document["disposition"]
    versions = cast(dict[str, object], document["versions"])
    # A digest of the policy could be tried against every margin that it might hold.
    view["versions"] = {name: versions[name] for name in ("bundle", "rules")}
    # What buyers pay in a market without an offer of ours: no margin of ours is in it.
    view["value"] = document["value"] if document["outcome"] == "value-only" else None
    if "extras" in view:
        view["extras"] = customers_extras(dated_extras(document))
    view["disposition"] = disposition and customers_disposition(document)
    return view


def merchant_view(document: Mapping[str, object]) -> Document:
    """The whole document: interval, every route's expected value and the policy besides."""
    disposition = document["disposition"]
    extras = {"extras": dated_extras(document)} if "extras" in document else {}
    return {**document, **extras, "disposition": disposition and merchants_disposition(document)}


REFUSED = "refused"  # an offer of nothing, because a gate closes every route


def _refused(quote: Quote) -> bool:
    chosen = quote.disposition.chosen.route if quote.disposition else None
    return isinstance(quote.outcome, Offer) and chosen is Route.REFUSE


def _stale(quote: Quote) -> Document | None:
    if quote.stale_since is None:
        return None
    since = quote.stale_since.isoformat()
    return {
        "since": since,
        "en": f"The sales behind this price say nothing of the time after {since}.",
        "zh": f"该价格所依据的成交数据不反映 {since} 之后的行情。",
    }


def _outcome(outcome: Outcome, currency: str) -> Document:
    named: Document = {"outcome": "", "offer": None, "indicative": None, "referral": None}
    match outcome:
        case Offer(amount):
            return {**named, "outcome": "offer", "offer": _money(amount, currency)}
        case Indicative(low, high):
            span = {"low": _money(low, currency), "high": _money(high, currency)}
            return {**named, "outcome": "indicative", "indicative": span}
        case ValueOnly(reason):
            return {**named, "outcome": "value-only", "referral": _reason(reason)}
        case Referral(code, en, zh, suggestions):
            devices = [{"id": i, "name": name} for i, name in suggestions]
            why = {"code": code, "en": en, "zh": zh, "suggestions": devices}
            return {**named, "outcome": "referral", "referral": why}


def _reason(code: str) -> Document:
    return {
        "code": code,
        "en": "This market's prices are not sale prices, so they lead to a value and no offer.",
        "zh": "该市场的价格并非成交价，只能给出估值，不能给出报价。",
        "suggestions": [],
    }


def _subject(subject: Subject) -> Document:
    device, unit = subject.device, subject.unit
    return {
        "words": subject.words,
        "matched_by": subject.matched_by,
        "id": None if device is None else device.variant,
        "name": None if device is None else device.name,
        "name_zh": subject.name_zh,
        "category": None if device is None else device.category.value,
        "facts": None if device is None else {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name in device.facts.__dataclass_fields__
            for value in (getattr(device.facts, name),)
        },
        "unit": None if unit is None else {
            "kind": unit.kind, "digest": unit.digest, "last4": unit.last4,
            **({"key_id": unit.key_id} if unit.key_id else {}),
        },
    }  # fmt: skip


def _residual(residual: Residual, as_of: date, currency: str) -> Document:
    return {
        "days": residual.days,
        "on": (as_of + timedelta(days=residual.days)).isoformat(),
        "basis": residual.basis.value,
        **_interval(residual.value, currency),
    }


def _interval(interval: Interval, currency: str) -> Document:
    names = ("p10", "p50", "p90", "mean")
    return {name: _money(getattr(interval, name), currency) for name in names}


def _line(line: Line, currency: str) -> Document:
    question = BY_ID.get(line.code)
    en, zh = (question.en, question.zh) if question else LABELS[line.code]
    return {
        "code": line.code,
        "label_en": en,
        "label_zh": zh,
        "answer": line.answer,
        "amount": _money(line.amount, currency),
        "basis": line.basis.value,
        "assumed": line.assumed,
    }


def _given(levels: Mapping[str, int]) -> Document:
    return {question: BY_ID[question].value(level) for question, level in levels.items()}


def _assumption(question_id: str) -> Document:
    question = BY_ID[question_id]
    return {
        "question": question_id,
        "counted_as": question.value(0),
        "en": f"{question.en} Not answered: counted as the worst answer.",
        "zh": f"{question.zh}未回答：按最差情况计算。",
    }


def _money(amount: int, currency: str) -> Document:
    return {"amount": amount, "currency": currency}


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
