"""The lines of a quote: from the device without a fault to the offer, each answer's share its own.

Let v(S) be the offer for a device whose answers are those of S, all others being at their best.
The first line is v of no answer; every answer that is not at its best has its Shapley share of
what they take together, so that the order of the answers changes nothing. Every figure is a
difference of *offers*, so none shows what the shop keeps.

A lock has a line of its own: what the offer loses until its last day, for the answers as they are.

Shares are exact for up to ``MOST`` answers, as long as the price model is asked for no more rows
than a quote may ask; of more the later ones of the registry are one line. Where the device is worth
no more than its parts or its metal, or is refused, no answer has a price of its own: one line
carries the whole difference.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from valuation.domain.answers import CompletedAnswers
from valuation.domain.disposition import Route
from valuation.domain.pricing import Appraisal
from valuation.domain.questions import BEST, BY_ID, POSITION
from valuation.domain.shapley import shapley_shares
from valuation.domain.states import Layout, State, layout_of

MOST = 5  # answers with a line each
BEST_CONDITION, OTHERS, ROUTE = "best_condition", "other_answers", "route"
LOCK, ROUNDING = "lock", "rounding"
RESOLD = (Route.AS_IS, Route.REFURBISH)


class Basis(StrEnum):
    """Where a line's amount comes from."""

    SALES = "sales"
    TABLE = "table"
    GATE = "gate"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Line:
    """One line in minor units; ``answer`` is absent on those that no single answer makes."""

    code: str
    amount: int
    basis: Basis
    answer: str | int | None = None
    assumed: bool = False


class Lock(NamedTuple):
    """The device on the last day on which it may be handed over, and what its ageing rests on."""

    appraisal: Appraisal
    basis: Basis


@dataclass(frozen=True, slots=True)
class Cause:
    """An answer below its best, with the questions that it settles."""

    code: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The causes of a difference, and the state with every subset of them: bit i for cause i."""

    causes: tuple[Cause, ...]
    states: tuple[State, ...]


def breakdown(completed: CompletedAnswers, *, fits: Callable[[Sequence[State]], bool]) -> Breakdown:
    """The answers below their best, the later ones together until they are few and fit."""
    layout, causes = layout_of(completed.category), _flaws(completed)
    after = layout.state(completed.levels)
    while True:
        states = _subsets(layout, layout.best, after, causes) if len(causes) <= MOST else ()
        if len(causes) <= 1 or (states and fits(states)):
            return Breakdown(tuple(causes), states)
        both = (*causes[-2].questions, *causes[-1].questions)
        causes = [*causes[:-2], Cause(OTHERS, both)]


def lines(
    *,
    broken_down: Breakdown,
    appraisal: Appraisal,
    completed: CompletedAnswers,
    lock: Lock | None = None,
) -> list[Line]:
    """Lines that sum exactly to the rounded offer; the last is the rounding, below one step."""
    states = broken_down.states
    offers = [appraisal.offer(state) for state in states]
    shown = [Line(BEST_CONDITION, offers[0], _basis(_unsold(appraisal), states[:1], appraisal))]
    if appraisal.offered_by(states[-1]) in RESOLD:
        shares = shapley_shares(offers)
        for place, (cause, amount) in enumerate(zip(broken_down.causes, shares, strict=True)):
            line = _line(cause, amount, _with(place, states), appraisal, completed)
            if line.amount or line.basis is not Basis.GATE:
                shown.append(line)
    elif offers[-1] != offers[0]:
        shown.append(Line(ROUTE, offers[-1] - offers[0], Basis.TABLE))
    paid = appraisal
    if lock is not None:
        paid = lock.appraisal
        shown.append(Line(LOCK, paid.offer(states[-1]) - offers[-1], lock.basis))
    rounding = paid.rounded(states[-1]) - paid.offer(states[-1])
    return [*shown, Line(ROUNDING, rounding, Basis.POLICY)]


def _line(
    cause: Cause,
    amount: int,
    states: Sequence[State],
    appraisal: Appraisal,
    completed: CompletedAnswers,
) -> Line:
    priced = [question for question in cause.questions if BY_ID[question].priced]
    basis = _basis(priced, states, appraisal) if priced else Basis.GATE
    if cause.code == OTHERS:
        return Line(OTHERS, amount, basis)
    question = BY_ID[cause.code]
    return Line(
        code=question.id,
        amount=amount,
        basis=basis,
        answer=question.value(completed.levels[question.id]),
        assumed=question.id in completed.assumed,
    )


def _basis(questions: Sequence[str], states: Sequence[State], appraisal: Appraisal) -> Basis:
    """Sales, where they knew the answers on both sides and the offer is for what it sells for as it
    is; a repair, a part or a metal has its price from a table."""
    taught, place = appraisal.tariff.taught, appraisal.tariff.layout.place
    known = all(
        question in taught and taught[question].holds(state[place[question]])
        for question in questions
        for state in states
    )
    as_it_is = all(appraisal.offered_by(state) is Route.AS_IS for state in states)
    return Basis.SALES if known and as_it_is else Basis.TABLE


def _unsold(appraisal: Appraisal) -> list[str]:
    """Questions whose best answer no sale had, though others did."""
    asked, taught = appraisal.tariff.layout.questions, appraisal.tariff.taught
    return [q for q in asked if q in taught and taught[q].highest < BEST[q]]


def _with(place: int, states: Sequence[State]) -> list[State]:
    """The states that a cause's share compares: without it and with it."""
    return [
        state
        for subset in range(len(states))
        if subset >> place & 1
        for state in (states[subset & ~(1 << place)], states[subset])
    ]


def _subsets(
    layout: Layout, before: State, after: State, causes: Sequence[Cause]
) -> tuple[State, ...]:
    """The state before, with every subset of the causes as after."""
    states = [before]
    for cause in causes:
        places = {layout.place[question] for question in cause.questions}
        states += [
            tuple(after[place] if place in places else level for place, level in enumerate(state))
            for state in states
        ]
    return tuple(states)


def _flaws(completed: CompletedAnswers) -> list[Cause]:
    """The questions below their best, each with those that it settles, in the registry's order."""
    groups: dict[str, list[str]] = {}
    for question in sorted(completed.levels, key=POSITION.__getitem__):
        if completed.levels[question] < BEST[question]:
            groups.setdefault(_root(question, completed), []).append(question)
    return [Cause(root, tuple(members)) for root, members in groups.items()]


def _root(question: str, completed: CompletedAnswers) -> str:
    while question in completed.implied:
        question = completed.implied[question]
    return question
