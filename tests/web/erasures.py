"""Records of erasures as tills send them."""

from datetime import datetime
from typing import Any

import httpx

from tests.fakes import NOON


def make_record(*, at: datetime = NOON, **changes: Any) -> dict[str, Any]:
    """A record that counts, of an erasure at a moment."""
    then = at.isoformat()
    return {
        "method": "purge", "technique": "crypto_erase", "tool": "Eraser", "tool_version": "4.2",
        "verification": "full", "passed": True, "erased_by": "clerk:mei",
        "verified_by": "clerk:li", "started_at": then, "finished_at": then, "verified_at": then,
        "place": "Shanghai, bench 2", **changes,
    }  # fmt: skip


def erase(client: httpx.Client, quote: dict[str, Any], **changes: Any) -> httpx.Response:
    """The answer to a record of this quote's device."""
    return client.post(f"/v1/quotes/{quote['id']}/erasure", json=make_record(**changes))


def erased(client: httpx.Client, quote: dict[str, Any]) -> None:
    """Erase it, so that it may be settled."""
    answer = erase(client, quote)
    assert answer.status_code == 201, answer.text
    assert answer.json()["record"]["verified"]
