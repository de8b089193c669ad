"""Answers and requests for tests of the service."""

from typing import Any

GOOD: dict[str, Any] = {
    "powers_on": "yes",
    "display_works": "yes",
    "functions_work": "yes",
    "cosmetic_grade": "B",
    "battery_health": 88,
    "sim_lock": "unlocked",
    "activation_lock": "off",
    "mdm": "none",
    "block_list": "clear",
    "battery_safety": "normal",
    "erasure": "done",
}
IPHONE = "apple/iphone/iphone-13/128gb"
IMEI = "490154203237518"  # the example of the standard
NOTHING = object()


def make_body(*, device: Any = None, market: str | None = None, **answers: Any) -> dict[str, Any]:
    """A request about an iPhone 13 in good order; ``NOTHING`` leaves an answer out."""
    given = {q: a for q, a in {**GOOD, **answers}.items() if a is not NOTHING}
    body: dict[str, Any] = {"device": device or {"id": IPHONE}, "answers": given}
    return body if market is None else {**body, "market": market}
