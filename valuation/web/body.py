"""Request bodies: one strict reading of JSON, so that nobody's parser sees another request."""

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

LARGEST = 64 * 1024  # bytes
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

# The escape itself, not an escaped backslash before the letters u0000.
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class MalformedBody(HTTPException):
    """The body is no JSON that this service reads; ``detail`` never repeats any of it."""

    def __init__(self, detail: str) -> None:
        super().__init__(status_code=400, detail=detail)


class OtherMediaType(HTTPException):
    """The body does not say that it is JSON."""

    def __init__(self) -> None:
        super().__init__(status_code=415, detail="send the body as application/json")


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """The body's data; MalformedBody says what is wrong with it."""
        return parse_json(await self.body())


class StrictRoute(APIRoute):
    """Routes whose bodies are strict JSON and nothing else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind a check of the media type."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            if request.method in WITH_BODY and not _is_json(request):
                raise OtherMediaType
            return await handle(StrictRequest(request.scope, request.receive))

        return strict


def parse_json(data: bytes) -> object:
    """The data in a body; MalformedBody for what another reader could read differently.

    NaN, infinities, lone surrogates and bytes that are not UTF-8 are no JSON; NUL characters and
    names given twice are, and are refused too: databases and parsers disagree about them.
    """
    try:
        parsed: object = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedBody(f"the body is not valid JSON in UTF-8: {place}") from None
    if NUL.search(data):
        _refuse("a NUL character (\\u0000) is not accepted")
    try:
        json.loads(data, object_pairs_hook=_without_repeats)
    except RecursionError:
        _refuse("the body is nested too deeply")
    return parsed


def _without_repeats(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        _refuse("a name is given twice in one object")


def _refuse(detail: str) -> NoReturn:
    raise MalformedBody(detail)


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json"
