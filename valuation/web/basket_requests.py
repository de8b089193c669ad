"""A basket's body read line by line: one that is malformed is its own problem and nobody else's."""

from pydantic import ValidationError

from valuation.quotes.quoting import QuoteRequest
from valuation.use_cases.basket_lines import Malformed
from valuation.use_cases.baskets import BasketRequest
from valuation.web.extra_problems import line_problem
from valuation.web.requests import BasketIn, LineIn
from valuation.web.validation import validation_problem


def asked(body: BasketIn) -> BasketRequest:
    """As the use case asks it; PurchaseRefused."""
    bought = body.purchase.purchase() if body.purchase else None
    lines = tuple(_read(sent) for sent in body.lines)
    return BasketRequest(lines=lines, purchase=bought, codes=tuple(body.codes))


def _read(sent: object) -> QuoteRequest | Malformed:
    try:
        return LineIn.model_validate(sent).request()
    except ValidationError as error:
        found = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        return Malformed(line_problem(validation_problem(found, {}, LineIn)))
