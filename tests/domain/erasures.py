"""Records of erasures for tests."""

from datetime import datetime
from typing import Any

from tests.domain.lives import ISSUED
from valuation.domain.erasure import Erasure, Method, Technique, Verification

DIGEST = "e1" * 32


def make_erasure(*, at: datetime = ISSUED, **changes: Any) -> Erasure:
    """A record that counts."""
    facts: dict[str, Any] = {
        "quote": "qt_1", "unit": None, "method": Method.PURGE,
        "technique": Technique.CRYPTO_ERASE, "tool": "Eraser", "tool_version": "4.2",
        "verification": Verification.FULL, "passed": True, "erased_by": "clerk:mei",
        "verified_by": "clerk:li", "started_at": at, "finished_at": at, "verified_at": at,
        "place": "Shanghai, bench 2",
    }  # fmt: skip
    return Erasure(**{**facts, **changes})
