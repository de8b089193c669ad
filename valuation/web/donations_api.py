"""/v1/donations: what became of what was given, for anybody who has the id. Translation only."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from valuation.receipts.receipt import Kind
from valuation.storage.quotes import QuoteNotFound
from valuation.tables.book import NoTable
from valuation.tables.causes import CAUSES, causes
from valuation.use_cases.living import held
from valuation.use_cases.receipting import NothingToReceipt, receipt
from valuation.web.answering import InShop, json_response, problems
from valuation.web.auth import Caller
from valuation.web.body import StrictRoute
from valuation.web.life_api import receipt_response
from valuation.web.life_requests import Form
from valuation.web.life_schemas import CausesOut, ReceiptOut

router = APIRouter(prefix="/v1", route_class=StrictRoute)


@router.get(
    "/donations/{quote}",
    response_class=Response,
    responses={
        200: {"model": ReceiptOut, "content": {"text/html": {}, "application/pdf": {}}},
        **problems(404, 422, 503),
    },
    summary="A donation's public trail",
)
def get_donation(quote: str, query: Annotated[Form, Query()], shop: InShop) -> Response:
    """Signed, as JSON, a page or a PDF: each step with its time, and nothing of who gave.

    Needs no key; checked with those of /v1/receipt-keys (`tradein verify --keys`). Only by the
    quote's id, which nobody can guess; a code can be tried.
    """
    if not quote.startswith("qt_"):
        raise QuoteNotFound("a trail is asked for by the quote's id")
    found = held(shop, quote, merchant=None, mode=None)
    try:
        envelope = receipt(shop, found, Kind.DONATION)
    except NothingToReceipt as error:
        raise QuoteNotFound("nothing was given with this quote") from error
    return receipt_response(envelope, query.format, zone=shop.settings.time_zone)


@router.get(
    "/causes",
    response_class=Response,
    responses={200: {"model": CausesOut}, **problems(401, 403, 503)},
    summary="Who can be given to",
)
def get_causes(caller: Caller, shop: InShop) -> Response:
    """The causes of today, and whether they take the amount, the device or both."""
    del caller  # whoever has a key may know
    try:
        table = shop.book.table(CAUSES, shop.today(shop.clock()))
    except NoTable:
        return json_response({"causes": []})
    told = [
        {"id": each.id, "en": each.en, "zh": each.zh, "takes": sorted(each.takes)}
        for each in causes(table).values()
    ]
    return json_response({"causes": told})
