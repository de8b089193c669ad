"""A till in tests: quotes a device and takes steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from tests.domain.making import PERFECT
from valuation.domain.erasure import Method, Technique, Verification
from valuation.domain.moves import Step
from valuation.domain.people import Mode
from valuation.domain.records import Actor, Evidence, Role
from valuation.quotes.documents import Document
from valuation.quotes.quoting import QuoteRequest
from valuation.shop import Shop
from valuation.use_cases.erasing import ErasureRequest, record
from valuation.use_cases.issuing import issue
from valuation.use_cases.living import Held, held, step
from valuation.use_cases.step_request import StepRequest

MERCHANT = "shop-1"
IPHONE = "apple/iphone/iphone-13/128gb"
IMEI = "490154203237518"
CLERK = Actor(role=Role.CLERK, id="clerk-1")
MANAGER = Actor(role=Role.MANAGER, id="manager-1")
PHOTO = Evidence(digest="ab" * 32, place="shelf 7, photo 1")
# Details of faults are asked only where something does not work.
ANSWERS: Mapping[str, object] = {
    question: answer
    for question, answer in PERFECT.items()
    if question
    not in ("cameras_work", "biometrics_work", "audio_works", "buttons_work", "charging_works",
            "radio_works", "back_intact")
}  # fmt: skip


@dataclass
class Till:
    """Quotes and steps of one merchant."""

    shop: Shop
    merchant: str = MERCHANT
    mode: Mode = Mode.LIVE
    quotes: list[str] = field(default_factory=list)

    def quote(
        self, device: str = IPHONE, *, imei: str | None = None, lock: int = 0, **answers: object
    ) -> Document:
        given = {**ANSWERS, **answers}
        request = QuoteRequest(answers=given, device=device, identifier=imei, lock_days=lock)
        document = issue(self.shop, request, merchant=self.merchant, market=None, mode=self.mode)
        self.quotes.append(str(document["id"]))
        return document

    def step(self, taken: Step, *, actor: Actor = CLERK, **details: Any) -> Held:
        request = StepRequest(step=taken, actor=actor, **details)
        return step(self.shop, self.quotes[-1], request, merchant=self.merchant, mode=self.mode)

    def erase(self, **changes: Any) -> dict[str, Any]:
        """A record of an erasure just now, one that counts unless it is changed."""
        request = make_request(self.shop.clock(), **changes)
        told = record(
            self.shop, self.quotes[-1], request, actor=CLERK, merchant=self.merchant, mode=self.mode
        )
        return cast(dict[str, Any], told["record"])

    def look(self) -> Held:
        return held(self.shop, self.quotes[-1], merchant=self.merchant, mode=self.mode)

    def received(self, **answers: Any) -> Held:
        """A quote that was accepted and whose device is here."""
        self.quote(**answers)
        self.step(Step.ACCEPT)
        return self.step(Step.RECEIVE)


def make_request(at: datetime, **changes: Any) -> ErasureRequest:
    facts: dict[str, Any] = {
        "method": Method.PURGE, "technique": Technique.CRYPTO_ERASE, "tool": "Eraser",
        "tool_version": "4.2", "verification": Verification.FULL, "passed": True,
        "erased_by": "clerk:mei", "verified_by": "clerk:li", "started_at": at, "finished_at": at,
        "verified_at": at, "place": "Shanghai, bench 2",
    }  # fmt: skip
    return ErasureRequest(**{**facts, **changes})


def amount_of(document: Mapping[str, Any]) -> int:
    amount: int = document["offer"]["amount"]
    return amount


def found(after: Held) -> dict[str, Any]:
    """What the inspection found."""
    assert after.found is not None
    return after.found
