"""Errors of what stands beside an offer as problems: codes and purchases."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from valuation.domain.extra_terms import PurchaseRefused
from valuation.quotes.documents import Document
from valuation.storage.baskets import BasketNotFound
from valuation.use_cases.baskets import LineCode, SameUnit
from valuation.use_cases.claiming import CodeSpent, UnknownCode
from valuation.web.problem import Problem, in_body

WORDS = "a running campaign's word, or a single-use code as it was printed"


def _unknown_code(error: UnknownCode) -> Problem:
    found = in_body(("codes", str(error.place)), str(error), WORDS)
    return Problem(422, "unknown_code", "Unknown code", f"{found.field}: {error}", (found,))


def _code_spent(error: CodeSpent) -> Problem:
    found = in_body(("codes", str(error.place)), str(error), "leave it out, or give another")
    return Problem(409, "code_spent", "Code spent", f"{found.field}: {error}", (found,))


def _purchase(error: PurchaseRefused) -> Problem:
    found = in_body(("purchase", error.member), str(error))
    return Problem(422, "purchase_refused", "Purchase", f"{found.field}: {error}", (found,))


def _basket_not_found(_: BasketNotFound) -> Problem:
    return Problem(404, "basket_not_found", "No such basket", "no basket has this id or code")


def _line_code(error: LineCode) -> Problem:
    found = in_body(("codes",), str(error), "words of campaigns")
    return Problem(422, "code_of_a_line", "Code of a line", f"codes: {error}", (found,))


def _same_unit(error: SameUnit) -> Problem:
    found = in_body(("device", "identifier"), str(error), "each unit once")
    return Problem(422, "same_unit", "Same unit", str(error), (found,))


def line_problem(problem: Problem) -> Document:
    """A problem as a member of a basket: without what only a whole answer has."""
    errors = [asdict(each) for each in problem.errors]
    told = {"code": problem.code, "title": problem.title, "detail": problem.detail}
    return {**told, "errors": errors}


TABLE: Sequence[tuple[type[Exception], Callable[[Any], Problem]]] = (
    (UnknownCode, _unknown_code),
    (CodeSpent, _code_spent),
    (PurchaseRefused, _purchase),
    (BasketNotFound, _basket_not_found),
    (LineCode, _line_code),
    (SameUnit, _same_unit),
)
