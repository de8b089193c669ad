"""A device check in a quote's document: what the source said, what was declared, what counts.

A quote that is replayed reads the check here and asks no source again.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from valuation.domain.answers import Levels
from valuation.domain.device import Category
from valuation.domain.device_checks import (
    ACTIVATION_LOCK,
    BLOCK_LIST,
    Checked,
    DeviceCheck,
    Listing,
    LockState,
    Why,
)
from valuation.domain.questions import BY_ID

CONFLICTS = {
    BLOCK_LIST: (
        "listed_though_declared_clear",
        "The block list names this device, though it was declared clear: the list counts.",
        "申报为未列入，但查询结果显示该设备已列入黑名单，以查询结果为准。",
    ),
    ACTIVATION_LOCK: (
        "locked_though_declared_off",
        "The activation lock is on, though it was declared off: the check counts.",
        "申报为已退出，但查询结果显示激活锁仍开启，以查询结果为准。",
    ),
}


def check_document(checked: Checked, category: Category) -> dict[str, object]:
    """The check as JSON-able data."""
    check = checked.check
    return {
        "source": check.source,
        "digest": check.digest,
        "dated": check.dated and check.dated.isoformat(),
        "at": check.at.isoformat().replace("+00:00", "Z"),
        "why": check.why and check.why.value,
        "findings": [_finding(checked, question, category) for question in check.statuses],
    }


def checked_of(document: Mapping[str, object], declared: Levels) -> Checked | None:
    """The check that a quote's document holds, beside its declared answers; None without one."""
    told = cast(dict[str, Any] | None, document.get("checks"))
    if told is None:
        return None
    statuses = {finding["question"]: finding["status"] for finding in told["findings"]}
    check = DeviceCheck(
        block_list=Listing(statuses[BLOCK_LIST]),
        activation_lock=LockState(statuses[ACTIVATION_LOCK]),
        source=told["source"],
        at=datetime.fromisoformat(told["at"]),
        digest=told["digest"],
        dated=told["dated"] and date.fromisoformat(told["dated"]),
        why=told["why"] and Why(told["why"]),
    )
    return Checked(check, declared)


def counted_answers(document: Mapping[str, object]) -> dict[str, object]:
    """The answers that a quote was priced by: the declared ones, where no check overruled them."""
    told = cast(dict[str, Any], document.get("checks") or {"findings": []})
    counted = {finding["question"]: finding["counted"] for finding in told["findings"]}
    answers = cast(dict[str, object], document["answers"])
    return {**answers, **{q: answer for q, answer in counted.items() if answer is not None}}


def _finding(checked: Checked, question: str, category: Category) -> dict[str, object]:
    declared, counted = checked.declared.get(question), checked.counted(category).get(question)
    known = checked.check.known.get(question)
    by_check = known is not None and known == counted
    by_clerk = "declared" if declared is not None else None
    conflict = dict(zip(("code", "en", "zh"), CONFLICTS[question], strict=True))
    return {
        "question": question,
        "status": checked.check.statuses[question],
        "declared": _answer(question, declared),
        "counted": _answer(question, counted),
        "said_by": "check" if by_check else by_clerk,
        "conflict": conflict if checked.overruled(question) else None,
    }


def _answer(question: str, level: int | None) -> str | int | None:
    return None if level is None else BY_ID[question].value(level)
