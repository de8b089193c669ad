"""What an inspection is told as: declared and inspected side by side, each change with its line."""

from collections.abc import Mapping, Sequence

from valuation.domain.answers import CompletedAnswers
from valuation.domain.counter_offer import FindingLine
from valuation.domain.inspection import Change, ChangedAnswer, OtherUnit, OtherVariant, Verdict
from valuation.domain.questions import BY_ID
from valuation.quotes.documents import Document

OTHER_LABELS = {
    OtherVariant: ("Another variant of the device", "机型版本不同"),
    OtherUnit: ("Another unit (IMEI or serial number)", "设备串号不同"),
}


def found_document(
    verdict: Verdict,
    lines: Sequence[FindingLine],
    repriced: Mapping[str, object],
    declared: CompletedAnswers,
    inspected: CompletedAnswers,
) -> Document:
    """The finding as JSON-able data; amounts in minor units of the quote's currency.

    ``lines`` sum to the difference that the changes make; what people overrode stands apart.
    """
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
