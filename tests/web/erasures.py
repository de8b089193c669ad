"""Records of erasures as tills send them."""

from typing import Any

import httpx

from tests.fakes import NOON


def make_record(**changes: Any) -> dict[str, Any]:
    """A record that counts, of an erasure when the tests' clock begins."""
    at = NOON.isoformat()
    return {
        "method": "purge", "technique": "crypto_erase", "tool": "Eraser", "tool_version": "4.2",
        "verification": "full", "passed": True, "erased_by": "clerk:mei",
        "verified_by": "clerk:li", "started_at": at, "finished_at": at, "verified_at": at,
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
