"""/v1/baskets: several devices handed in together. Translation only; the use cases decide."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from valuation.domain.people import Action, actor_of, check_allowed
from valuation.quotes.basket_document import basket_view
from valuation.quotes.documents import Document
from valuation.use_cases.basket_replaying import replay_basket
from valuation.use_cases.baskets import Basket, find_basket, issue_basket
from valuation.use_cases.receipting import basket_receipt
from valuation.web.answering import InShop, json_response, problems
from valuation.web.auth import Caller
from valuation.web.basket_requests import asked
from valuation.web.basket_schemas import BasketReplayOut, CustomerBasket, MerchantBasket
from valuation.web.body import StrictRoute
from valuation.web.errors import problem_of
from valuation.web.extra_problems import line_problem
from valuation.web.idempotency import MaybeKeeping, once
from valuation.web.life_api import receipt_response, replay_told
from valuation.web.life_requests import BasketReceiptQuery
from valuation.web.life_schemas import ReceiptOut
from valuation.web.merchant_api import SEEN
from valuation.web.requests import BasketIn, QuoteQuery, View

router = APIRouter(prefix="/v1/baskets", route_class=StrictRoute)


@router.post(
    "",
    status_code=201,
    response_class=Response,
    responses={
        201: {"model": CustomerBasket | MerchantBasket},
        **problems(400, 401, 403, 413, 415, 422, 503),
    },
    summary="Make a basket of quotes",
)
def create_basket(
    caller: Caller,
    body: BasketIn,
    query: Annotated[QuoteQuery, Query()],
    shop: InShop,
    keeping: MaybeKeeping,
) -> Response:
    """Price up to 20 devices, each an ordinary quote; a line that fails has a `problem` instead."""
    check_allowed(caller, Action.MAKE_QUOTE)
    check_allowed(caller, SEEN[query.view])
    return once(
        keeping,
        lambda keep: issue_basket(
            shop, asked(body), merchant=caller.merchant, market=body.market,
            actor=actor_of(caller), mode=caller.mode, describe=_described, keep=keep,
        ),
        partial(_response, view=query.view, status=201),
    )  # fmt: skip


@router.get(
    "/{reference}",
    response_class=Response,
    responses={
        200: {"model": CustomerBasket | MerchantBasket},
        **problems(401, 403, 404, 422, 503),
    },
    summary="Find a basket by its id or its spoken code",
)
def get_basket(
    caller: Caller, reference: str, query: Annotated[QuoteQuery, Query()], shop: InShop
) -> Response:
    """The basket with its quotes as they were issued, and where each line stands now."""
    check_allowed(caller, SEEN[query.view])
    found, _ = find_basket(shop, reference, merchant=caller.merchant, mode=caller.mode)
    return _response(found, view=query.view)


@router.get(
    "/{reference}/replay",
    response_class=Response,
    responses={200: {"model": BasketReplayOut}, **problems(401, 403, 404, 409, 503)},
    summary="Make a stored basket again and compare",
)
def replay(caller: Caller, reference: str, shop: InShop) -> Response:
    """Each of its quotes from bundle, tables and inputs, then the basket from them; every byte."""
    check_allowed(caller, Action.REPLAY)
    made = replay_basket(shop, reference, merchant=caller.merchant, mode=caller.mode)
    quotes = [replay_told(stored, own) for stored, own in made.quotes.values()]
    told = replay_told(made.stored, made.own)
    return json_response({**told, "same": made.same, "quotes": quotes})


@router.get(
    "/{reference}/receipt",
    response_class=Response,
    responses={
        200: {"model": ReceiptOut, "content": {"text/html": {}, "application/pdf": {}}},
        **problems(401, 403, 404, 409, 422, 503),
    },
    summary="One signed receipt of all devices",
)
def get_basket_receipt(
    caller: Caller, reference: str, query: Annotated[BasketReceiptQuery, Query()], shop: InShop
) -> Response:
    """Of the offers, or, once every line has ended, of the settlement; as JSON, a page or a PDF."""
    check_allowed(caller, Action.READ_QUOTE)
    found = find_basket(shop, reference, merchant=caller.merchant, mode=caller.mode)
    envelope = basket_receipt(shop, *found, query.of.kind)
    return receipt_response(envelope, query.format, zone=shop.settings.time_zone)


def _response(basket: Basket, *, view: View, status: int = 200) -> Response:
    told = basket_view(
        basket.document, basket.quotes, basket.standings, basket.lines,
        customer=view is View.CUSTOMER,
    )  # fmt: skip
    headers = {"Location": f"/v1/baskets/{basket.document['id']}"}
    return json_response(told, status=status, headers=headers)


def _described(error: Exception) -> Document:
    """The problem of a line's error, as it would be answered alone."""
    return line_problem(problem_of(error))
