"""/v1/dispositions: where a device goes, without a quote."""

import asyncio

from fastapi import APIRouter, Response

from valuation.domain.people import Action, check_allowed
from valuation.use_cases.disposing import dispose
from valuation.use_cases.place_view import room_now
from valuation.web.answering import InShop, json_response, problems
from valuation.web.auth import Caller
from valuation.web.body import StrictRoute
from valuation.web.disposition_schemas import DispositionOut
from valuation.web.requests import DispositionIn

router = APIRouter(prefix="/v1", route_class=StrictRoute)


@router.post(
    "/dispositions",
    response_class=Response,
    responses={
        200: {"model": DispositionOut},
        **problems(400, 401, 403, 413, 415, 422, 503),
    },
    summary="Tell where a device goes, without a quote",
)
async def create_disposition(caller: Caller, body: DispositionIn, shop: InShop) -> Response:
    """Every route with its parts, the gates that closed some, conditions, facility and weight.

    Without a required answer the route stands only if that is good: `route_if` says so. Where sales
    tell a price it is a quote's arithmetic; elsewhere gates and materials decide, and what may be
    used again waits for a person. Nothing is stored, reserved, or can be accepted.
    """
    check_allowed(caller, Action.MAKE_QUOTE)
    check_allowed(caller, Action.READ_VALUES)
    room = await asyncio.to_thread(room_now, shop, merchant=caller.merchant, actor=caller.actor)
    # async: pricing keeps the interpreter busy, and in another thread it would fight for it.
    return json_response(
        dispose(shop, body.request(), room, merchant=caller.merchant, market=body.market)
    )
