"""The ledger of impact in the database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from tests.domain.impact_making import chain, head, make_counted
from tests.storage.test_migrations import OLD_QUOTE, OLD_QUOTES, untouched
from tests.storage.test_quotes import make_stored
from valuation.domain.impact_ledger import GENESIS, Outcome
from valuation.storage.engine import reading, writing
from valuation.storage.impact_entries import AlreadyCounted, ImpactStore
from valuation.storage.quotes import QuoteStore
from valuation.storage.upgrade import migrate, upgrade

__all__ = ["untouched"]  # a fixture

QUOTES = 6


@pytest.fixture
def stocked(engine: Engine) -> Engine:
    """A database with quotes."""
    with writing(engine) as connection:
        QuoteStore(connection).add(*(make_stored(n, code=f"AAA-{n:04}") for n in range(QUOTES)))
    return engine


def add(engine: Engine, *numbers: int) -> None:
    with writing(engine) as connection:
        ImpactStore(connection).add(*map(make_counted, numbers))


def test_entries_are_one_chain_whoever_adds_them(stocked: Engine) -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda number: add(stocked, number), range(QUOTES)))
    with reading(stocked) as connection:
        store = ImpactStore(connection)
        links, end = list(store.entries()), store.head()
        written = [entry.quote for n in range(QUOTES) for entry in store.of_quote(f"qt_{n:026}")]
    assert written == [make_counted(n).quote for n in range(QUOTES)]
    assert [link.seq for link in links] == [1, 2, 3, 4, 5, 6]
    assert end == head(links)


def test_what_is_counted_already_takes_nothing_else_with_it(stocked: Engine) -> None:
    add(stocked, 1)
    for again in ((1,), (2, 1), (2, 2)):
        with pytest.raises(AlreadyCounted):
            add(stocked, *again)
    with reading(stocked) as connection:
        assert list(ImpactStore(connection).entries()) == chain([make_counted(1)])


def test_a_count_is_taken_back_before_the_next(stocked: Engine) -> None:
    resold, back = make_counted(1), make_counted(1, counter=True)
    for wrong in (
        (back,),
        (resold, make_counted(1, outcome=Outcome.DISMANTLED)),
        (resold, back, back),
    ):
        with pytest.raises(AlreadyCounted), writing(stocked) as connection:
            ImpactStore(connection).add(*wrong)
    with writing(stocked) as connection:
        ImpactStore(connection).add(resold, back, resold, back, resold)
        assert ImpactStore(connection).head().seq == 5


def test_an_entry_of_no_quote_is_our_own_mistake(stocked: Engine) -> None:
    with pytest.raises(IntegrityError):
        add(stocked, 99)


def test_an_old_database_gets_an_empty_ledger_for_the_quotes_that_it_has(
    untouched: Engine,
) -> None:
    migrate(untouched, to="0008")
    with writing(untouched) as connection:
        connection.execute(insert(OLD_QUOTES), OLD_QUOTE)
    upgrade(untouched)
    with reading(untouched) as connection:
        assert ImpactStore(connection).head() == GENESIS
    with writing(untouched) as connection:
        ImpactStore(connection).add(make_counted(quote=OLD_QUOTE["id"]))
        assert ImpactStore(connection).head().seq == 1
