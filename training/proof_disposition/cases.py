"""Devices routed by the service, each with what is true of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from training.proof_disposition.figures import Case, Routes, Truth
from training.proof_disposition.market import DemoMarket, Sold, true_tariffs
from training.proof_disposition.service import Service, at_median, opened, retold, route_of
from valuation.domain.quote import Quote
from valuation.tables.book import terms_of
from valuation.tables.table import Table

CHUNKS = 4  # a process

Found = tuple[list[Case], Counter[str]]


def cases_of(
    folder: Path,
    tables: Mapping[str, Table],
    market: DemoMarket,
    sold: Sequence[Sold],
    *,
    jobs: int,
) -> Found:
    """The devices that the service routes under the bundle in ``folder``, in order; and the reasons
    of those that it does not."""
    chunks = [rows for rows in np.array_split(np.arange(len(sold)), CHUNKS * jobs) if len(rows)]
    work: list[Found] = Parallel(n_jobs=jobs)(
        delayed(_cases)(folder, tables, market, [sold[row] for row in rows]) for rows in chunks
    )
    cases = list(chain.from_iterable(found for found, _ in work))
    return cases, sum((referred for _, referred in work), Counter[str]())


def _cases(
    folder: Path, tables: Mapping[str, Table], market: DemoMarket, sold: Sequence[Sold]
) -> Found:
    model, lookup = opened(folder)
    records = [each.record for each in sold]
    quotes = Service(model, tables, lookup).quotes(records)
    certain = Service(retold(model, at_median), tables, lookup).quotes(records)
    tariffs = true_tariffs(terms_of(tables=tables, market=model.market))
    cases, referred = list[Case](), Counter[str]()
    for each, quote, median in zip(sold, quotes, certain, strict=True):
        if isinstance(quote, str) or isinstance(median, str):
            referred[str(quote)] += 1
        else:
            cases.append(_case(each, quote, median, market.true_routes(each, quote, tariffs)))
    return cases, referred


def _case(sold: Sold, quote: Quote, median: Quote, true: Mapping[Truth, Routes]) -> Case:
    chosen, interval = route_of(quote), quote.interval
    assert chosen is not None  # noqa: S101 -- the service keeps those with a route
    assert interval is not None  # noqa: S101
    assert median.disposition is not None  # noqa: S101
    return Case(
        id=str(sold.record.record_id),
        chosen=chosen,
        at_median=tuple(median.disposition.routes),
        p50=interval.p50,
        true=true,
    )
