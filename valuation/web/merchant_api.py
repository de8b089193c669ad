"""/v1: what a till asks. Translation only; the use cases decide."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from valuation.issuing import find, issue_among_others
from valuation.shop import DEFAULT_MERCHANT
from valuation.web.answering import InShop, json_response, problems, quote_response
from valuation.web.body import StrictRoute
from valuation.web.describing import described_bundle, described_questions, found_devices
from valuation.web.requests import BundleQuery, DeviceQuery, QuoteIn, QuoteQuery
from valuation.web.schemas import CustomerQuote, MerchantQuote
from valuation.web.self_schemas import BundleOut, DeviceList, FullBundleOut, QuestionList

router = APIRouter(prefix="/v1", route_class=StrictRoute)


@router.post(
    "/quotes",
    status_code=201,
    response_class=Response,
    responses={201: {"model": CustomerQuote | MerchantQuote}, **problems(400, 413, 415, 422, 503)},
    summary="Make a quote",
)
async def create_quote(
    body: QuoteIn, query: Annotated[QuoteQuery, Query()], shop: InShop
) -> Response:
    """Price a device and keep the quote: an offer, an indicative span, a value or a referral."""
    # async: pricing keeps the interpreter busy, and in another thread it would fight for it.
    request = body.request()
    document = await issue_among_others(
        shop, request, merchant=DEFAULT_MERCHANT, market=body.market
    )
    return quote_response(document, view=query.view, status=201)


@router.get(
    "/quotes/{reference}",
    response_class=Response,
    responses={200: {"model": CustomerQuote | MerchantQuote}, **problems(404, 422, 503)},
    summary="Find a quote by its id or its spoken code",
)
def get_quote(reference: str, query: Annotated[QuoteQuery, Query()], shop: InShop) -> Response:
    """The quote as it was issued."""
    return quote_response(find(shop, reference, merchant=DEFAULT_MERCHANT), view=query.view)


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
    responses={200: {"model": BundleOut | FullBundleOut}, **problems(422, 503)},
    summary="What serves a market",
)
def get_bundle(query: Annotated[BundleQuery, Query()], shop: InShop) -> Response:
    """The bundle in short: how old its sales are, how often its intervals held, what it asks.

    `detail=full` adds every figure that was measured, how it was made, and the tables in use.
    """
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
