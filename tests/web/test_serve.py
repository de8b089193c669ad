"""``tradein serve``: real processes on a real port."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.callers import make_key, make_merchant
from tests.databases import file_at, opened
from tests.factories import MARKET, promote
from tests.price_model.making import champion_of, spoiled, write_history
from tests.web.answers import make_body
from tests.web.serving import PLAIN, SECONDS, Served, served, start
from valuation.price_model.champions import ModelStore
from valuation.settings import Settings
from valuation.storage.upgrade import upgrade

# What training needs and a till must not wait for, or pay for in memory.
HEAVY = {"pandas", "sklearn", "scipy", "pyarrow", "mlflow", "lightgbm", "matplotlib", "training"}
MIB = 1024
LIMIT = 128 * MIB
PSYCOPG = 10 * MIB  # with the encryption that it is linked with


def test_the_printed_line_is_answered_with_an_offer(environment: dict[str, str]) -> None:
    with served(environment) as server:
        answer = httpx.post(
            f"{server.url}/v1/quotes", json=server.example, headers=server.headers, timeout=SECONDS
        )
    assert answer.status_code == 201
    assert answer.json()["outcome"] == "offer"


def test_it_starts_though_the_champion_is_damaged_where_an_earlier_one_is_sound(
    environment: dict[str, str],
) -> None:
    store = ModelStore(Path(environment["TRADEIN_MODELS"]))
    champion = champion_of(store.root)
    (older,) = (each.name for each in store.bundles.iterdir() if each.name != champion)
    write_history(store, ("promote", older), ("promote", spoiled(store, champion)))
    with served(environment) as server:
        answer = httpx.post(
            f"{server.url}/v1/quotes", json=server.example, headers=server.headers, timeout=SECONDS
        )
    assert answer.json()["versions"]["bundle"] == older


def test_where_there_are_merchants_already_the_line_asks_for_a_key_of_theirs(
    environment: dict[str, str], database_url: str
) -> None:
    with opened(database_url) as engine:
        upgrade(engine)
        made = make_key(engine, make_merchant(engine)[0].id)
    with served({**environment, "TRADEIN_KEY": made.token}) as server:
        assert server.headers["Authorization"] == f"Bearer {made.token}"
        answer = httpx.post(
            f"{server.url}/v1/quotes", json=server.example, headers=server.headers, timeout=SECONDS
        )
    assert answer.status_code == 201
    assert not Settings.from_environment(environment).demo_key_file.exists()


def test_serving_imports_nothing_heavy_and_stays_small(
    environment: dict[str, str], tmp_path: Path
) -> None:
    confession = tmp_path / "confession.json"
    with (
        served(environment, confession=confession) as server,
        httpx.Client(base_url=server.url, headers=server.headers, timeout=SECONDS) as client,
    ):
        for _ in range(50):
            assert client.post("/v1/quotes", json=make_body()).status_code == 201
        assert client.get("/docs").status_code == 200
        unknown = make_body(device={"name": "Apple iPhone 13 Profi", "storage_gb": 128})
        assert client.post("/v1/quotes", json=unknown).json()["outcome"] == "referral"
    said = httpx.Response(200, content=confession.read_bytes()).json()
    assert not HEAVY & {module.partition(".")[0] for module in said["modules"]}
    driver = 0 if environment["DATABASE_URL"].startswith("sqlite") else PSYCOPG
    assert said["peak_kib"] < LIMIT + driver


def test_a_new_champion_is_taken_up_by_every_worker_without_a_failed_request(
    environment: dict[str, str],
) -> None:
    models = Path(environment["TRADEIN_MODELS"])
    folders = {folder.name for folder in (models / "bundles").iterdir()}
    with served({**environment, "TRADEIN_REFRESH_SECONDS": "2"}, "--workers", "2") as server:
        first = bundle_of(server)
        (other,) = folders - {first}
        with load(server) as answers:
            promote(models, other, promotion=2)
            time.sleep(5)
            count = len(answers)
            later = {bundle_of(server) for _ in range(20)}
        assert later == {other}
        assert count > 20
        assert {status for status, _ in answers} == {201}
        assert {bundle for _, bundle in answers} == {first, other}


def bundle_of(server: Served) -> str:
    """The bundle of a quote made over a connection of its own, so any worker may answer."""
    answer = httpx.post(
        f"{server.url}/v1/quotes", json=make_body(), headers=server.headers, timeout=SECONDS
    )
    bundle: str = answer.json()["versions"]["bundle"]
    return bundle


@contextmanager
def load(server: Served) -> Iterator[list[tuple[int, str]]]:
    """Four callers that ask all the time; the status and bundle of every answer."""
    answers: list[tuple[int, str]] = []
    stop = threading.Event()

    def call() -> None:
        with httpx.Client(base_url=server.url, headers=server.headers, timeout=SECONDS) as client:
            while not stop.is_set():
                answer = client.post("/v1/quotes", json=make_body())
                bundle = answer.json().get("versions", {}).get("bundle", answer.text)
                answers.append((answer.status_code, bundle))

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    try:
        yield answers
    finally:
        stop.set()
        for caller in callers:
            caller.join()


def refused(environment: dict[str, str], *arguments: str) -> str:
    """The one line with which ``serve`` gives up, with exit code 2."""
    process = start(["-c", PLAIN, *arguments], environment)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 2, (out, err)
    assert out == ""
    (line,) = err.splitlines()
    return line


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_in_use_is_named_with_a_way_out(environment: dict[str, str], workers: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = refused(environment, "--port", str(port), "--workers", workers)
    assert f"port {port} is in use" in line
    assert f"PORT={port + 1}" in line


def test_without_a_bundle_it_says_how_to_make_one(environment: dict[str, str]) -> None:
    environment["TRADEIN_MODELS"] += "/none"
    line = refused(environment)
    assert "make run" in line
    assert "tradein train" in line


def test_a_damaged_bundle_alone_cannot_serve(environment: dict[str, str]) -> None:
    models = Path(environment["TRADEIN_MODELS"])
    for booster in models.glob("bundles/*/booster-0.5.txt"):
        booster.write_text("tree")
    line = refused(environment)
    assert "booster-0.5.txt" in line
    assert MARKET in line


@pytest.mark.only("sqlite", why="it damages the file")
def test_a_damaged_database_is_named_and_left_as_it_is(environment: dict[str, str]) -> None:
    file = file_at(environment["DATABASE_URL"])
    file.write_bytes(b"not a database" * 100)
    line = refused(environment)
    assert "restore it from a backup" in line
    assert "DATABASE_URL" in line
    assert file.read_bytes() == b"not a database" * 100


def test_a_wrong_setting_is_named(environment: dict[str, str]) -> None:
    assert "PORT=" in refused({**environment, "PORT": "http"})


def test_a_broken_table_is_named_by_its_line(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "policy.csv").write_text("# id: policy\n")
    assert "policy.csv" in refused({**environment, "TRADEIN_TABLES": str(tmp_path / "tables")})


def test_a_damaged_key_is_one_clear_line(environment: dict[str, str]) -> None:
    Path(environment["TRADEIN_UNIT_KEY_FILE"]).write_bytes(b"short")
    assert "restore it from a backup" in refused(environment)
