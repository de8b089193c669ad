"""Where block list and activation lock are asked for: any source that has this one method.

The clear identifier is handed to the source and kept nowhere. A source that fails or dawdles has
said nothing, which is never clean and never an error of the quote.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from queue import Empty, Queue
from threading import BoundedSemaphore, Thread
from typing import Protocol, runtime_checkable

from valuation.catalogue.identity import Identifier
from valuation.domain.device_checks import DeviceCheck, Why, nothing_known

PATIENCE_SECONDS = 2.0
AT_ONCE = 16  # questions that may wait for the source; of one that hangs no more threads are left

logger = logging.getLogger(__name__)


DigestsOf = Callable[[str], Collection[str]]  # of an identifier, under every key that there is


class DeviceChecks(Protocol):
    """A source of device checks; it may raise anything and take its time."""

    @property
    def source(self) -> str:
        """Its name, as quotes tell it."""

    def check(self, identifier: Identifier, *, now: datetime) -> DeviceCheck:
        """What it says of a unit."""


@runtime_checkable
class KnownChecks(Protocol):
    """A source that is at hand, and so can be asked by a unit's digests as well."""

    def check_known(
        self, digests: Collection[str], digests_of: DigestsOf, *, now: datetime
    ) -> DeviceCheck:
        """What it says of the unit that has one of the digests."""


@dataclass(frozen=True, slots=True)
class Checking:
    """Asks a source, with patience."""

    checks: DeviceChecks
    patience: float = PATIENCE_SECONDS
    _turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))

    def ask(self, identifier: Identifier | None, *, now: datetime) -> DeviceCheck:
        """What the source says of a unit; unknown where it says nothing, or nobody is named."""
        why = Why.NO_IDENTIFIER if identifier is None else Why.UNAVAILABLE
        found = None
        if identifier is not None:
            found = self._answer(partial(self.checks.check, identifier, now=now))
        return found or nothing_known(source=self.checks.source, at=now, why=why)

    def ask_known(
        self, digests: Collection[str], digests_of: DigestsOf, *, now: datetime
    ) -> DeviceCheck | None:
        """The same of a unit of which digests alone are kept; None where the source must have the
        identifier."""
        if not isinstance(self.checks, KnownChecks):
            return None
        found = self._answer(partial(self.checks.check_known, digests, digests_of, now=now))
        return found or nothing_known(source=self.checks.source, at=now, why=Why.UNAVAILABLE)

    def _answer(self, question: Callable[[], DeviceCheck]) -> DeviceCheck | None:
        if not self._turns.acquire(blocking=False):
            logger.error("device checks: %d questions wait already", AT_ONCE)
            return None
        answer: Queue[DeviceCheck | None] = Queue(1)
        Thread(target=self._fetch, args=(question, answer), daemon=True).start()
        try:
            return answer.get(timeout=self.patience)
        except Empty:
            logger.error("device checks: no answer within %s s", self.patience)  # noqa: TRY400 -- there is nothing to trace
            return None

    def _fetch(
        self, question: Callable[[], DeviceCheck], answer: "Queue[DeviceCheck | None]"
    ) -> None:
        try:
            answer.put(question())
        except Exception as error:  # noqa: BLE001 -- whatever a source raises, it said nothing
            # Its name alone: what it says may repeat the identifier.
            logger.error("device checks failed: %s", type(error).__name__)  # noqa: TRY400 -- likewise
            answer.put(None)
        finally:
            self._turns.release()
