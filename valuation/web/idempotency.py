"""``Idempotency-Key``: the first answer to a request is kept 24 hours, and answered again.

What is kept is written in the transaction of what the request did, so that there is never one
without the other. Only what did something is kept: a refusal may be tried again.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import Depends, Request, Response

from valuation.domain.people import Mode
from valuation.domain.redaction import IMEI, holds_identifier, personal_data
from valuation.domain.refusals import IllegalStep
from valuation.shop import Shop
from valuation.storage.answers import AnswerStore, KeptAnswer
from valuation.storage.engine import reading, writing
from valuation.storage.quotes import Taken
from valuation.web.answering import JSON, InShop
from valuation.web.auth import Caller

HEADER = "idempotency-key"
LONGEST = 255
KEPT = timedelta(hours=24)
MIXED = re.compile(r"(?=[0-9]*[A-Za-z])[0-9A-Za-z]+")
CUSTOMERS = "/v1/customers"  # here a till may take a phone number for a key
AGAIN = {"Idempotent-Replayed": "true"}
# The same request may have come a moment before: then it is its answer that holds.
FIRST_CAME = (Taken, IllegalStep)

Made = TypeVar("Made")
Keep = Callable[[Made], KeptAnswer]
Answer = Callable[[Made], Response]


class KeyUnusable(ValueError):
    """The key is empty, too long or no printable text."""


class KeyReused(ValueError):
    """The same key came with another request."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """A request that names a key."""

    shop: Shop
    merchant: str
    key: str
    request_digest: str
    now: datetime

    def answer(self, response: Response) -> KeptAnswer:
        """What to keep of the first answer."""
        return KeptAnswer(
            merchant=self.merchant,
            key=self.key,
            request_digest=self.request_digest,
            status=response.status_code,
            body=bytes(response.body).decode(),
            location=response.headers.get("location", ""),
            answered_at=self.now,
        )

    def kept(self) -> Response | None:
        """The first answer again; KeyReused where the key came with another request."""
        with reading(self.shop.engine) as connection:
            found = AnswerStore(connection).get(merchant=self.merchant, key=self.key)
        if found is None:
            return None
        if found.answered_at < self.now - KEPT:
            with writing(self.shop.engine) as connection:
                AnswerStore(connection).forget(before=self.now - KEPT)
            return None
        if found.request_digest != self.request_digest:
            raise KeyReused
        place = {"Location": found.location} if found.location else {}
        return Response(found.body.encode(), found.status, {**place, **AGAIN}, JSON)


async def _keeping(request: Request, caller: Caller, shop: InShop) -> Keeping | None:
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST or not key.isprintable():
        raise KeyUnusable(f"an idempotency key has 1 to {LONGEST} printable characters")
    if request.url.path != CUSTOMERS and (found := _persons(key)):
        raise KeyUnusable(f"this looks like {found}, and keys are kept: take one that names nobody")
    # Tills take what is at hand for a key, an IMEI too: that is kept as the unit's own digest is.
    # What a test key was answered is no answer to a live one: a line break is in no key of theirs.
    if caller.mode is Mode.TEST:
        key = shop.unit_keys().steady.digest(f"{caller.mode}\n{key}")
    elif holds_identifier(key) or request.url.path == CUSTOMERS:
        key = shop.unit_keys().steady.digest(key)
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    # Keyed too: whoever knows the rest of a body would try every phone number or IMEI.
    digest = shop.unit_keys().steady.digest((asked + await request.body()).decode("latin-1"))
    return Keeping(shop, caller.merchant, key, digest, shop.clock())


def _persons(key: str) -> str | None:
    """What of a person's the key holds. A random key holds digits among its letters by chance: only
    an address, or a number that no letter runs into, is one."""
    found = personal_data(key.lower())
    if found and "@" not in key:
        found = personal_data(MIXED.sub(" ", key))
    return None if found == IMEI else found


MaybeKeeping = Annotated[Keeping | None, Depends(_keeping)]


def once(
    keeping: Keeping | None, do: Callable[[Keep[Made] | None], Made], answer: Answer[Made]
) -> Response:
    """The answer to what ``do`` makes, or the first one again where its key came before; ``do``
    writes what it is given to keep together with what it does."""
    if keeping is None:
        return answer(do(None))
    if again := keeping.kept():
        return again
    try:
        return answer(do(lambda made: keeping.answer(answer(made))))
    except FIRST_CAME:
        if first := keeping.kept():
            return first
        raise


async def once_among_others(
    keeping: Keeping | None, do: Callable[[Keep[Made] | None], Awaitable[Made]],
    answer: Answer[Made],
) -> Response:  # fmt: skip
    """``once`` in the event loop."""
    if keeping is None:
        return answer(await do(None))
    if again := await to_thread.run_sync(keeping.kept):
        return again
    try:
        return answer(await do(lambda made: keeping.answer(answer(made))))
    except FIRST_CAME:
        if first := await to_thread.run_sync(keeping.kept):
            return first
        raise
