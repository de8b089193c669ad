"""The ways of a stock list's devices, valued in this process, or a long list in several."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain, islice
from multiprocessing import get_context

from training.routing import Waiting, waiting
from valuation.cli.value import stock_pricing
from valuation.domain.market import Market
from valuation.intake.records import Record, Rejected
from valuation.quotes.disposing import disposed
from valuation.use_cases.stock import StockPricing

Rows = Sequence[Record | Rejected]
CHUNK = 4_000  # rows that a process is given at once
MOST = 8  # processes; each holds a price model


class ChangedMeanwhile(RuntimeError):
    """A champion, a table or the day changed while the list was valued."""

    def __init__(self) -> None:
        super().__init__("prices or tables changed while the list was valued: run it again")


@dataclass(frozen=True, slots=True)
class Ask:
    """Under whose terms a list is valued, where it lies, and how long a device may be held."""

    market: Market | None
    merchant: str
    works: bool
    region: str
    hold_weeks: int

    def open(self) -> StockPricing:
        """What prices its rows today."""
        return stock_pricing(self.market, merchant=self.merchant, works=self.works)

    def ways(self, pricing: StockPricing, rows: Rows) -> list[Waiting]:
        """What a facility must know of each row, in their order."""
        appraiser = pricing.appraiser
        # Equal devices one after the other: what the terms say of one is made once.
        order = sorted(range(len(rows)), key=lambda place: _device_words(rows[place]))
        quoted = pricing.quoted((rows[place] for place in order), ways_alone=True)
        found = {
            place: waiting(
                it, disposed(quote, appraiser) if quote else None, region=self.region,
                tariffs=appraiser.tariffs, hold_weeks=self.hold_weeks,
            )
            for place, (it, quote) in zip(order, quoted, strict=True)
        }  # fmt: skip
        return [found[place] for place in range(len(rows))]


def stock_ways(
    rows: Iterator[Record | Rejected], ask: Ask, pricing: StockPricing
) -> Iterator[Waiting]:
    """One a row, in their order; ``pricing``: as ``ask`` opens it. ChangedMeanwhile."""
    processes = min(os.cpu_count() or 1, MOST)
    first = _next(rows)
    if len(first) < CHUNK or processes == 1:
        while first:
            yield from ask.ways(pricing, first)
            first = _next(rows)
        return
    # Spawned: a process that is forked from one with threads may stand still.
    with ProcessPoolExecutor(processes, get_context("spawn"), _open, (ask,)) as pool:
        ahead: deque[Future[list[Waiting]]] = deque()
        for chunk in chain((first,), iter(lambda: _next(rows), [])):
            ahead.append(pool.submit(_ways, chunk, _terms(pricing)))
            if len(ahead) > 2 * processes:
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()


def _device_words(row: Record | Rejected) -> tuple[str, str, float, float]:
    if isinstance(row, Rejected):
        return "", "", 0, 0
    words = row.words
    return words.brand or "", words.model, words.storage_gb or 0, words.ram_gb or 0


def _next(rows: Iterator[Record | Rejected]) -> list[Record | Rejected]:
    return [_sendable(row) for row in islice(rows, CHUNK)]


def _sendable(row: Record | Rejected) -> Record | Rejected:
    """The same without the read-only views that no process can send another."""
    if isinstance(row, Rejected):
        return row
    return replace(row, answers=dict(row.answers), context=dict(row.context))


def _terms(pricing: StockPricing) -> tuple[object, ...]:
    """What must be the same in every process."""
    tables = pricing.appraiser.tables.items()
    return pricing.model.digest, pricing.as_of, tuple((id_, it.digest) for id_, it in tables)


_opened: list[tuple[Ask, StockPricing]] = []  # of a process that values chunks: one


def _open(ask: Ask) -> None:
    _opened.append((ask, ask.open()))


def _ways(rows: Rows, terms: tuple[object, ...]) -> list[Waiting]:
    ask, pricing = _opened[0]
    if _terms(pricing) != terms:
        raise ChangedMeanwhile
    return ask.ways(pricing, rows)
