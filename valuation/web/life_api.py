"""/v1/quotes/{reference}/…: a quote goes on. Translation only; the use cases decide."""

from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from valuation.domain.people import Action, Principal, actor_of, check_allowed
from valuation.domain.records import Actor
from valuation.people.access import NotKnown
from valuation.quotes.replaying import Replay, replayed
from valuation.receipts.envelope import Envelope
from valuation.receipts.page import receipt_page
from valuation.receipts.pdf import receipt_pdf
from valuation.shop import Shop
from valuation.storage.baskets import StoredBasket
from valuation.storage.quotes import StoredQuote
from valuation.use_cases.life_view import life_view
from valuation.use_cases.living import Held, held, step
from valuation.use_cases.receipting import receipt
from valuation.use_cases.step_request import StepRequest
from valuation.web.answering import JSON, InShop, json_response, problems
from valuation.web.auth import Caller, access_of
from valuation.web.body import StrictRoute
from valuation.web.idempotency import Keep, MaybeKeeping, once
from valuation.web.life_requests import ReceiptQuery, StepIn
from valuation.web.life_schemas import LifeOut, ReceiptOut, ReplayOut
from valuation.web.merchant_api import SEEN
from valuation.web.requests import QuoteQuery, View

router = APIRouter(prefix="/v1/quotes/{reference}", route_class=StrictRoute)
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@router.get(
    "/life",
    response_class=Response,
    responses={200: {"model": LifeOut}, **problems(401, 403, 404, 422, 503)},
    summary="Where a quote stands",
)
def get_life(
    caller: Caller, reference: str, query: Annotated[QuoteQuery, Query()], shop: InShop
) -> Response:
    """Stage, amount, deadlines, what was found and what may follow."""
    check_allowed(caller, SEEN[query.view])
    return _life(shop, _held(shop, reference, caller), query.view)


@router.post(
    "/steps",
    response_class=Response,
    responses={
        200: {"model": LifeOut},
        **problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
    },
    summary="Take the next step",
)
def take_step(
    caller: Caller,
    reference: str,
    body: StepIn,
    query: Annotated[QuoteQuery, Query()],
    shop: InShop,
    keeping: MaybeKeeping,
    request: Request,
) -> Response:
    """Accept, receive, inspect, settle …; a step that is not allowed now says why (409)."""
    check_allowed(caller, Action.TAKE_STEP)
    check_allowed(caller, SEEN[query.view])

    def taken(keep: Keep[Held] | None) -> Held:
        wanted = StepRequest(
            actor=actor_of(caller),
            confirmed_by=second_person(request, shop, caller, body.confirmed_with),
            **body.found(),
        )
        return step(shop, reference, wanted, merchant=caller.merchant, mode=caller.mode, keep=keep)

    return once(keeping, taken, partial(_life, shop, view=query.view))


@router.get(
    "/replay",
    response_class=Response,
    responses={200: {"model": ReplayOut}, **problems(401, 403, 404, 409, 503)},
    summary="Make a stored quote again and compare",
)
def replay_quote(caller: Caller, reference: str, shop: InShop) -> Response:
    """From its bundle, tables and inputs, with the stored answer hidden; byte for byte."""
    check_allowed(caller, Action.REPLAY)
    stored = _held(shop, reference, caller).stored
    made = replayed(stored.document, partial(shop.appraiser, anew=True))
    return json_response(replay_told(stored, made))


@router.get(
    "/receipt",
    response_class=Response,
    responses={
        200: {"model": ReceiptOut, "content": {"text/html": {}, "application/pdf": {}}},
        **problems(401, 403, 404, 409, 422, 503),
    },
    summary="A signed receipt",
)
def get_receipt(
    caller: Caller, reference: str, query: Annotated[ReceiptQuery, Query()], shop: InShop
) -> Response:
    """Of the quote, its acceptance, a counter-offer or the settlement: JSON, a page or a PDF."""
    check_allowed(caller, Action.READ_QUOTE)
    envelope = receipt(shop, _held(shop, reference, caller), query.of)
    return receipt_response(envelope, query.format, zone=shop.settings.time_zone)


def receipt_response(envelope: Envelope, form: str, *, zone: ZoneInfo) -> Response:
    """A receipt as JSON, a page or a PDF."""
    match form:
        case "html":
            page = receipt_page(envelope, zone=zone)
            headers = {"Content-Security-Policy": PAGE_POLICY}
            return Response(page, 200, headers, "text/html; charset=utf-8")
        case "pdf":
            return Response(receipt_pdf(envelope, zone=zone), 200, None, "application/pdf")
        case _:
            return Response(envelope.to_json(), 200, None, JSON)


def replay_told(stored: StoredQuote | StoredBasket, made: Replay) -> dict[str, object]:
    """Whether something stored was made again, and where not."""
    differences = [
        {"place": place, "stored": kept, "computed": computed}
        for place, kept, computed in made.differences
    ]
    told = {"id": stored.id, "same": made.same, "digest": stored.digest}
    return {**told, "differences": differences}


def _held(shop: Shop, reference: str, caller: Principal) -> Held:
    return held(shop, reference, merchant=caller.merchant, mode=caller.mode)


def _life(shop: Shop, held: Held, view: View) -> Response:
    customer = view is View.CUSTOMER
    return json_response(life_view(held, now=shop.clock(), customer=customer))


def second_person(
    request: Request, shop: Shop, caller: Principal, token: str | None
) -> Actor | None:
    """The second person of a step, a colleague known by a session of their own; NotKnown."""
    if token is None:
        return None
    second = access_of(request).look_up(token, now=shop.clock())
    if second.merchant != caller.merchant:
        raise NotKnown("the second person belongs to another merchant: ask a colleague")
    return actor_of(second)
