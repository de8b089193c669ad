"""The way of issued quotes into the database: all that wait go in one transaction.

A commit waits for the disk, which takes the same time for one quote as for eight. So whoever comes
while it is busy shares the next commit, and nobody is answered before his own is durable.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from valuation.domain.impact_ledger import Counted
from valuation.storage.answers import AnswerStore, KeptAnswer
from valuation.storage.baskets import BasketStore, StoredBasket
from valuation.storage.codes import CodeMove, CodeStore
from valuation.storage.engine import writing
from valuation.storage.erasures import ErasureStore, StoredErasure
from valuation.storage.impact_entries import ImpactStore
from valuation.storage.quotes import Event, QuoteStore, StoredQuote, Taken, take_turns
from valuation.storage.reservations import PlaceMove, ReservationStore
from valuation.storage.units import UnitDigest, UnitStore


class Guard(NamedTuple):
    """A look at the database before an entry is written, while nobody else writes under one of the
    ``names``; it raises Taken where another came first."""

    names: tuple[str, ...]
    look: Callable[[Connection], None]


def both(one: Guard | None, other: Guard | None) -> Guard | None:
    """Both looks, under the names of both."""
    if one is None or other is None:
        return one or other
    looks = (one.look, other.look)

    def look(connection: Connection) -> None:
        for each in looks:
            each(connection)

    return Guard(one.names + other.names, look)


class Entry(NamedTuple):
    """What is written together or not at all: a new quote, what happened to it or to an older one,
    and what the request that brought it is answered, should it come again."""

    quote: StoredQuote | None
    events: tuple[Event, ...]
    answer: KeptAnswer | None = None
    guard: Guard | None = None
    codes: tuple[CodeMove, ...] = ()
    basket: StoredBasket | None = None
    impact: tuple[Counted, ...] = ()
    erasure: StoredErasure | None = None
    units: tuple[UnitDigest, ...] = ()
    place: PlaceMove | None = None


class Ledger:
    """Writes entries. ``add`` belongs to one event loop, ``write`` to any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[tuple[Entry, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    def write(self, *entries: Entry) -> None:
        """All of them, durably; Taken or DatabaseUnavailable: none of them."""
        guards = [(entry, entry.guard) for entry in entries if entry.guard is not None]
        with writing(self._engine) as connection:
            take_turns(connection, [name for _, guard in guards for name in guard.names])
            for entry, guard in guards:
                guard.look(connection)
                _add(connection, entry)
            _add(connection, *(entry for entry in entries if entry.guard is None))
            # Last, because the end of that ledger is then held until the commit.
            if counted := [each for entry in entries for each in entry.impact]:
                ImpactStore(connection).add(*counted)

    async def add(self, entry: Entry) -> None:
        """Return once the entry is durable; Taken or DatabaseUnavailable: it is not there."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, written))
        if self._writer is None:
            # A task of its own: the request that began it may be given up.
            self._writer = asyncio.create_task(self._write_waiting())
        await written

    async def _write_waiting(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            entries = [entry for entry, _ in taken]
            loop = asyncio.get_running_loop()
            failures = await loop.run_in_executor(None, self._failures, entries)
            for (_, written), failure in zip(taken, failures, strict=True):
                if written.cancelled():
                    continue
                if failure is None:
                    written.set_result(None)
                else:
                    written.set_exception(failure)
        self._writer = None

    def _failures(self, entries: Sequence[Entry]) -> list[Exception | None]:
        """Why each entry could not be written; None for one that was."""
        try:
            self.write(*entries)
        except Taken as taken:
            if len(entries) == 1:
                return [taken]
            # One of them came second and the transaction is lost: each on its own.
            return [failure for entry in entries for failure in self._failures([entry])]
        except Exception as error:  # noqa: BLE001 -- each who waits is told
            return [error] * len(entries)
        return [None] * len(entries)


def _add(connection: Connection, *entries: Entry) -> None:
    quotes = [entry.quote for entry in entries if entry.quote is not None]
    happened = [event for entry in entries for event in entry.events]
    answers = [entry.answer for entry in entries if entry.answer is not None]
    store = QuoteStore(connection)
    if quotes:
        store.add(*quotes)
    if happened:
        store.record(*happened)
    if answers:
        AnswerStore(connection).add(answers)
    for entry in entries:
        CodeStore(connection).move(*entry.codes)
        if entry.units:
            UnitStore(connection).add(*entry.units)
        if entry.basket:
            BasketStore(connection).add(entry.basket)
        if entry.erasure:
            ErasureStore(connection).add(entry.erasure)
        if entry.place:
            ReservationStore(connection).move(entry.place)
