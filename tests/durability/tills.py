"""Tills that ask for quotes and take them on, and remember all requests and answers."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
import orjson

from tests.durability.service import Service
from tests.factories import VARIANTS
from tests.web.answers import make_body
from tests.web.erasures import make_record

QUOTES = "/v1/quotes"
SECONDS = 30.0
# What is asked of an offer one after the other, and the event that each leaves behind: bought,
# sold, come back and sold again. A customer goes none, some or all of them.
BACK = {"step": "reverse", "reason": "resale_failed"}
STEPS: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("steps", {"step": "accept"}, "accepted"),
    ("steps", {"step": "receive"}, "received"),
    ("steps", {"step": "inspect"}, "inspected"),
    ("erasure", {}, "erased"),
    ("steps", {"step": "settle"}, "settled"),
    ("steps", {"step": "complete"}, "completed"),
    ("steps", BACK, "rerouted"),
    ("steps", {"step": "complete"}, "completed"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, body, place."""

    status: int
    body: bytes
    location: str


@dataclass(slots=True)
class Asked:
    """A request; ``quote``: whose step it is, ``leaves``: the event that it is to leave behind;
    ``answer``: None until there is one."""

    key: str
    path: str
    body: Mapping[str, Any]
    quote: str | None
    leaves: str = "offered"
    answer: Answer | None = None


def body_of(said: Mapping[str, Any], told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The whole body of a step with a quote: what came back goes its way again, and of an erasure
    there is a record of now."""
    if said is BACK:
        return {**said, "route": told["disposition"]["route"]}
    return said or make_record(at=datetime.now(UTC))


def ask(client: httpx.Client, asked: Asked) -> httpx.Response:
    """Send the request; httpx.TransportError where no whole answer comes back."""
    return client.post(asked.path, json=asked.body, headers={"Idempotency-Key": asked.key})


def answer_of(said: httpx.Response) -> Answer:
    """What is compared of a response."""
    return Answer(said.status_code, said.content, said.headers.get("location", ""))


def sell_until_killed(
    service: Service, *, name: str, tills: int, seconds: float, random: Random
) -> list[Asked]:
    """All that so many tills asked of the service until, after ``seconds``, it was killed."""
    seeds = [random.random() for _ in range(tills)]
    with ThreadPoolExecutor(tills) as pool:
        try:
            selling = [
                pool.submit(_sell, service, f"{name}-{number}", Random(seed))
                for number, seed in enumerate(seeds)
            ]
            time.sleep(seconds)
        finally:
            service.kill()  # else the tills would go on forever
        return [asked for sold in selling for asked in sold.result()]


@dataclass(frozen=True, slots=True)
class _Till:
    name: str
    client: httpx.Client
    random: Random
    asked: list[Asked] = field(default_factory=list)

    def serve_a_customer(self) -> None:
        """A quote, and most often some of what follows; httpx.TransportError."""
        choice = self.random.choice
        body = make_body(device={"id": choice(VARIANTS)}, cosmetic_grade=choice("ABCD"))
        answer = self._ask(QUOTES, body)
        told = orjson.loads(answer.body)
        if told.get("outcome") == "offer":
            for what, said, leaves in STEPS[: self.random.randrange(len(STEPS) + 1)]:
                path = f"{QUOTES}/{told['id']}/{what}"
                self._ask(path, body_of(said, told), quote=told["id"], leaves=leaves)

    def _ask(
        self, path: str, body: Mapping[str, Any], quote: str | None = None, leaves: str = "offered"
    ) -> Answer:
        asked = Asked(f"{self.name}-{len(self.asked)}", path, body, quote, leaves)
        self.asked.append(asked)  # before it is sent: it must be known if no answer comes
        asked.answer = answer_of(ask(self.client, asked))
        return asked.answer


def _sell(service: Service, name: str, random: Random) -> list[Asked]:
    """One till: customer after customer until the service is gone."""
    with httpx.Client(base_url=service.url, headers=service.headers, timeout=SECONDS) as client:
        till = _Till(name, client, random)
        try:
            while True:
                till.serve_a_customer()
        except httpx.TransportError:
            return till.asked
