"""``Authorization: Bearer …`` → the principal who calls."""

from functools import partial
from typing import Annotated, cast

from anyio import to_thread
from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from valuation.domain.people import Principal
from valuation.people.access import Access
from valuation.shop import Shop

SCHEME = "key or session"
TOLD = "A key (`tradein keys new`) or the token of a session (`POST /v1/sessions`)."


class TokenNeeded(LookupError):
    """Nobody said who he is."""


class MaybeBearer(SecurityBase):
    """A dependency that says who calls; None where nobody said so. NotKnown."""

    def __init__(self) -> None:
        self.model = HTTPBearer(description=TOLD)
        self.scheme_name = SCHEME

    async def __call__(self, request: Request) -> Principal | None:
        """The caller. Most are remembered; the others are looked up beside the event loop."""
        token = token_of(request)
        if token is None:
            return None
        access = access_of(request)
        now = cast(Shop, request.app.state.shop).clock()
        met = access.remembered(token, now=now)
        return met or await to_thread.run_sync(partial(access.look_up, token, now=now))


class Bearer(MaybeBearer):
    """The same; TokenNeeded where nobody said so."""

    async def __call__(self, request: Request) -> Principal:
        """The caller."""
        principal = await super().__call__(request)
        if principal is None:
            raise TokenNeeded
        return principal


Caller = Annotated[Principal, Depends(Bearer())]
MaybeCaller = Annotated[Principal | None, Depends(MaybeBearer())]


def token_of(request: Request) -> str | None:
    """What was sent as the caller's token; None where nothing of the kind was."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def access_of(request: Request) -> Access:
    """The callers that this process knows."""
    return cast(Access, request.app.state.access)
