"""Answers given about a device, completed so that silence never pays.

A quote is priced on *levels*: one for every question of the category. A question that was not
answered counts as its worst answer and is named as an assumption; a missing required answer makes
the quote indicative.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from valuation.domain.device import Category
from valuation.domain.questions import (
    BEST,
    BY_ID,
    GRADE,
    GRADE_CAPS,
    QUESTIONS,
    Condition,
    Question,
    question_for,
    questions_for,
)

Levels = Mapping[str, int]

# Each question's conditions with the levels that they need of their parents.
_NEEDED = {
    question.id: [(it, BY_ID[it.parent].level(it.answer)) for it in question.asked_when]
    for question in QUESTIONS
}


class ImpossibleAnswers(ValueError):
    """Two answers that cannot both be true of one device."""

    def __init__(self, question: Question, parent: Question, needed: str, given: str) -> None:
        super().__init__(
            f"{question.id} can only be answered while {parent.id} is {needed!r}, "
            f"and {parent.id} is {given!r}: leave {question.id} out or correct {parent.id}"
        )
        self.question = question.id


@dataclass(frozen=True, slots=True)
class CompletedAnswers:
    """A level for every question of the category, and how each that was not given came about.

    ``implied``: question → the parent whose answer settles it. ``assumed``: optional questions
    that count as their worst answer. ``missing``: required questions without an answer, which
    count as their worst until they are answered.
    """

    category: Category
    given: Levels
    levels: Levels
    implied: Mapping[str, str]
    assumed: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def grade_capped_by(self) -> str | None:
        """The answer that overrules a better grade that was given."""
        if GRADE.id not in self.given:
            return None
        return _cap(self.levels)[1]


def parse(*, answers: Mapping[str, object], category: Category) -> dict[str, int]:
    """Levels of the answers as given; UnknownQuestion or UnknownAnswer name what is accepted."""
    return {
        question_id: question_for(question_id=question_id, category=category).level(value)
        for question_id, value in answers.items()
    }


def complete(*, given: Levels, category: Category) -> CompletedAnswers:
    """Every question's level; ImpossibleAnswers where the given ones contradict each other."""
    levels, implied = observe(given=given, category=category)
    open_questions = [q for q in questions_for(category) if q.id not in levels]
    more: Mapping[str, str] = {}
    if open_questions:
        # A question left open may itself settle others: they are worst with it.
        worst = {question.id: 0 for question in open_questions}
        levels, more = observe(given=levels | worst, category=category, strict=False)
    return CompletedAnswers(
        category=category,
        given=MappingProxyType(dict(given)),
        levels=MappingProxyType(levels),
        implied=MappingProxyType({**implied, **more}),
        assumed=tuple(q.id for q in open_questions if not q.required and q.id not in more),
        missing=tuple(q.id for q in open_questions if q.required and q.id not in more),
    )


def observe(
    *, given: Levels, category: Category, strict: bool = True
) -> tuple[dict[str, int], dict[str, str]]:
    """What the given answers say and settle, without assuming anything: levels, implied by whom.

    ImpossibleAnswers where two of them contradict each other, unless ``strict`` is off: then the
    parent's answer wins.
    """
    levels: dict[str, int] = {}
    implied: dict[str, str] = {}
    for question in questions_for(category):
        settled = _settled(question, levels)
        if settled is None:
            if question.id in given:
                levels[question.id] = given[question.id]
            continue
        condition, level = settled
        if strict and question.id in given:
            parent = BY_ID[condition.parent]
            shown = str(parent.value(levels[parent.id]))
            raise ImpossibleAnswers(question, parent, condition.answer, shown)
        levels[question.id], implied[question.id] = level, condition.parent
    return levels, implied


def with_answers(completed: CompletedAnswers, changes: Levels) -> CompletedAnswers:
    """The same device with other answers given; those no longer asked are dropped."""
    given = {**completed.given, **changes}
    while True:
        try:
            return complete(given=given, category=completed.category)
        except ImpossibleAnswers as contradiction:
            del given[contradiction.question]


def missing_at_best(completed: CompletedAnswers) -> CompletedAnswers:
    """The device with every missing required answer at the best that the given ones allow."""
    found = completed
    while found.missing:
        found = _with_best(found, BY_ID[found.missing[0]])
    return found


def _with_best(completed: CompletedAnswers, question: Question) -> CompletedAnswers:
    for level in range(question.best, 0, -1):
        try:
            given = {**completed.given, question.id: level}
            return complete(given=given, category=completed.category)
        except ImpossibleAnswers:
            continue
    return with_answers(completed, {question.id: 0})


def best_levels(category: Category) -> dict[str, int]:
    """The levels of a device without a fault."""
    return {question.id: question.best for question in questions_for(category)}


def effective(levels: Levels) -> dict[str, int]:
    """The levels that count: the worse of the grade and what the other answers leave possible."""
    capped, _ = _cap(levels)
    return {**levels, GRADE.id: capped} if GRADE.id in levels else dict(levels)


def _settled(question: Question, levels: Levels) -> tuple[Condition, int] | None:
    """The condition whose parent settles this question, with the level; None where it is open."""
    for condition, needed in _NEEDED[question.id]:
        level = levels.get(condition.parent)
        if level is not None and level != needed:
            return condition, 0 if level < needed else BEST[question.id]
    return None


def _cap(levels: Levels) -> tuple[int, str | None]:
    """The grade's level after the caps of other answers, and the answer that lowered it most."""
    grade, capped_by = levels.get(GRADE.id, GRADE.best), None
    for (question_id, level), cap in GRADE_CAPS.items():
        if cap < grade and levels.get(question_id) == level:
            grade, capped_by = cap, question_id
    return grade, capped_by
