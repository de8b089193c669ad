"""Pairs of answers of one device, of which the second are worse in one thing."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from valuation.domain.answers import CompletedAnswers, best_levels, with_answers
from valuation.domain.questions import BY_ID, GRADE, Question, questions_for

SILENT = 0.1  # of optional questions that are left unanswered
USUAL = 0.8  # of answers that are the best
SOUND = 0.97  # the same where the worst answer closes resale, so that most stay open to it
LEAST_HEALTH = 60
FALLS = (1, 10)  # points of battery health that make one pair each


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sets of answers of one device; ``step`` names what is worse in the second."""

    step: str
    better: CompletedAnswers
    worse: CompletedAnswers


def ladders_of(silent: CompletedAnswers) -> Iterator[Pair]:
    """Every question from its best answer to its worst, a level at a time, all others the best
    with which it is asked at all."""
    for question in questions_for(silent.category):
        asked = {c.parent: BY_ID[c.parent].level(c.answer) for c in question.asked_when}
        base = with_answers(silent, {**best_levels(silent.category), **asked})
        for level in range(question.best, 0, -_pace(question)):
            fall = min(_pace(question), level)
            better, worse = (with_answers(base, {question.id: v}) for v in (level, level - fall))
            yield Pair(_step(question, level, fall), better, worse)


def pairs_of(silent: CompletedAnswers, rng: np.random.Generator, wanted: int) -> Iterator[Pair]:
    """The flawless device first, then devices with random answers, one step worse each time."""
    base, count = flawless(silent), 0
    while count < wanted:
        for pair in list(_steps(base, silent))[: wanted - count]:
            count += 1
            yield pair
        base = drawn_answers(silent, rng)


def flawless(silent: CompletedAnswers) -> CompletedAnswers:
    """Every question with its best answer."""
    return with_answers(silent, best_levels(silent.category))


def drawn_answers(silent: CompletedAnswers, rng: np.random.Generator) -> CompletedAnswers:
    """Answers that a customer might give; some optional ones are left out."""
    drawn = {q.id: _drawn(q, rng) for q in questions_for(silent.category)}
    given = {question: level for question, level in drawn.items() if level is not None}
    return with_answers(silent, given)


def _pace(question: Question) -> int:
    return max(FALLS) if question.percent else 1


def _steps(base: CompletedAnswers, silent: CompletedAnswers) -> Iterator[Pair]:
    """Each given answer made worse by one step, and left out."""
    for question_id, level in base.given.items():
        question = BY_ID[question_id]
        rest = {other: value for other, value in base.given.items() if other != question_id}
        yield Pair(f"{question_id} left out", base, with_answers(silent, rest))
        for fall in FALLS if question.percent else (1,):
            if level >= fall:
                step = _step(question, level, fall)
                yield Pair(step, base, with_answers(base, {question_id: level - fall}))


def _step(question: Question, level: int, fall: int) -> str:
    if question.percent:
        return f"{question.id} {fall} lower, from {level // 10}0s" if level < 100 else (
            f"{question.id} {fall} lower, from 100"
        )  # fmt: skip
    return f"{question.id} {question.value(level)} → {question.value(level - fall)}"


def _drawn(question: Question, rng: np.random.Generator) -> int | None:
    if not question.required and rng.random() < SILENT:
        return None
    if question.percent:
        return int(rng.integers(LEAST_HEALTH, question.best + 1))
    usual = USUAL if question.priced and question.repairable else SOUND
    if question.id != GRADE.id and rng.random() < usual:
        return question.best
    return int(rng.integers(question.best + 1))
