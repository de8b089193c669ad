"""What only a server does: turn away, restart, wait, and speak of itself."""

import threading
from datetime import UTC

import psycopg
import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from tests.databases import PostgresDatabases, connected, database_of, opened, rows
from tests.storage.test_quotes import ISSUED, make_stored
from valuation.storage import upgrade as upgrade_module
from valuation.storage.engine import DatabaseUnavailable, reading, writing
from valuation.storage.probe import check_writable
from valuation.storage.quotes import Event, QuoteStore
from valuation.storage.upgrade import NEWEST, TURN, revision, upgrade

pytestmark = pytest.mark.only("postgres", why="SQLite has no server")


def alter(url: str, setting: str) -> None:
    with connected(url) as connection:
        connection.execute(text(f"ALTER DATABASE {database_of(url)} SET {setting}"))


def test_waiting_is_bounded_and_every_commit_waits_for_the_disk(engine: Engine) -> None:
    with reading(engine) as connection:
        shown = {
            name: connection.execute(text(f"SHOW {name}")).scalar()
            for name in ("lock_timeout", "synchronous_commit", "transaction_isolation")
        }
    assert shown == {
        "lock_timeout": "5s", "synchronous_commit": "on",
        "transaction_isolation": "read committed",
    }  # fmt: skip


def test_options_of_the_address_are_kept(database_url: str) -> None:
    url = f"{database_url}&connect_timeout=9&options=-c%20timezone%3DAsia/Shanghai"
    with opened(url) as engine, reading(engine) as connection:
        assert connection.execute(text("SHOW timezone")).scalar() == "Asia/Shanghai"
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "5s"
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        assert driver.info.get_parameters()["connect_timeout"] == "9"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_each_spelling_of_the_address_is_served_by_the_same_driver(
    database_url: str, scheme: str
) -> None:
    with opened(f"{scheme}:{database_url.partition(':')[2]}") as engine:
        upgrade(engine)
        assert revision(engine) == NEWEST


def test_moments_come_back_in_utc_wherever_the_server_stands(database_url: str) -> None:
    alter(database_url, "timezone = 'Asia/Shanghai'")
    with opened(database_url) as engine:
        upgrade(engine)
        with writing(engine) as connection:
            QuoteStore(connection).add(make_stored())
        with reading(engine) as connection:
            issued = QuoteStore(connection).get(make_stored().id).issued_at
    assert (issued.tzinfo, issued) == (UTC, ISSUED)


def test_events_are_numbered_beyond_what_an_integer_holds(engine: Engine) -> None:
    with reading(engine) as connection:
        (seq,) = (c for c in inspect(connection).get_columns("events") if c["name"] == "seq")
    assert str(seq["type"]) == "BIGINT"
    with writing(engine) as connection:
        numbers = "SELECT setval(pg_get_serial_sequence('events', 'seq'), :used)"
        connection.execute(text(numbers), {"used": 2**40})
        store = QuoteStore(connection)
        store.add(make_stored())
        store.record(Event(make_stored().id, 0, "offered", "default", ISSUED, "{}"))
        found = connection.execute(text("SELECT seq FROM events")).scalar()
    assert found == 2**40 + 1


@pytest.mark.parametrize("tables", ["events", "quotes CASCADE"])
def test_tables_are_not_emptied_at_once_either(engine: Engine, tables: str) -> None:
    with writing(engine) as connection:
        QuoteStore(connection).add(make_stored())
    with pytest.raises(IntegrityError, match="never changed"), writing(engine) as connection:
        connection.execute(text(f"TRUNCATE {tables}"))


def test_a_connection_that_the_server_ended_is_replaced(
    engine: Engine, database_url: str, databases: PostgresDatabases
) -> None:
    check_writable(engine)
    with databases.closed(database_url), pytest.raises(DatabaseUnavailable, match="admits nobody"):
        check_writable(engine)
    check_writable(engine)


def break_off(engine: Engine) -> None:
    with writing(engine) as connection:
        QuoteStore(connection).add(make_stored())
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_a_transaction_that_the_server_breaks_off_is_undone(engine: Engine) -> None:
    with pytest.raises(DatabaseUnavailable, match="the server ended the connection"):
        break_off(engine)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM quotes")).scalar() == 0


def test_a_database_without_tables_is_not_ready(database_url: str) -> None:
    with (
        opened(database_url) as engine,
        pytest.raises(DatabaseUnavailable, match="restart the service"),
    ):
        check_writable(engine)


def test_the_default_isolation_of_the_server_does_not_matter(database_url: str) -> None:
    alter(database_url, "default_transaction_isolation = 'serializable'")
    together(database_url)
    assert rows(database_url, "SELECT version_num FROM alembic_version") == [(NEWEST,)]


def together(url: str) -> None:
    """Upgrade from two machines at once, as the server sees it."""
    failures: list[Exception] = []

    def run() -> None:
        with opened(url) as engine:
            try:
                upgrade(engine)
            except DatabaseUnavailable as error:
                failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_who_waits_too_long_for_another_upgrade_says_so_and_changes_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade_module, "WAIT_SECONDS", 1)
    with opened(database_url) as engine:
        with connected(database_url) as other:
            other.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TURN})
            with pytest.raises(DatabaseUnavailable, match="another process"):
                upgrade(engine)
        assert revision(engine) is None
        upgrade(engine)


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        ("postgresql://somebody@/{name}?host={socket}", "refuses the user"),
        ("postgresql://guest@/{name}?host={socket}", "has not the right"),
        ("postgresql://tradein@/ledger?host={socket}", "has no such database"),
        ("postgresql://tradein@/{name}?host=/nowhere", "no server answers there"),
        ("postgresql://tradein:hush@127.0.0.1:1/ledger", "no server answers there"),
        ("postgresql://tradein@/{name}?host={socket}&sslmode=hush", "an option"),
        ("postgresql://tradein@/{name}?host={socket}&hush=1", "an option"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_without_repeating_it(
    database_url: str, address: str, advice: str
) -> None:
    name, socket = database_of(database_url), database_url.partition("host=")[2]
    with (
        opened(address.format(name=name, socket=socket)) as engine,
        pytest.raises(DatabaseUnavailable) as refused,
    ):
        upgrade(engine)
    assert advice in refused.value.reason
    named = ("somebody", "guest", "tradein", "ledger", "hush", "127.0.0.1", "nowhere", name, socket)
    assert not [each for each in named if each in refused.value.reason]
