"""Stand-ins for what comes from outside: time and entropy."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # noon in Shanghai


@dataclass
class FakeClock:
    """A clock that stands until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **passed: float) -> None:
        """Let time pass."""
        self.now += timedelta(**passed)


@dataclass
class FakeEntropy:
    """Bytes that were laid down first, then a count: nothing comes twice unless it was asked to."""

    laid_down: list[bytes] = field(default_factory=list)
    count: int = 0

    def __call__(self, size: int) -> bytes:
        if self.laid_down:
            return self.laid_down.pop(0)
        self.count += 1
        return hashlib.sha256(b"%d" % self.count).digest()[:size]
