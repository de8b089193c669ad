"""Answers at the terminal: one option a question, made from the registry."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from valuation.domain.device import Category
from valuation.domain.questions import BY_ID, QUESTIONS, Question, questions_for

SHORTHANDS = {"cosmetic_grade": "--grade", "battery_health": "--battery"}

Answers = dict[str, str | int]


def answer_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with an option for every question of the registry."""
    for question in reversed(QUESTIONS):
        command = _option(question)(command)
    return command


def given_answers(options: Mapping[str, str | int | None], pairs: Sequence[str]) -> Answers:
    """The answers of the questions' options and of ``--answer question=answer``.

    Whether they are answers of the registry is for the use case to say; click.UsageError where a
    pair is none or a question is answered twice.
    """
    given: Answers = {name: value for name, value in options.items() if value is not None}
    for pair in pairs:
        question, mark, answer = pair.partition("=")
        if not (mark and question and answer):
            raise click.UsageError("--answer takes question=answer, such as sim_lock=unlocked")
        if question in given:
            raise click.UsageError(f"{question} is answered twice")
        given[question] = _spelled(question, answer)
    return given


def working(given: Mapping[str, str | int], category: Category | None = None) -> Answers:
    """The best answer to every required question that is open and asked: what ``--works`` sets.

    ``category``: None of a device that the catalogue holds.
    """
    known = dict(given)
    found: Answers = {}
    for question in QUESTIONS if category is None else questions_for(category):
        if question.required and question.id not in given and _asked(question, known):
            found[question.id] = known[question.id] = question.value(question.best)
    return found


def _asked(question: Question, known: Mapping[str, str | int]) -> bool:
    return all(known.get(c.parent, c.answer) == c.answer for c in question.asked_when)


def _spelled(question: str, answer: str) -> str | int:
    """A percentage as a number; the registry refuses what it does not know."""
    percent = question in BY_ID and BY_ID[question].percent
    return int(answer) if percent and answer.isascii() and answer.isdigit() else answer


def _option(question: Question) -> Callable[..., Any]:
    names = [f"--{question.id.replace('_', '-')}"]
    names += [SHORTHANDS[question.id]] if question.id in SHORTHANDS else []
    kind: click.ParamType[Any] = (
        click.IntRange(0, 100)
        if question.percent
        else click.Choice([answer.id for answer in question.answers], case_sensitive=False)
    )
    required = " Required for an offer." if question.required else ""
    return click.option(*names, question.id, type=kind, help=f"{question.en}{required}")
