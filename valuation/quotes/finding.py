"""What an inspection is told as: declared and inspected side by side, each change with its line."""

from collections.abc import Mapping, Sequence
from typing import Any

from valuation.domain.answers import CompletedAnswers
from valuation.domain.counter_offer import FindingLine
from valuation.domain.inspection import Change, ChangedAnswer, OtherUnit, OtherVariant, Verdict
from valuation.domain.questions import BY_ID
from valuation.quotes.documents import Document

OTHER_LABELS = {
    OtherVariant: ("Another variant of the device", "机型版本不同"),
    OtherUnit: ("Another unit (IMEI or serial number)", "设备串号不同"),
}
FOLLOWS = {
    "code": "follows_the_offer",
    "en": "It is counted on the offer, which the findings changed.",
    "zh": "该优惠按报价计算，报价已因检测结果变动。",
}


def found_document(
    verdict: Verdict,
    lines: Sequence[FindingLine],
    repriced: Mapping[str, Any],
    declared: CompletedAnswers,
    inspected: CompletedAnswers,
    *,
    before: Mapping[str, Any] | None = None,
) -> Document:
    """The finding as JSON-able data; amounts in minor units of the quote's currency.

    ``lines`` sum to the difference that the changes make; what people overrode stands apart.
    ``before``: what stood beside the offer; where the inspection changes that, ``extras`` has the
    differences, which sum to what the bonuses together gain or lose.
    """
    extras = extra_differences(before, repriced.get("extras"))
    return {
        "agreed": verdict.agreed,
        "amount": verdict.amount,
        "difference": sum(line.amount for line in lines),
        "lines": [_line(line) for line in lines],
        "answers": [
            {
                "question": question,
                "declared": BY_ID[question].value(level),
                "inspected": BY_ID[question].value(inspected.levels[question]),
            }
            for question, level in declared.levels.items()
        ],
        "quote": dict(repriced),
        **({"extras": extras} if extras else {}),
    }


def extra_differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[Document]:
    """What each bonus gains or loses by an inspection, in minor units, and why."""
    were, are = _by_id(before), _by_id(after)
    why = {each["campaign"]: each for each in (after or {}).get("without_effect", ())}
    moved = ((name, were.get(name), are.get(name)) for name in {**were, **are})
    return [
        _extra(old, new, why.get(name)) for name, old, new in moved if _amount(old) != _amount(new)
    ]


def _by_id(extras: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    return {line["id"]: line for line in (extras or {}).get("lines", ())}


def _amount(line: Mapping[str, Any] | None) -> int:
    return int(line["amount"]["amount"]) if line else 0


def _extra(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    why: Mapping[str, Any] | None,
) -> Document:
    line, reason = after or before or {}, why or FOLLOWS
    return {
        **{name: line[name] for name in ("kind", "id", "label_en", "label_zh")},
        "before": _amount(before),
        "after": _amount(after),
        "difference": _amount(after) - _amount(before),
        "reason": {name: reason[name] for name in ("code", "en", "zh")},
    }


def _line(line: FindingLine) -> Document:
    return {"amount": line.amount, "changes": [_change(change) for change in line.changes]}


def _change(change: Change) -> Document:
    evidence = [
        {"digest": each.digest, "place": each.place, "note": each.note} for each in change.evidence
    ]
    return {"reason": change.reason, "evidence": evidence, **_sides(change)}


def _sides(change: Change) -> Document:
    match change:
        case ChangedAnswer(question=name, declared=declared, inspected=inspected):
            question = BY_ID[name]
            return {
                "question": name,
                "label_en": question.en,
                "label_zh": question.zh,
                "declared": question.value(declared),
                "inspected": question.value(inspected),
            }
        case OtherVariant(declared=before, inspected=after):
            shown = (before, after)
        case OtherUnit(declared=unit, inspected=found):
            shown = (f"…{unit.last4}", f"…{found.last4}")
    en, zh = OTHER_LABELS[type(change)]
    return {
        "question": None,
        "label_en": en,
        "label_zh": zh,
        "declared": shown[0],
        "inspected": shown[1],
    }
