"""Quotes that wait for the same commit."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import Engine, event, text

from tests.storage.test_quotes import ISSUED, make_stored
from valuation.storage.engine import DatabaseUnavailable, reading
from valuation.storage.ledger import Entry, Ledger
from valuation.storage.quotes import CodeTaken, Event, QuoteStore


def make_entry(number: int, *, code: str | None = None) -> Entry:
    quote = make_stored(number, code=code or f"AAA-{number:04d}")
    return Entry(quote, (Event(quote.id, 0, "offered", "default", ISSUED, "{}"),))


def together(engine: Engine, *entries: Entry) -> list[BaseException | None]:
    """What became of entries that were added at once."""
    ledger = Ledger(engine)

    async def add_all() -> list[BaseException | None]:
        waiting: list[Awaitable[None]] = [ledger.add(entry) for entry in entries]
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(add_all())


def count(engine: Engine, table: str) -> object:
    with reading(engine) as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608 -- names of this test


def test_entries_that_wait_together_share_a_commit(engine: Engine) -> None:
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)
    assert together(engine, *map(make_entry, range(20))) == [None] * 20
    assert (count(engine, "quotes"), count(engine, "events")) == (20, 20)
    assert len(commits) == 1


def test_an_entry_is_there_for_others_when_its_turn_is_over(engine: Engine) -> None:
    ledger = Ledger(engine)

    async def add_and_look(number: int) -> None:
        entry = make_entry(number)
        assert entry.quote is not None
        await ledger.add(entry)
        with reading(engine) as connection:
            assert QuoteStore(connection).get(entry.quote.id) == entry.quote

    async def one_after_another() -> None:
        for number in range(3):
            await add_and_look(number)
        await asyncio.gather(*(add_and_look(number) for number in range(3, 30)))

    asyncio.run(one_after_another())


def test_a_taken_code_turns_nobody_else_away(engine: Engine) -> None:
    entries = [make_entry(1), make_entry(2), make_entry(3, code="AAA-0001"), make_entry(4)]
    became = together(engine, *entries)
    assert [type(failure) for failure in became] == [type(None), type(None), CodeTaken, type(None)]
    assert (count(engine, "quotes"), count(engine, "events")) == (3, 3)


def test_all_who_wait_are_told_why_nothing_can_be_written(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE events"))
    became = together(engine, make_entry(1), make_entry(2))
    assert [type(failure) for failure in became] == [DatabaseUnavailable] * 2
    assert count(engine, "quotes") == 0


@pytest.mark.parametrize("broken", [ValueError, KeyError])
def test_an_error_that_nobody_thought_of_leaves_nobody_waiting(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, broken: Callable[[], Exception]
) -> None:
    def fail(*_: object) -> None:
        raise broken()

    monkeypatch.setattr(Ledger, "write", fail)
    assert [type(failure) for failure in together(engine, make_entry(1), make_entry(2))] == [
        broken,
        broken,
    ]


def test_a_request_that_is_given_up_disturbs_no_other(engine: Engine) -> None:
    ledger = Ledger(engine)

    async def give_up_the_first() -> None:
        first = asyncio.create_task(ledger.add(make_entry(1)))
        second = asyncio.create_task(ledger.add(make_entry(2)))
        await asyncio.sleep(0)
        first.cancel()
        await second

    asyncio.run(give_up_the_first())
    with reading(engine) as connection:
        assert QuoteStore(connection).get(make_stored(2).id)
