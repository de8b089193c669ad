"""The lines of a quote: from the device without a fault to the offer, one answer at a time.

The answers are taken in the order of the registry, whatever order they were given in. Each line is
a difference of *offers*, so that no line shows what the shop keeps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from valuation.domain.answers import CompletedAnswers, Levels, best_levels
from valuation.domain.pricing import Appraisal
from valuation.domain.questions import BEST, BY_ID, POSITION

OTHERS = "other_answers"


class Basis(StrEnum):
    """Where a line's amount comes from."""

    SALES = "sales"
    TABLE = "table"
    GATE = "gate"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Line:
    """One line in minor units; ``answer`` is absent on the first and on the rounding line."""

    code: str
    amount: int
    basis: Basis
    answer: str | int | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the path: its name, the questions that it worsens, and the levels after it."""

    code: str
    questions: tuple[str, ...]
    levels: dict[str, int]


def path(completed: CompletedAnswers, *, fits: Callable[[Sequence[Levels]], bool]) -> list[Step]:
    """The steps from the best levels to the completed ones, the tail grouped until they fit."""
    steps = [Step("best_condition", (), best_levels(completed.category))]
    for root, members in _flaws(completed):
        changed = {question: completed.levels[question] for question in members}
        steps.append(Step(root, tuple(members), {**steps[-1].levels, **changed}))
    while len(steps) > 3 and not fits([step.levels for step in steps]):
        grouped = (*steps[-2].questions, *steps[-1].questions)
        steps[-2:] = [Step(OTHERS, grouped, steps[-1].levels)]
    return steps


def lines(
    *, steps: Sequence[Step], appraisal: Appraisal, completed: CompletedAnswers
) -> list[Line]:
    """Lines that sum exactly to the rounded offer; the last is the rounding, below one step."""
    offers = [appraisal.offer(step.levels) for step in steps]
    shown = [Line(steps[0].code, offers[0], Basis.SALES)]
    for step, before, after in zip(steps[1:], offers, offers[1:], strict=False):
        line = _line(step, after - before, appraisal, completed)
        if line.amount or line.basis is not Basis.GATE:
            shown.append(line)
    rounded = appraisal.rounded(steps[-1].levels)
    return [*shown, Line("rounding", rounded - offers[-1], Basis.POLICY)]


def _line(step: Step, amount: int, appraisal: Appraisal, completed: CompletedAnswers) -> Line:
    basis = _basis(step, appraisal)
    if step.code == OTHERS:
        return Line(OTHERS, amount, basis)
    question = BY_ID[step.code]
    return Line(
        code=question.id,
        amount=amount,
        basis=basis,
        answer=question.value(completed.levels[question.id]),
        assumed=question.id in completed.assumed,
    )


def _basis(step: Step, appraisal: Appraisal) -> Basis:
    """Table as soon as one of the step's answers was never taught."""
    priced = [question for question in step.questions if BY_ID[question].priced]
    if not priced:
        return Basis.GATE
    known = all(step.levels[q] >= appraisal.taught.get(q, BEST[q]) for q in priced)
    return Basis.SALES if known else Basis.TABLE


def _flaws(completed: CompletedAnswers) -> list[tuple[str, list[str]]]:
    """The questions below their best, each with those that it settles, in the registry's order."""
    groups: dict[str, list[str]] = {}
    for question in sorted(completed.levels, key=POSITION.__getitem__):
        if completed.levels[question] < BEST[question]:
            groups.setdefault(_root(question, completed), []).append(question)
    return list(groups.items())


def _root(question: str, completed: CompletedAnswers) -> str:
    while question in completed.implied:
        question = completed.implied[question]
    return question
