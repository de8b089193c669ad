"""Tills that ask for quotes and take them on, and remember all requests and answers."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import orjson

from tests.durability.service import Service
from tests.factories import VARIANTS
from tests.web.answers import make_body

QUOTES = "/v1/quotes"
SECONDS = 30.0
# A step and the event that it leaves behind; a customer goes none, one or both of them.
STEPS = {"accept": "accepted", "receive": "received"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, body, place."""

    status: int
    body: bytes
    location: str


@dataclass(slots=True)
class Asked:
    """A request; ``quote``: whose step it is, ``answer``: None until there is one."""

    key: str
    path: str
    body: Mapping[str, Any]
    quote: str | None
    answer: Answer | None = None


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
        """A quote, and in two of three cases what follows; httpx.TransportError."""
        choice = self.random.choice
        body = make_body(device={"id": choice(VARIANTS)}, cosmetic_grade=choice("ABCD"))
        answer = self._ask(QUOTES, body)
        told = orjson.loads(answer.body)
        if told.get("outcome") == "offer":
            for step in list(STEPS)[: self.random.randrange(len(STEPS) + 1)]:
                self._ask(f"{QUOTES}/{told['id']}/steps", {"step": step}, quote=told["id"])

    def _ask(self, path: str, body: Mapping[str, Any], quote: str | None = None) -> Answer:
        asked = Asked(f"{self.name}-{len(self.asked)}", path, body, quote)
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
