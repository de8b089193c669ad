"""The lines of a quote: from the device without a fault to the offer, one answer at a time.

The answers are taken in the order of the registry, whatever order they were given in. Each line is
a difference of *offers*, so that no line shows what the shop keeps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from valuation.domain.answers import CompletedAnswers, Levels, best_levels
from valuation.domain.pricing import Appraisal, levels_to_price
from valuation.domain.questions import BY_ID, POSITION

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
    """A step of the path: the question that it is named for, and the levels after it."""

    code: str
    levels: dict[str, int]


def path(completed: CompletedAnswers, *, fits: Callable[[Sequence[Levels]], bool]) -> list[Step]:
    """The steps from the best levels to the completed ones, the tail grouped until they fit."""
    steps = [Step("best_condition", best_levels(completed.category))]
    for root, members in _flaws(completed):
        changed = {question: completed.levels[question] for question in members}
        steps.append(Step(root, {**steps[-1].levels, **changed}))
    while len(steps) > 3 and not fits([step.levels for step in steps]):
        steps[-2:] = [Step(OTHERS, steps[-1].levels)]
    return steps


def states(steps: Sequence[Levels]) -> list[dict[str, int]]:
    """Every effective state that the steps' offers look at."""
    return [state for levels in steps for state in levels_to_price(levels)]


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
    if step.code == OTHERS:
        return Line(OTHERS, amount, Basis.SALES)
    question = BY_ID[step.code]
    basis = Basis.SALES if question.id in appraisal.taught else Basis.TABLE
    return Line(
        code=question.id,
        amount=amount,
        basis=basis if question.priced else Basis.GATE,
        answer=question.value(completed.levels[question.id]),
        assumed=question.id in completed.assumed,
    )


def _flaws(completed: CompletedAnswers) -> list[tuple[str, list[str]]]:
    """The questions below their best, each with those that it settles, in the registry's order."""
    groups: dict[str, list[str]] = {}
    for question in sorted(completed.levels, key=POSITION.__getitem__):
        if completed.levels[question] < BY_ID[question].best:
            groups.setdefault(_root(question, completed), []).append(question)
    return list(groups.items())


def _root(question: str, completed: CompletedAnswers) -> str:
    while question in completed.implied:
        question = completed.implied[question]
    return question
