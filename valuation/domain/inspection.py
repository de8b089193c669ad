"""What an inspection found: the changed answers, and the amount that they alone may move.

A verdict cannot lower the amount unless an answer is worse or the variant another, nor raise it
unless an answer is better or the variant another; another unit alone moves nothing, for no price
depends on which unit it is. Nobody is asked to consent to more money: findings that are all for
the better are ``Confirmed``. A worse answer, another unit or a lower amount is a ``CounterOffer``,
even where the amount stays: what is held against the customer's word awaits the customer's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from valuation.domain.answers import Levels
from valuation.domain.questions import BEST, BY_ID, POSITION, QUESTIONS
from valuation.domain.quote import Unit
from valuation.domain.records import BadRecord, Evidence, check_amount
from valuation.domain.refusals import IllegalStep, Refusal

VARIANT_DIFFERS = "variant_differs"
UNIT_DIFFERS = "unit_differs"
REASONS = (*(question.reason_code for question in QUESTIONS), VARIANT_DIFFERS, UNIT_DIFFERS)
NO_EVIDENCE: Mapping[str, Sequence[Evidence]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedAnswer:
    """A question with the level that was declared and the one that was found."""

    question: str
    declared: int
    inspected: int
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if self.question not in BY_ID:
            raise BadRecord(f"unknown question {self.question[:40]!r}")
        for level in (self.declared, self.inspected):
            if type(level) is not int or not 0 <= level <= BEST[self.question]:
                raise BadRecord(f"{self.question} has no level {level!r}")
        if self.declared == self.inspected:
            raise BadRecord(f"{self.question} did not change")

    @property
    def reason(self) -> str:
        """The registry's reason code."""
        return BY_ID[self.question].reason_code

    @property
    def worse(self) -> bool:
        """Whether the customer's word was the better one."""
        return self.inspected < self.declared


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherVariant:
    """The device is another variant than the one quoted."""

    declared: str
    inspected: str
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if self.declared == self.inspected:
            raise BadRecord("the variant did not change")

    @property
    def reason(self) -> str:
        """Always the same."""
        return VARIANT_DIFFERS


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherUnit:
    """The device has another IMEI or serial number than the one quoted."""

    declared: Unit
    inspected: Unit
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if self.declared == self.inspected:
            raise BadRecord("the unit did not change")

    @property
    def reason(self) -> str:
        """Always the same."""
        return UNIT_DIFFERS


Change = ChangedAnswer | OtherVariant | OtherUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Nothing that the customer must consent to: the same amount, or more for a better device.

    ``conditions``: gate codes that must be shown before settlement, for the inspected answers.
    """

    agreed: int
    amount: int
    changes: tuple[Change, ...]
    conditions: tuple[str, ...]

    def __post_init__(self) -> None:
        _check(self)
        if _needs_consent(self.changes, self.agreed, self.amount):
            raise BadRecord("what is worse than declared is a counter-offer")


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterOffer:
    """An amount for the device as it was found, with every change that it rests on."""

    agreed: int
    amount: int
    changes: tuple[Change, ...]
    conditions: tuple[str, ...]

    def __post_init__(self) -> None:
        _check(self)
        if not _needs_consent(self.changes, self.agreed, self.amount):
            raise BadRecord("what is as declared or better needs no counter-offer")


Verdict = Confirmed | CounterOffer


def verdict(
    *,
    declared: Levels,
    inspected: Levels,
    agreed: int,
    amount: int,
    conditions: Sequence[str],
    others: Sequence[OtherVariant | OtherUnit] = (),
    evidence: Mapping[str, Sequence[Evidence]] = NO_EVIDENCE,
) -> Verdict:
    """Confirmed or a counter-offer; IllegalStep where the changes do not carry the amount.

    ``declared`` and ``inspected`` are complete levels, ``conditions`` those of the inspected ones;
    ``evidence`` is by question.
    """
    changes = (*changed_answers(declared=declared, inspected=inspected, evidence=evidence), *others)
    kind = CounterOffer if _needs_consent(changes, agreed, amount) else Confirmed
    return kind(agreed=agreed, amount=amount, changes=changes, conditions=tuple(conditions))


def changed_answers(
    *,
    declared: Levels,
    inspected: Levels,
    evidence: Mapping[str, Sequence[Evidence]] = NO_EVIDENCE,
) -> tuple[ChangedAnswer, ...]:
    """The changes in the registry's order, without those that follow from a changed parent."""
    different = declared.keys() ^ inspected.keys()
    if different:
        raise IllegalStep(Refusal.OTHER_QUESTIONS, questions=", ".join(sorted(different)))
    roots = findings(declared=declared, inspected=inspected)
    unasked = evidence.keys() - roots.keys()
    if unasked:
        changed = ", ".join(sorted(roots)) or "nothing"
        raise BadRecord(f"evidence for what did not change; what changed: {changed}")
    return tuple(
        ChangedAnswer(
            question=question,
            declared=declared[question],
            inspected=inspected[question],
            evidence=tuple(evidence.get(question, ())),
        )
        for question in roots
    )


def findings(*, declared: Levels, inspected: Levels) -> dict[str, tuple[str, ...]]:
    """The questions whose answer changed, in the registry's order, each with those that follow
    from it: a changed parent settles them, so they are no findings of their own."""
    found = sorted(
        (question for question in inspected if inspected[question] != declared[question]),
        key=lambda question: POSITION.get(question, len(POSITION)),
    )
    groups: dict[str, list[str]] = {}
    for question in found:
        groups.setdefault(_root(question, found, inspected), []).append(question)
    return {root: tuple(members) for root, members in groups.items()}


def _root(question: str, found: Sequence[str], inspected: Levels) -> str:
    asked_when = BY_ID[question].asked_when if question in BY_ID else ()
    for condition in asked_when:
        needed = BY_ID[condition.parent].level(condition.answer)
        if condition.parent in found and inspected[condition.parent] != needed:
            return _root(condition.parent, found, inspected)
    return question


def _needs_consent(changes: Sequence[Change], agreed: int, amount: int) -> bool:
    against = any(
        isinstance(change, OtherUnit) or (isinstance(change, ChangedAnswer) and change.worse)
        for change in changes
    )
    return against or amount < agreed


def _check(found: Verdict) -> None:
    check_amount(found.agreed)
    check_amount(found.amount)
    subjects = [c.question if isinstance(c, ChangedAnswer) else c.reason for c in found.changes]
    if len(set(subjects)) < len(subjects):
        raise BadRecord("a verdict names each change once")
    facts = {"agreed": found.agreed, "amount": found.amount}
    if found.amount < found.agreed and not found.changes:
        raise IllegalStep(Refusal.DROP_WITHOUT_CHANGE, **facts)
    if found.amount < found.agreed and not _moves(found.changes, worse=True):
        raise IllegalStep(Refusal.DROP_WITHOUT_CAUSE, **facts)
    if found.amount > found.agreed and not _moves(found.changes, worse=False):
        raise IllegalStep(Refusal.RAISE_WITHOUT_CAUSE, **facts)


def _moves(changes: Sequence[Change], *, worse: bool) -> bool:
    """Whether a change can move an amount downwards, or upwards."""
    return any(
        isinstance(change, OtherVariant)
        or (isinstance(change, ChangedAnswer) and change.worse is worse)
        for change in changes
    )
