"""Errors of what stands beside an offer as problems: codes and purchases."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from valuation.domain.extra_terms import PurchaseRefused
from valuation.quotes.documents import Document
from valuation.storage.baskets import BasketNotFound
from valuation.use_cases.basket_codes import SingleUseCoupon, TooManyCodes
from valuation.use_cases.basket_lines import InAnotherBasket, SameUnit
from valuation.use_cases.baskets import NothingQuoted
from valuation.use_cases.claiming import CodeSpent, UnknownCode
from valuation.use_cases.open_quotes import OpenOverridden
from valuation.web.problem import FieldError, Problem, in_body

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


def _single_use_coupon(error: SingleUseCoupon) -> Problem:
    found = in_body(("codes", str(error.place)), str(error), "POST /v1/quotes with purchase, codes")
    return Problem(422, "single_use_coupon", "Single-use coupon", f"codes: {error}", (found,))


def _too_many_codes(error: TooManyCodes) -> Problem:
    found = in_body(("codes", str(error.place)), str(error), "fewer, or in the lines' own codes")
    return Problem(422, "too_many_codes", "Too many codes", f"{found.field}: {error}", (found,))


def _nothing_quoted(error: NothingQuoted) -> Problem:
    """Every line's problem, and the fields of all of them as they stand in the basket's body."""
    lines = [{"position": at, "problem": each} for at, each in enumerate(error.problems)]
    fields = [
        FieldError(f"lines.{at}.{name}", str(each["message"]), each["accepted"],
                   f"/lines/{at}{each['pointer'] or ''}")
        for at, problem in enumerate(error.problems)
        for each in cast(Sequence[Mapping[str, Any]], problem["errors"])
        for name in [each["field"]]
    ]  # fmt: skip
    return Problem(
        422, "nothing_quoted", "Nothing quoted", str(error), fields, besides={"lines": lines}
    )


def _same_unit(error: SameUnit) -> Problem:
    found = in_body(("device", "identifier"), str(error), "each unit once")
    return Problem(422, "same_unit", "Same unit", str(error), (found,))


def _in_another_basket(error: InAnotherBasket) -> Problem:
    found = in_body(("device", "identifier"), str(error), "a device whose quote is in no basket")
    return Problem(409, "in_another_basket", "In another basket", str(error), (found,))


def _open_overridden(error: OpenOverridden) -> Problem:
    return Problem(409, "open_overridden", "Amount named by a person", str(error))


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
    (SingleUseCoupon, _single_use_coupon),
    (NothingQuoted, _nothing_quoted),
    (SameUnit, _same_unit),
    (TooManyCodes, _too_many_codes),
    (InAnotherBasket, _in_another_basket),
    (OpenOverridden, _open_overridden),
)
