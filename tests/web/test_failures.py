"""What fails around a quote's life: a clear answer, nothing lost, and no restart afterwards.

A lock that keeps quotes out, a disk below its minimum and a new champion: see ``test_health``.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from tests.databases import SqliteFiles, held, looking
from tests.durability.books import faults_of, faults_of_all
from tests.durability.tills import QUOTES, Asked, answer_of, ask
from tests.factories import MARKET, promote
from tests.fakes import FakeClock
from tests.web.answers import make_body
from tests.web.conftest import installation
from tests.web.running import running
from tests.web.test_health import bundles, wait_for
from tests.web.test_lives import step, taken
from tests.web.test_post_quotes import make_quote
from valuation.settings import Settings
from valuation.storage import engine as engine_module

TRIES = 200  # by when a disk without room has taken its last quote
FOUND = {"display_works": "cracked", "cosmetic_grade": "D"}
Filled = Callable[[], AbstractContextManager[None]]


def life(client: httpx.Client, quote: dict[str, Any]) -> Any:
    """Where the quote stands."""
    return client.get(f"{QUOTES}/{quote['id']}/life").json()


def is_unavailable(answer: httpx.Response, code: str = "database_unavailable") -> bool:
    """Whether it is a 503 that says why, and when to try again."""
    said = (answer.status_code, answer.json()["code"], answer.headers.get("retry-after"))
    return said == (503, code, "5")


def test_a_step_that_a_lock_keeps_out_is_503_and_taken_once_with_the_same_key(
    settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0.1)
    with running(settings) as client:
        quote = make_quote(client)
        accept = Asked("once", f"{QUOTES}/{quote['id']}/steps", {"step": "accept"}, quote["id"])
        with held(database_url):
            assert is_unavailable(ask(client, accept))
        answers = [ask(client, accept) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].content == answers[1].content
        kinds = [event["kind"] for event in life(client, quote)["events"]]
        assert kinds == ["offered", "accepted"]


@contextmanager
def bounded(client: httpx.Client) -> Iterator[None]:
    """The database's file may not grow: SQLite then says what it says of a full disk."""
    engine = client.app.state.shop.engine  # type: ignore[attr-defined]  # the test client's
    full, roomy = _limited(to=1), _limited(to=2**31)  # never less than the pages there are
    event.listen(engine, "checkout", full)
    yield
    event.remove(engine, "checkout", full)
    event.listen(engine, "checkout", roomy)


def _limited(*, to: int) -> Callable[..., None]:
    return lambda opened, *_: opened.execute(f"PRAGMA max_page_count = {to}").fetchall()


@contextmanager
def tiny_disk(place: Path) -> Iterator[Path]:
    """A disk of two megabytes; skips where nobody may mount one."""
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    command = [mount or "", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if not mount or not umount or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        yield place
    finally:
        subprocess.run([umount, str(place)], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Not a byte is left on the disk."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    yield
    ballast.unlink()


def check_a_full_disk(client: httpx.Client, url: str, full: Filled) -> None:
    """Quotes until one does not fit: it is 503, leaves nothing, and is made once there is room."""
    asked: list[Asked] = []
    with full():
        refused = until_refused(client, asked)
        assert is_unavailable(refused)
        assert refused.json()["detail"] == "the disk is full"
        assert client.get("/v1/quotes/AAA-AAAA").status_code == 404  # it can still be read
    *kept, turned_away = asked
    with looking(url) as connection:
        assert faults_of(connection, kept) + faults_of_all(connection, kept) == []
    turned_away.answer = answer_of(ask(client, turned_away))
    with looking(url) as connection:
        assert faults_of(connection, asked) + faults_of_all(connection, asked) == []


def until_refused(client: httpx.Client, asked: list[Asked]) -> httpx.Response:
    """The first answer that is no quote; what was asked is added to the list."""
    for number in range(TRIES):
        asked.append(Asked(f"quote-{number}", QUOTES, make_body(), None))
        said = ask(client, asked[-1])
        if said.status_code != 201:
            return said
        asked[-1].answer = answer_of(said)
    raise AssertionError("there is room for every quote")


@pytest.mark.only("sqlite", why="the disk of a server is the server's")
def test_a_database_that_cannot_grow_is_503_and_no_quote_is_half_written(
    client: httpx.Client, database_url: str
) -> None:
    check_a_full_disk(client, database_url, lambda: bounded(client))


@pytest.mark.only("sqlite", why="the disk of a server is the server's")
def test_a_disk_that_is_really_full_is_503_and_no_quote_is_half_written(
    models: Path, tmp_path: Path
) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        url = SqliteFiles(disk).fresh()
        settings = Settings.from_environment(installation(models, tmp_path, url))
        with running(settings) as client:
            check_a_full_disk(client, url, lambda: filled(disk))


def test_a_clock_set_back_a_day_refuses_the_step_until_it_is_right_again(
    client: httpx.Client, clock: FakeClock
) -> None:
    quote = make_quote(client)
    before = taken(client, quote, "accept")
    clock.move(days=-1)
    answer = step(client, quote, "receive")
    assert (answer.status_code, answer.json()["code"]) == (409, "clock_behind")
    assert "set the clock right" in answer.json()["detail"]
    assert life(client, quote) == before
    assert client.get(f"{QUOTES}/{quote['id']}").json() == quote
    clock.move(days=1)
    assert taken(client, quote, "receive")["events"][:2] == before["events"]


def swap(client: httpx.Client, settings: Settings) -> Path:
    """Another champion serves; the folder of the one before."""
    before = str(client.get("/v1/bundle").json()["digest"])
    (other,) = set(bundles(settings)) - {before}
    promote(settings.models_dir, other, promotion=2)
    wait_for(client, lambda state: state["bundles"][MARKET] == other)
    return settings.models_dir / "bundles" / before


def test_what_an_inspection_finds_is_priced_by_the_quotes_own_bundle(
    client: httpx.Client, settings: Settings
) -> None:
    quote, as_found = make_quote(client), make_quote(client, **FOUND)
    taken(client, quote, "accept", "receive")
    swap(client, settings)
    now = make_quote(client, **FOUND)
    assert now["offer"] != as_found["offer"]  # else the amount below would show nothing
    assert taken(client, quote, "inspect", answers=FOUND)["amount"] == as_found["offer"]


def test_a_bundle_that_is_gone_leaves_the_device_received_until_it_is_back(
    client: httpx.Client, settings: Settings
) -> None:
    quote = make_quote(client)
    before = taken(client, quote, "accept", "receive")
    folder = swap(client, settings)
    elsewhere = folder.rename(settings.models_dir / "elsewhere")
    assert is_unavailable(step(client, quote, "inspect", answers=FOUND), "versions_unavailable")
    assert life(client, quote) == before
    elsewhere.rename(folder)
    assert taken(client, quote, "inspect", answers=FOUND)["stage"] == "counter_offered"
