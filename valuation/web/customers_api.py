"""/v1/customers: who a quote is for, apart from the quote. Translation only."""

from datetime import datetime

from fastapi import APIRouter, Response

from valuation.domain.customers import Customer, Details, Purpose
from valuation.domain.people import Action, Principal, check_allowed
from valuation.domain.references import ID_BYTES
from valuation.domain.retention import Retention
from valuation.people.customers import Customers, Erasure
from valuation.shop import Shop
from valuation.storage.customers import Owner
from valuation.tables.retention import retention
from valuation.use_cases.looking_up import find
from valuation.web.answering import InShop, json_response, problems
from valuation.web.auth import Caller
from valuation.web.body import StrictRoute
from valuation.web.customer_schemas import (
    CustomerIn,
    CustomerOut,
    ErasureOut,
    LinkIn,
    LinkOut,
    ReferenceOut,
)
from valuation.web.idempotency import MaybeKeeping, once

router = APIRouter(prefix="/v1", route_class=StrictRoute)


@router.post(
    "/customers",
    status_code=201,
    response_class=Response,
    responses={201: {"model": ReferenceOut}, **problems(400, 401, 403, 413, 415, 422, 503)},
    summary="Enter a customer",
)
def create_customer(
    caller: Caller, body: CustomerIn, shop: InShop, keeping: MaybeKeeping
) -> Response:
    """Keep a name, phone or email for the purposes consented to; the answer is a reference."""
    check_allowed(caller, Action.ENTER_CUSTOMER)
    return once(
        keeping,
        lambda keep: _customers(shop, caller).enter(
            body.details(), body.wordings(), entropy=shop.entropy(ID_BYTES), keep=keep
        ),
        _entered,
    )


@router.get(
    "/customers/{reference}",
    response_class=Response,
    responses={200: {"model": CustomerOut}, **problems(401, 403, 404, 503)},
    summary="What is known of a customer",
)
def get_customer(caller: Caller, reference: str, shop: InShop) -> Response:
    """Details, consents and quotes; of one who was erased, what is left."""
    check_allowed(caller, Action.READ_CUSTOMER)
    return json_response(told(_customers(shop, caller).look_up(reference)))


@router.delete(
    "/customers/{reference}",
    response_class=Response,
    responses={200: {"model": ErasureOut}, **problems(401, 403, 404, 503)},
    summary="Erase a customer",
)
def erase_customer(caller: Caller, reference: str, shop: InShop) -> Response:
    """Erase the details and end the consents; no quote changes. A name that the law holds for a
    device that was bought stays alone until the hold is over."""
    check_allowed(caller, Action.ERASE_CUSTOMER)
    return json_response(ended(_customers(shop, caller).erase(reference, _retention(shop))))


@router.delete(
    "/customers/{reference}/consents/{purpose}",
    response_class=Response,
    responses={200: {"model": ErasureOut}, **problems(401, 403, 404, 422, 503)},
    summary="Withdraw a consent",
)
def withdraw_consent(caller: Caller, reference: str, purpose: Purpose, shop: InShop) -> Response:
    """End the consent to a purpose; with the last one the customer is erased."""
    check_allowed(caller, Action.ERASE_CUSTOMER)
    customers = _customers(shop, caller)
    return json_response(ended(customers.withdraw(reference, purpose, _retention(shop))))


@router.put(
    "/quotes/{quote}/customer",
    response_class=Response,
    responses={200: {"model": LinkOut}, **problems(400, 401, 403, 404, 409, 413, 415, 422, 503)},
    summary="Say whose quote it is",
)
def link_customer(caller: Caller, quote: str, body: LinkIn, shop: InShop) -> Response:
    """Link a quote with a customer, beside the quote; until settlement it can be put right."""
    check_allowed(caller, Action.ENTER_CUSTOMER)
    quote_id = _quote_id(shop, caller, quote)
    _customers(shop, caller).link(quote_id, body.customer)
    return json_response({"quote": quote_id, "customer": body.customer})


@router.get(
    "/quotes/{quote}/customer",
    response_class=Response,
    responses={200: {"model": CustomerOut}, **problems(401, 403, 404, 503)},
    summary="Whose quote it is",
)
def get_customer_of_quote(caller: Caller, quote: str, shop: InShop) -> Response:
    """The customer of a quote, to be told of a counter-offer."""
    check_allowed(caller, Action.READ_CUSTOMER)
    return json_response(told(_customers(shop, caller).of_quote(_quote_id(shop, caller, quote))))


def told(customer: Customer) -> dict[str, object]:
    """Everything that is known of somebody, for eyes that may see it."""
    known = {name: getattr(customer.details, name, None) for name in Details.__dataclass_fields__}
    return {
        "reference": customer.id,
        **known,
        "created_at": _time(customer.created_at),
        "erased_at": _time(customer.erased_at),
        "erased_because": customer.erased_because,
        "consents": [
            {
                "purpose": each.purpose,
                "wording": each.wording,
                "given_at": _time(each.given_at),
                "withdrawn_at": _time(each.withdrawn_at),
            }
            for each in customer.consents
        ],
        "quotes": list(customer.quotes),
    }


def ended(erasure: Erasure) -> dict[str, object]:
    """What became of somebody."""
    hold = erasure.hold
    return {
        "reference": erasure.customer,
        "erased_at": _time(erasure.erased_at),
        "held": hold and {"reason": hold.reason, "until": _time(hold.until)},
    }


def _entered(reference: str) -> Response:
    headers = {"Location": f"/v1/customers/{reference}"}
    return json_response({"reference": reference}, status=201, headers=headers)


def _customers(shop: Shop, caller: Principal) -> Customers:
    owner = Owner(caller.merchant, caller.mode)
    return Customers(engine=shop.engine, owner=owner, now=shop.clock())


def _retention(shop: Shop) -> Retention:
    return retention(shop.book.table("retention", shop.today(shop.clock())))


def _quote_id(shop: Shop, caller: Principal, reference: str) -> str:
    found = find(shop, reference, merchant=caller.merchant, mode=caller.mode)
    return str(found["id"])


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
