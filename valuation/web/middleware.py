"""What every request passes: an id, a limit of its size, a few headers, no failure unanswered.

Plain ASGI: Starlette's BaseHTTPMiddleware starts a task for every request.
"""

import logging
import secrets

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from valuation.web.body import LARGEST
from valuation.web.problem import Problem, in_body

logger = logging.getLogger(__name__)

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    ),
)
NOT_KEPT = (b"cache-control", b"no-store")  # unless an answer says how long it may be
TOO_LARGE = Problem(
    413, "body_too_large", "Body too large", f"a body of at most {LARGEST} bytes is accepted",
    (in_body((), "larger than is read", f"at most {LARGEST} bytes"),),
    besides={"largest_bytes": LARGEST},
)  # fmt: skip
INTERNAL = Problem(
    500, "internal_error", "Internal error", "this is our fault; tell us the request id"
)


class BodyTooLarge(HTTPException):
    """More bytes came than are read."""

    def __init__(self) -> None:
        super().__init__(status_code=413, detail=TOO_LARGE.detail)


class Edge:
    """The outermost layer of the service."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await _Exchange(self._app, scope, receive, send).run()


class _Exchange:
    """One request on its way through."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self._app, self._scope, self._receive, self._send = app, scope, receive, send
        self._id = f"req_{secrets.token_hex(8)}"
        self._left = LARGEST
        self._started = False

    async def run(self) -> None:
        self._scope.setdefault("state", {})["request_id"] = self._id
        if _announced(self._scope) > LARGEST:
            await self._answer(TOO_LARGE)
            return
        try:
            await self._app(self._scope, self.receive, self.send)
        except Exception:
            logger.exception("request %s failed", self._id)
            if self._started:
                raise
            await self._answer(INTERNAL)

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise BodyTooLarge
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            own = message.get("headers", ())
            message["headers"] = [
                *own,
                *([] if any(name == NOT_KEPT[0] for name, _ in own) else [NOT_KEPT]),
                *HEADERS,
                (b"x-request-id", self._id.encode()),
            ]
        await self._send(message)

    async def _answer(self, problem: Problem) -> None:
        await problem.response(self._id)(self._scope, self.receive, self.send)


def _announced(scope: Scope) -> int:
    """The body's length as the client states it; 0 where it states none that is a number."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0
