"""Errors about customers as problems; they repeat nothing of what was sent."""

from collections.abc import Callable, Sequence
from typing import Any

from valuation.domain.customers import BadCustomer
from valuation.people.customers import CustomerErased, PurchaseSettled
from valuation.storage.customers import NoSuchCustomer
from valuation.web.problem import Problem, in_body


def _bad(error: BadCustomer) -> Problem:
    place = () if error.member == "details" else (error.member,)
    found = in_body(place, "not kept like this", error.accepted)
    return Problem(422, "bad_customer", "Not kept", str(error), (found,))


def _unknown(_: NoSuchCustomer) -> Problem:
    return Problem(404, "customer_not_found", "No such customer", "no customer has this reference")


def _erased(error: CustomerErased) -> Problem:
    return Problem(409, "customer_erased", "Customer erased", str(error))


def _settled(error: PurchaseSettled) -> Problem:
    return Problem(409, "purchase_settled", "Purchase settled", str(error))


TABLE: Sequence[tuple[type[Exception], Callable[[Any], Problem]]] = (
    (BadCustomer, _bad),
    (NoSuchCustomer, _unknown),
    (CustomerErased, _erased),
    (PurchaseSettled, _settled),
)
