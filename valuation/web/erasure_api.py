"""/v1/quotes/{reference}/erasure: that a device was erased. Translation only."""

from functools import partial

from fastapi import APIRouter, Request, Response

from valuation.domain.people import Action, Principal, actor_of, check_allowed
from valuation.quotes.documents import Document
from valuation.shop import Shop
from valuation.use_cases.erasing import record, records
from valuation.use_cases.step_request import StepIncomplete
from valuation.web.answering import InShop, json_response, problems
from valuation.web.auth import Caller
from valuation.web.body import StrictRoute
from valuation.web.erasure_requests import ErasureIn
from valuation.web.erasure_schemas import ErasuresOut, SignedErasureOut
from valuation.web.idempotency import Keep, MaybeKeeping, once
from valuation.web.life_api import second_person

router = APIRouter(prefix="/v1/quotes/{reference}/erasure", route_class=StrictRoute)


@router.post(
    "",
    status_code=201,
    response_class=Response,
    responses={
        201: {"model": SignedErasureOut},
        **problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
    },
    summary="Record that a device was erased",
)
def record_erasure(
    caller: Caller,
    reference: str,
    body: ErasureIn,
    shop: InShop,
    keeping: MaybeKeeping,
    request: Request,
) -> Response:
    """Signed and kept; `faults` says why it does not count. The same record is there once. Begun
    after the device was received. One quote a request; many reports at once: `tradein erasure
    import --merchant`.
    """
    check_allowed(caller, Action.TAKE_STEP)

    def recorded(keep: Keep[Document] | None) -> Document:
        _check_persons(request, shop, caller, body)
        return record(
            shop, reference, body.request(), actor=actor_of(caller), merchant=caller.merchant,
            mode=caller.mode, keep=keep,
        )  # fmt: skip

    return once(keeping, recorded, partial(json_response, status=201))


@router.get(
    "",
    response_class=Response,
    responses={200: {"model": ErasuresOut}, **problems(401, 403, 404, 503)},
    summary="Whether a device was erased",
)
def get_erasures(caller: Caller, reference: str, shop: InShop) -> Response:
    """Every record, each with whether its signature is the shop's, and whether one counts."""
    check_allowed(caller, Action.READ_QUOTE)
    return json_response(records(shop, reference, merchant=caller.merchant, mode=caller.mode))


def _check_persons(request: Request, shop: Shop, caller: Principal, body: ErasureIn) -> None:
    """A key is the shop's own system and vouches for both; a person only for who is signed in."""
    if caller.role is None:
        return
    second = second_person(request, shop, caller, body.confirmed_with)
    known = {caller.actor, second.id if second else caller.actor}
    for member in ("erased_by", "verified_by"):
        if getattr(body, member) not in known:
            said = f"name yourself ({caller.actor}) or who is signed in with confirmed_with"
            raise StepIncomplete(member, said)
