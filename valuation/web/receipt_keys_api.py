"""/v1/receipt-keys: what anybody checks receipts and public trails with. Translation only."""

from fastapi import APIRouter, Response
from pydantic import Field

from valuation.receipts.key_folder import read_ring
from valuation.web.answering import JSON, InShop, problems
from valuation.web.body import StrictRoute
from valuation.web.out import Out

router = APIRouter(prefix="/v1", route_class=StrictRoute)
# Seconds: for as long a receipt of a key that was just made may look like a stranger's.
CACHED = {"Cache-Control": "public, max-age=300"}


class ReceiptKeyOut(Out):
    """An Ed25519 key in base 64; ``retired`` is null while it signs."""

    key_id: str
    public_key: str
    valid_from: str
    retired: str | None


class ReceiptKeysOut(Out):
    """Every key that ever signed, oldest first."""

    schema_: str = Field(alias="schema")
    current: str
    keys: list[ReceiptKeyOut]


@router.get(
    "/receipt-keys",
    response_class=Response,
    responses={200: {"model": ReceiptKeysOut}, **problems(404, 503)},
    summary="The public keys that receipts are checked with",
)
def get_receipt_keys(shop: InShop) -> Response:
    """As `tradein receipt-keys export` prints them: a file for `tradein verify --keys`. Needs no
    key; kept for five minutes.
    """
    ring = read_ring(shop.settings.receipt_keys)
    return Response(ring.to_json(), 200, CACHED, JSON)
