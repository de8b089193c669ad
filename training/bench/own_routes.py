"""The service with three more routes: what its server costs without a quote, or without a write."""

from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Response

from valuation.domain.quote import ENTROPY
from valuation.quotes.documents import customer_view, merchant_view
from valuation.use_cases.standing import Answered
from valuation.web import app as service
from valuation.web.answering import InShop, json_response, quote_response
from valuation.web.auth import Caller
from valuation.web.body import StrictRoute
from valuation.web.requests import QuoteIn, QuoteQuery, View

SHOWN = {View.CUSTOMER: customer_view, View.MERCHANT: merchant_view}
router = APIRouter(prefix="/bench", route_class=StrictRoute)


@router.post("/empty", response_class=Response)
async def empty(body: QuoteIn, query: Annotated[QuoteQuery, Query()]) -> Response:
    """The body read and checked as a quote's is, and nothing done."""
    return json_response({"market": body.market, "view": query.view})


@router.post("/bare", response_class=Response)
async def bare() -> Response:
    """Not even the body is read."""
    return json_response({"status": "ok"})


@router.post("/unstored", status_code=201, response_class=Response)
async def unstored(
    caller: Caller, body: QuoteIn, query: Annotated[QuoteQuery, Query()], shop: InShop
) -> Response:
    """A whole quote, document and view included, that is not written down."""
    now = shop.clock()
    day, entropy = shop.today(now), shop.entropy(ENTROPY)
    desk = shop.desk(shop.model(body.market), day)
    quote, appraiser = desk.quote(
        body.request(), merchant=caller.merchant, now=now, as_of=day, entropy=entropy
    )
    return quote_response(Answered(appraiser.document(quote)), show=SHOWN[query.view], status=201)


def from_environment() -> FastAPI:
    """What uvicorn starts: the service itself, and the routes of this file."""
    app = service.from_environment()
    app.include_router(router)
    return app
