"""/v1/sessions: sign in at a counter, and out again."""

from datetime import timedelta
from functools import partial

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from valuation.domain.tokens import SECRET_BYTES, is_session
from valuation.people.access import IDLE
from valuation.people.signing_in import SignedIn, SignIn, sign_in, sign_out
from valuation.web.answering import InShop, json_response, problems
from valuation.web.auth import Caller, access_of, token_of
from valuation.web.body import StrictRoute
from valuation.web.out import Out
from valuation.web.requests import SessionIn

router = APIRouter(prefix="/v1/sessions", route_class=StrictRoute)

# A PIN takes 64 MB and a tenth of a second: the others wait, and no thread with them.
ONE_AT_A_TIME = 1


class NotASession(ValueError):
    """A key signs nobody out."""


class SessionOut(Out):
    """A session: its token is shown this once; without requests for ``idle_minutes`` it ends."""

    token: str
    expires_at: str
    idle_minutes: int
    actor: str
    name: str
    role: str


@router.post(
    "",
    status_code=201,
    response_class=Response,
    responses={201: {"model": SessionOut}, **problems(400, 401, 413, 415, 422, 429, 503)},
    summary="Sign in",
)
async def create_session(body: SessionIn, shop: InShop, request: Request) -> Response:
    """A token for the right PIN; after five wrong ones in a row none is taken for a while."""
    typed = SignIn(store=body.store, clerk=body.clerk, pin=body.pin)
    signed_in = await to_thread.run_sync(
        partial(
            sign_in,
            shop.engine,
            typed,
            now=shop.clock(),
            entropy=shop.entropy(SECRET_BYTES),
            lasts=timedelta(hours=shop.settings.session_hours),
        ),
        limiter=request.app.state.signing_in,
    )
    return json_response(_told(signed_in), status=201)


@router.delete(
    "/current",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "Signed out"}, **problems(401, 409, 503)},
    summary="Sign out",
)
def end_session(caller: Caller, shop: InShop, request: Request) -> Response:  # noqa: ARG001 -- known, at least
    """End the session whose token is sent."""
    token = token_of(request) or ""
    if not is_session(token):
        raise NotASession
    sign_out(shop.engine, token)
    access_of(request).forget(token)
    return Response(status_code=204)


def limiter() -> CapacityLimiter:
    """How many may sign in at once in this process."""
    return CapacityLimiter(ONE_AT_A_TIME)


def _told(signed_in: SignedIn) -> dict[str, object]:
    return {
        "token": signed_in.token,
        "expires_at": signed_in.expires_at.isoformat().replace("+00:00", "Z"),
        "idle_minutes": IDLE // timedelta(minutes=1),
        "actor": f"clerk:{signed_in.clerk.id}",
        "name": signed_in.clerk.name,
        "role": signed_in.clerk.role.value,
    }
