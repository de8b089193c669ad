"""/healthz and /readyz, and champions that come and fail while the service runs."""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.databases import PostgresDatabases, file_at, held, last_write, looking, make_read_only
from tests.factories import MARKET, promote
from tests.price_model.making import champion_of, spoiled, write_history
from tests.web.answers import make_body
from tests.web.running import running
from valuation.price_model.champions import ModelStore
from valuation.settings import Settings
from valuation.storage import engine as engine_module
from valuation.web.self_schemas import NotReady


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
        "ready": True, "database": "ok", "disk": "ok", "bundles": {MARKET: digest}, "faults": {},
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


def test_a_start_with_a_damaged_champion_serves_the_one_before_and_says_so(
    settings: Settings,
) -> None:
    store = ModelStore(settings.models_dir)
    champion = champion_of(store.root)
    (older,) = set(bundles(settings)) - {champion}
    write_history(store, ("promote", older), ("promote", spoiled(store, champion)))
    with running(settings) as client:
        state = client.get("/readyz").json()
        quote = client.post("/v1/quotes", json=make_body()).json()
    assert (state["ready"], state["bundles"]) == (True, {MARKET: older})
    assert f"the bundle {older[:12]} serves instead" in state["faults"][MARKET]
    assert quote["versions"]["bundle"] == older


def test_a_start_with_nothing_but_a_damaged_champion_is_not_ready_and_says_why(
    settings: Settings,
) -> None:
    store = ModelStore(settings.models_dir)
    spoiled(store, champion_of(store.root))
    with running(settings) as client:
        problem = not_ready(client)
        refused = client.post("/v1/quotes", json=make_body())
    assert "no earlier champion can be served" in problem["faults"][MARKET]
    assert (refused.status_code, refused.json()["code"]) == (503, "no_bundle")


def test_a_pointer_that_is_no_json_is_a_fault_and_nothing_more(
    client: httpx.Client, settings: Settings
) -> None:
    (settings.models_dir / "champions" / f"{MARKET}.json").write_text("{")
    state = wait_for(client, lambda state: bool(state["faults"]))
    assert state["ready"]
    assert client.post("/v1/quotes", json=make_body()).status_code == 201


def unavailable(client: httpx.Client) -> str:
    """Why a quote cannot be made now."""
    answer = client.post("/v1/quotes", json=make_body())
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer.headers["retry-after"]
    detail: str = answer.json()["detail"]
    return detail


@pytest.mark.only("sqlite", why="it damages the file")
def test_a_database_that_breaks_while_serving_is_503_and_named(
    client: httpx.Client, database_url: str
) -> None:
    client.app.state.shop.engine.dispose()  # type: ignore[attr-defined]  # no page stays cached
    folder = file_at(database_url).parent
    for file in folder.glob("quotes.sqlite*"):
        file.write_bytes(b"this is not a database" * 500)
    detail = unavailable(client)
    assert "restore it from a backup" in detail
    assert str(folder) not in detail
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert client.get("/healthz").status_code == 200


@pytest.mark.only("postgres", why="a file has no server that could stop")
def test_a_server_that_goes_away_is_503_and_serves_again_without_a_restart(
    client: httpx.Client, database_url: str, databases: PostgresDatabases
) -> None:
    with databases.closed(database_url):
        assert "admits nobody" in unavailable(client)
        assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").status_code == 200
    assert client.post("/v1/quotes", json=make_body()).status_code == 201


def test_a_database_that_another_keeps_locked_is_503_and_serves_again_when_it_is_free(
    settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0.1)
    with running(settings) as client:
        with held(database_url):
            assert "another process keeps it locked" in unavailable(client)
        assert client.post("/v1/quotes", json=make_body()).status_code == 201


def not_ready(client: httpx.Client) -> dict[str, Any]:
    """The problem that /readyz answers with, held to its schema."""
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"]
    assert client.get("/healthz").status_code == 200
    problem: dict[str, Any] = answer.json()
    NotReady.model_validate(problem)
    assert (problem["code"], problem["ready"]) == ("not_ready", False)
    return problem


def test_a_disk_below_the_minimum_is_not_ready_and_says_what_to_do(
    client: httpx.Client, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=99_999_999))
    detail = not_ready(client)["detail"]
    assert "99 MB free for the models" in detail
    # A server's disk is the server's; a file's is ours to look at.
    assert ("99 MB free for the database" in detail) == database_url.startswith("sqlite")
    assert "TRADEIN_FREE_DISK_MB" in detail
    assert "make room" in detail


def test_a_database_that_cannot_be_written_is_not_ready_though_it_can_be_read(
    client: httpx.Client,
) -> None:
    make_read_only(client.app.state.shop.engine)  # type: ignore[attr-defined]  # Starlette's client
    problem = not_ready(client)
    assert "read-only" in problem["detail"]
    assert problem["disk"] == "ok"


def test_to_ask_whether_it_is_ready_stores_nothing(client: httpx.Client, database_url: str) -> None:
    with looking(database_url) as connection:
        before = last_write(connection)
        assert client.get("/readyz").status_code == 200
        assert last_write(connection) == before
