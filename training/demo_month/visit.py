"""One device at a store: quoted, and most often accepted, received, inspected, erased, settled, and
gone its way some days later.

How customers and inspections behave is invented; see ``Habits``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import numpy as np

from training.demo_month.arriving import Arriving
from training.demo_month.stores import Store
from training.demo_month.told import Fate, Told
from valuation.domain.dispatch import Way
from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.erasure import CONDITIONS, Method, Technique, Verification
from valuation.domain.giving import Given
from valuation.domain.moves import Stage, Step
from valuation.domain.questions import BY_ID, GRADE
from valuation.domain.records import Actor, Evidence
from valuation.domain.reversals import ReversalReason
from valuation.quotes.documents import Document
from valuation.quotes.quoting import QuoteRequest
from valuation.shop import Shop
from valuation.use_cases.erasing import ErasureRequest, record
from valuation.use_cases.giving import may_be_given
from valuation.use_cases.issuing import issue
from valuation.use_cases.living import Held, held, step
from valuation.use_cases.step_request import StepRequest

MINUTES, DAY = timedelta(minutes=10), timedelta(days=1)
CAUSE = "demo-school"  # of the shipped table of causes
PHOTO = Evidence(digest="0" * 64, place="demo: no photo was taken")
# What an inspection finds instead of the best answer, and of a hundred findings how many.
FOUND = (
    (GRADE.id, "", 70),  # one grade below the declared one
    ("display_works", "cracked", 12),
    ("mdm", "enrolled", 8),
    ("activation_lock", "on", 4),
    ("battery_safety", "swollen", 6),
)


@dataclass(frozen=True, slots=True)
class Habits:
    """Invented shares: of offers, those declined; of accepted ones, those that come by post; of
    inspections, those that find something else; of counter-offers, those whose device goes back and
    those whose device is left for recycling. ``longest``: days until the last of the settled
    devices is sold or taken apart; the first takes one."""

    declined: float = 0.15
    posted: float = 0.3
    differs: float = 0.12
    goes_back: float = 0.25
    left: float = 0.05
    longest: int = 9


@dataclass
class Visit:
    """The steps of one device. ``wishes``: what is still to happen once in the month: a gift of
    each kind, a resale that is taken back."""

    shop: Shop
    store: Store
    arriving: Arriving
    habits: Habits
    chance: np.random.Generator
    wishes: set[Given | Step]
    told: Told
    quote: str = field(default="", init=False)

    def life(self) -> Iterator[timedelta]:
        """Takes each step when it is asked for the pause until the next."""
        document = self._issue()
        if document["outcome"] != "offer":
            self.told.fates[Fate.NO_OFFER] += 1
            return
        yield MINUTES
        gift = self._gift(document)
        if gift is None and self._happens(self.habits.declined):
            self._ends(Fate.DECLINED, Step.DECLINE)
            return
        posted = gift is None and self._happens(self.habits.posted)
        amount = cast(Mapping[str, int], document["offer"])["amount"]
        self._step(Step.ACCEPT, amount=amount, way=Way.POST if posted else Way.COUNTER,
                   donate=gift and (gift, CAUSE))  # fmt: skip
        yield int(self.chance.integers(1, 5)) * DAY if posted else MINUTES
        self._step(Step.RECEIVE)
        yield MINUTES
        differs = gift is None and self._happens(self.habits.differs)
        after = self._step(Step.INSPECT, answers=self._finding() if differs else {})
        if after.life.stage is Stage.COUNTER_OFFERED:
            self.told.countered += 1
            yield MINUTES
            step = self._answer()
            after = self._step(step, amount=after.life.amount if step is Step.ACCEPT else None)
            if step is not Step.ACCEPT:
                yield DAY
                self._leaves(after)
                return
        yield MINUTES
        yield from self._settles(after)

    def _settles(self, after: Held) -> Iterator[timedelta]:
        self._prepare(after, destroyed=self._cannot_be_erased(after.route))
        yield MINUTES
        after = self._ends(Fate.SETTLED, Step.SETTLE)
        route, gift = after.route, after.life.gift
        assert after.place is not None  # noqa: S101 -- a live quote of a store in a region
        self.told.places[after.place.facility or f"none ({after.place.reason})"] += 1
        if gift is not None:
            self.told.gifts[gift.what] += 1
        yield int(self.chance.integers(1, self.habits.longest + 1)) * DAY
        if after.life.gives_device:
            self._step(Step.DELIVER, evidence=(PHOTO,))
            self.told.routes[route] += 1
            return
        yield from self._goes(route)

    def _goes(self, route: Route) -> Iterator[timedelta]:
        """Sold or taken apart; once in the month what was sold comes back and is sold again."""
        if FLAGS[route] is Flag.DISMANTLE:
            self._erase(destroyed=self._cannot_be_erased(route))
        self._step(Step.COMPLETE)
        self.told.routes[route] += 1
        if FLAGS[route] is Flag.RESALE and Step.REVERSE in self.wishes:
            self.wishes.remove(Step.REVERSE)
            yield 2 * DAY
            self._step(Step.REVERSE, actor=self.store.manager,
                       reason=ReversalReason.RETURNED_BY_BUYER)  # fmt: skip
            self.told.reversed[route] += 1
            yield DAY
            self._erase(destroyed=False)  # of what its buyer left on it
            self._step(Step.REVERSE, actor=self.store.manager,
                       reason=ReversalReason.RETURNED_BY_BUYER, route=route)  # fmt: skip
            yield from self._goes(route)

    def _leaves(self, after: Held) -> None:
        """Goes back to its owner, or was left."""
        if after.life.stage is Stage.DECLINED_RETURN:
            self._ends(Fate.RETURNED, Step.RETURN)
            return
        self._prepare(after, destroyed=True)
        self._ends(Fate.RECYCLED, Step.RECYCLE)
        self.told.routes[Route.DISMANTLE] += 1

    def _issue(self) -> Document:
        answers = {name: BY_ID[name].value(level) for name, level in self.arriving.levels.items()}
        request = QuoteRequest(
            answers=answers, device=self.arriving.device.variant, context=self.arriving.context
        )
        document = issue(self.shop, request, merchant=self.store.merchant, market=None)
        self.quote = str(document["id"])
        return document

    def _gift(self, document: Mapping[str, Any]) -> Given | None:
        """What this device's owner gives: the first that is wished for and possible."""
        can = {
            Given.AMOUNT: document["offer"]["amount"] > 0,
            Given.DEVICE: may_be_given(document),
        }
        gift = next((each for each in Given if each in self.wishes and can[each]), None)
        if gift is not None:
            self.wishes.remove(gift)
        return gift

    def _finding(self) -> Mapping[str, object]:
        """One answer that is worse than it was declared."""
        levels = self.arriving.levels
        worse = [
            (name, lower, share)
            for name, answer, share in FOUND
            if name in levels
            for lower in [BY_ID[name].level(answer) if answer else levels[name] - 1]
            if 0 <= lower < levels[name]
        ]
        shares = np.array([share for _, _, share in worse], dtype=np.float64)
        name, level, _ = worse[int(self.chance.choice(len(worse), p=shares / shares.sum()))]
        return {name: BY_ID[name].value(level)}

    def _answer(self) -> Step:
        """What the owner says to a counter-offer."""
        drawn = self.chance.random()
        if drawn < self.habits.goes_back:
            return Step.DECLINE_RETURN
        left = drawn < self.habits.goes_back + self.habits.left
        return Step.DECLINE_RECYCLING if left else Step.ACCEPT

    def _cannot_be_erased(self, route: Route) -> bool:
        """Whether its storage is destroyed instead."""
        return route is Route.DISMANTLE or self.arriving.levels["powers_on"] == 0

    def _prepare(self, after: Held, *, destroyed: bool) -> None:
        """Everything that leaving depends on: the record of an erasure, then the conditions."""
        if FLAGS[after.route] is Flag.RESALE or destroyed or CONDITIONS & set(after.life.unmet):
            self._erase(destroyed=destroyed)
        merchant, settles = self.store.merchant, after.life.stage is not Stage.DECLINED_RECYCLING
        for code in held(self.shop, self.quote, merchant=merchant).life.unmet if settles else ():
            self._step(Step.SHOW, condition=code, evidence=(PHOTO,))

    def _erase(self, *, destroyed: bool) -> None:
        now, store = self.shop.clock(), self.store
        request = ErasureRequest(
            method=Method.DESTROY if destroyed else Method.PURGE,
            technique=Technique.SHRED if destroyed else Technique.CRYPTO_ERASE,
            tool="Demo eraser", tool_version="1",
            verification=Verification.INSPECTION if destroyed else Verification.FULL, passed=True,
            erased_by=store.clerk.id, verified_by=store.manager.id, started_at=now,
            finished_at=now, verified_at=now, place="demo bench",
        )  # fmt: skip
        told = record(self.shop, self.quote, request, actor=store.clerk, merchant=store.merchant)
        if not cast(Mapping[str, Any], told["record"])["verified"]:
            raise RuntimeError(f"{self.quote}: the erasure does not count: {told['record']}")

    def _ends(self, fate: Fate, last: Step) -> Held:
        after = self._step(last)
        self.told.fates[fate] += 1
        return after

    def _step(self, taken: Step, *, actor: Actor | None = None, **details: Any) -> Held:
        request = StepRequest(step=taken, actor=actor or self.store.clerk, **details)
        return step(self.shop, self.quote, request, merchant=self.store.merchant)

    def _happens(self, share: float) -> bool:
        return bool(self.chance.random() < share)
