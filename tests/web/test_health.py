"""/healthz and /readyz, and champions that come and fail while the service runs."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.factories import MARKET, promote
from tests.web.answers import make_body
from valuation.settings import Settings


def bundles(settings: Settings) -> list[str]:
    return sorted(folder.name for folder in (settings.models_dir / "bundles").iterdir())


def wait_for(client: httpx.Client, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What /readyz says once it says so; a failure after ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        state: dict[str, Any] = client.get("/readyz").json()
        if reached(state):
            return state
        time.sleep(0.05)
    raise AssertionError(f"not reached: {state}")


def test_the_process_answers(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_names_the_bundle_of_each_market(client: httpx.Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    digest = client.get("/v1/bundle").json()["digest"]
    assert answer.json() == {
        "ready": True, "database": "ok", "bundles": {MARKET: digest}, "faults": {},
    }  # fmt: skip


def test_a_new_champion_is_taken_up(client: httpx.Client, settings: Settings) -> None:
    serving = client.get("/v1/bundle").json()["digest"]
    (other,) = set(bundles(settings)) - {serving}
    promote(settings.models_dir, other, promotion=2)
    wait_for(client, lambda state: state["bundles"][MARKET] == other)
    quote = client.post("/v1/quotes", json=make_body()).json()
    assert quote["versions"]["bundle"] == other


def test_a_damaged_champion_leaves_the_last_good_one_serving_and_is_named(
    client: httpx.Client, settings: Settings
) -> None:
    serving = client.get("/v1/bundle").json()["digest"]
    (other,) = set(bundles(settings)) - {serving}
    booster = settings.models_dir / "bundles" / other / "booster-0.5.txt"
    booster.write_bytes(booster.read_bytes()[:1000])
    promote(settings.models_dir, other, promotion=2)
    state = wait_for(client, lambda state: bool(state["faults"]))
    assert state["ready"]
    assert state["bundles"] == {MARKET: serving}
    assert "booster-0.5.txt" in state["faults"][MARKET]
    assert client.post("/v1/quotes", json=make_body()).json()["versions"]["bundle"] == serving
    promote(settings.models_dir, serving, promotion=3)
    wait_for(client, lambda state: not state["faults"])
    promote(settings.models_dir, other, promotion=4)
    wait_for(client, lambda state: bool(state["faults"]))


def test_a_pointer_that_is_no_json_is_a_fault_and_nothing_more(
    client: httpx.Client, settings: Settings
) -> None:
    (settings.models_dir / "champions" / f"{MARKET}.json").write_text("{")
    state = wait_for(client, lambda state: bool(state["faults"]))
    assert state["ready"]
    assert client.post("/v1/quotes", json=make_body()).status_code == 201


def test_a_database_that_breaks_while_serving_is_503_and_named(
    client: httpx.Client, tmp_path: Path
) -> None:
    client.app.state.shop.engine.dispose()  # type: ignore[attr-defined]  # no page stays cached
    for file in tmp_path.glob("quotes.sqlite*"):
        file.write_bytes(b"this is not a database" * 500)
    answer = client.post("/v1/quotes", json=make_body())
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert "restore it from a backup" in answer.json()["detail"]
    assert str(tmp_path) not in answer.text
    assert answer.headers["retry-after"]
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert client.get("/healthz").status_code == 200
