"""Request bodies: one strict reading of JSON, so that nobody's parser sees another request."""

import json
import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from valuation.web.malformed import DEEPEST, Place, place_at, repeated_name, too_deep_at

LARGEST = 64 * 1024  # bytes
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

# The escape itself, not an escaped backslash before the letters u0000.
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class MalformedBody(HTTPException):
    """The body is no JSON that this service reads; ``detail`` never repeats any of it.

    ``place`` is the member where reading ended; ``accepted``: what is, whatever the member.
    """

    def __init__(self, detail: str, place: Place, accepted: str | None = None) -> None:
        super().__init__(status_code=400, detail=detail)
        self.place = place
        self.accepted = accepted


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
        raise _not_json(data, error) from None
    if _nested_deeper(parsed, DEEPEST):
        raise _too_deep(too_deep_at(data.decode()))
    if nul := NUL.search(data):
        place = place_at(data.decode(), len(data[: nul.start()].decode()))
        raise MalformedBody("a NUL character (\\u0000) is not accepted", place)
    try:
        json.loads(data, object_pairs_hook=_without_repeats)
    except _Repeated:
        place = repeated_name(data.decode())
        raise MalformedBody("a name is given twice in one object", place) from None
    return parsed


class _Repeated(ValueError):
    """An object has a name twice."""


def _without_repeats(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise _Repeated


def _nested_deeper(value: object, most: int) -> bool:
    """Whether objects and arrays lie in one another more than so many times."""
    level: list[Any] = [value]
    for _ in range(most + 1):
        level = [each for each in level if isinstance(each, dict | list)]
        if not level:
            return False
        level = [inner for each in level for inner in _inside(each)]
    return True


def _inside(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _too_deep(place: Place | None) -> MalformedBody:
    accepted = f"at most {DEEPEST} objects and arrays in one another"
    return MalformedBody("the body is nested too deeply", place or (), accepted)


def _not_json(data: bytes, error: orjson.JSONDecodeError) -> MalformedBody:
    """What the reader says, which repeats nothing of the body, and where it stopped."""
    try:
        text, position = data.decode(), error.pos
    except UnicodeDecodeError as undecodable:
        text = data.decode(errors="replace")
        position = len(data[: undecodable.start].decode())
    if deep := too_deep_at(text):
        return _too_deep(deep)
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    cause = f"line {line}, column {column}: {error.msg}"
    return MalformedBody(f"the body is not valid JSON in UTF-8: {cause}", place_at(text, position))


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json"
