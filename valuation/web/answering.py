"""Responses as bytes: made once from what was stored, not validated again on the way out."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, cast

import orjson
from fastapi import Depends, Request, Response

from valuation.quotes.documents import Document
from valuation.shop import Shop
from valuation.use_cases.standing import Answered
from valuation.web.problem import MEDIA_TYPE

JSON = "application/json"
PROBLEMS = {
    400: "The body is no JSON that is read here",
    401: "Nobody is known by what was sent: `detail` says what to do",
    403: "The caller may not do this: `detail` names the scope",
    404: "There is no such quote",
    409: "Not in this state: `detail` says why",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "A field is wrong: `errors` names it and what is accepted",
    429: "Too many wrong tries: see Retry-After",
    503: "Not possible now: see `code` and Retry-After",
}


async def _shop(request: Request) -> Shop:
    # async, so that it is not sent to another thread.
    return cast(Shop, request.app.state.shop)


InShop = Annotated[Shop, Depends(_shop)]


def json_response(
    data: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A response of JSON."""
    return Response(orjson.dumps(data), status, headers, JSON)


def quote_response(
    answered: Answered, *, show: Callable[[Document], Document], status: int = 200
) -> Response:
    """A quote as ``show`` makes it for somebody's eyes, with what holds besides, and where it can
    be found again."""
    document, standing, _ = answered
    headers = {"Location": f"/v1/quotes/{document['id']}"}
    shown = show(document)
    return json_response(
        {**shown, "standing": standing} if standing else shown, status=status, headers=headers
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors that an endpoint declares."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": PROBLEMS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }
