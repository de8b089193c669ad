"""/v1: what a till asks. Translation only; the use cases decide."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from valuation.domain.people import Action, actor_of, check_allowed
from valuation.use_cases.issuing import issue_among_others
from valuation.use_cases.looking_up import find_now
from valuation.use_cases.place_view import room_now
from valuation.use_cases.quote_views import quote_view
from valuation.web.answering import InShop, json_response, problems, quote_response
from valuation.web.auth import Caller, MaybeCaller, TokenNeeded
from valuation.web.body import StrictRoute
from valuation.web.describing import described_bundle, described_questions, found_devices
from valuation.web.idempotency import MaybeKeeping, once_among_others
from valuation.web.quote_schemas import CustomerQuote, MerchantQuote
from valuation.web.requests import BundleQuery, Detail, DeviceQuery, QuoteIn, QuoteQuery, View
from valuation.web.self_schemas import BundleOut, DeviceList, FullBundleOut, QuestionList

router = APIRouter(prefix="/v1", route_class=StrictRoute)

SEEN = {View.CUSTOMER: Action.READ_QUOTE, View.MERCHANT: Action.READ_VALUES}


@router.post(
    "/quotes",
    status_code=201,
    response_class=Response,
    responses={
        201: {"model": CustomerQuote | MerchantQuote},
        **problems(400, 401, 403, 409, 413, 415, 422, 503),
    },
    summary="Make a quote",
)
async def create_quote(
    caller: Caller,
    body: QuoteIn,
    query: Annotated[QuoteQuery, Query()],
    shop: InShop,
    keeping: MaybeKeeping,
) -> Response:
    """Price a device and keep the quote: an offer, an indicative span, a value or a referral."""
    check_allowed(caller, Action.MAKE_QUOTE)
    check_allowed(caller, SEEN[query.view])
    room = None
    if query.view is View.MERCHANT:
        room = await asyncio.to_thread(room_now, shop, merchant=caller.merchant, actor=caller.actor)
    # async: pricing keeps the interpreter busy, and in another thread it would fight for it.
    return await once_among_others(
        keeping,
        lambda keep: issue_among_others(
            shop, body.request(body.purchase), merchant=caller.merchant, market=body.market,
            actor=actor_of(caller), mode=caller.mode, keep=keep,
        ),
        partial(quote_response, show=partial(quote_view, shop, room=room), status=201),
    )  # fmt: skip


@router.get(
    "/quotes/{reference}",
    response_class=Response,
    responses={200: {"model": CustomerQuote | MerchantQuote}, **problems(401, 403, 404, 422, 503)},
    summary="Find a quote by its id or its spoken code",
)
def get_quote(
    caller: Caller, reference: str, query: Annotated[QuoteQuery, Query()], shop: InShop
) -> Response:
    """The quote as it was issued; `standing` says what has moved its amount since."""
    check_allowed(caller, SEEN[query.view])
    found = find_now(shop, reference, merchant=caller.merchant, mode=caller.mode)
    room = None
    if query.view is View.MERCHANT:
        room = room_now(
            shop, merchant=caller.merchant, actor=caller.actor, quote=str(found.document["id"])
        )
    return quote_response(found, show=partial(quote_view, shop, room=room, way=found.way))


@router.get(
    "/devices",
    response_class=Response,
    responses={200: {"model": DeviceList}, **problems(422)},
    summary="Search devices as people type",
)
def search_devices(query: Annotated[DeviceQuery, Query()], shop: InShop) -> Response:
    """Variants whose names begin with, contain or resemble the text, best first."""
    return json_response(found_devices(shop, query))


@router.get(
    "/bundle",
    response_class=Response,
    responses={200: {"model": BundleOut | FullBundleOut}, **problems(401, 403, 422, 503)},
    summary="What serves a market",
)
def get_bundle(
    caller: MaybeCaller, query: Annotated[BundleQuery, Query()], shop: InShop
) -> Response:
    """The bundle in short: how old its sales are, how often its intervals held, what it asks.

    `detail=full` adds every figure that was measured, how it was made, and the tables in use; it
    alone needs a key.
    """
    if query.detail is Detail.FULL:
        if caller is None:
            raise TokenNeeded
        check_allowed(caller, Action.READ_MODELS)
    return json_response(described_bundle(shop, shop.model(query.market), query.detail))


@router.get(
    "/questions",
    response_class=Response,
    responses={200: {"model": QuestionList}},
    summary="What is asked about a device",
)
def get_questions() -> Response:
    """The question registry, answers from worst to best."""
    return json_response(described_questions())
