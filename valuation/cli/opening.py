"""What the commands open: the same shop as the service's, with what one command does not need
left out. The one place where the terminal reaches into the service's rooms, and when it is called.
"""

import gc
import logging
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from valuation.cli import common
from valuation.domain.market import Market
from valuation.price_model.champions import ModelStore
from valuation.settings import Settings

if TYPE_CHECKING:
    from valuation.catalogue.tac import TacTable
    from valuation.domain.extra_terms import Purchase
    from valuation.price_model.model import PriceModel
    from valuation.price_model.shelf import Shelf
    from valuation.quotes.quoting import QuoteRequest
    from valuation.shop import Shop
    from valuation.tables.book import Book
    from valuation.use_cases.standing import Answered


@dataclass(frozen=True, slots=True)
class OneMarket(ModelStore):
    """A model store of which one market's champion is looked at: each more would be tried too."""

    market: Market

    def pointers(self) -> list[Path]:
        """The market's pointer alone."""
        return [self.pointer(self.market)]


class NotServed(LookupError):
    """No price model can be had for the market, and why."""


def open_shop(settings: Settings, *, market: Market | None) -> "Shop":
    """The shop; database, bundle, tables and catalogue errors are those of ``refusals``."""
    _silence_logs()
    from valuation.price_model.shelf import Shelf

    # A bundle is read, or tried in another process, while this thread imports SQLAlchemy.
    with _uncollected(), ThreadPoolExecutor(max_workers=1) as beside:
        shelf = beside.submit(_filled, Shelf(_store(settings, market)))
        from valuation.catalogue import Lookup, load_catalogue
        from valuation.domain.unit_keys import BYTES
        from valuation.shop import Shop, device_checks, shop_tables
        from valuation.storage.engine import make_engine
        from valuation.storage.unit_key import open_unit_keys
        from valuation.storage.upgrade import upgrade
        from valuation.tables.book import TableArchive

        checking = device_checks(settings)
        engine = make_engine(settings.database_url)
        upgrade(engine)
        return Shop(
            settings=settings,
            clock=common.now,
            entropy=os.urandom,
            engine=engine,
            lookup=Lookup(load_catalogue()),
            tacs=tac_table(settings),
            tables=shop_tables(settings),
            unit_keys=open_unit_keys(settings.unit_key_file, entropy=os.urandom(BYTES)),
            archive=TableArchive(settings.archive),
            checking=checking,
            shelf=shelf.result(),
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """What is loaded stays: to look for garbage in it takes time and finds none."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def issue(shop: "Shop", request: "QuoteRequest", *, market: Market | None) -> "Answered":
    """Make and store a quote as the service does."""
    from valuation.shop import DEFAULT_MERCHANT
    from valuation.use_cases.issuing import issue_now as issued

    served_model(shop.shelf, market)
    return issued(shop, request, merchant=DEFAULT_MERCHANT, market=market.slug if market else None)


def purchase(
    shop: "Shop", price: int | None, buys: str, *, market: Market | None
) -> "Purchase | None":
    """What is bought, in the market's currency; None without a price."""
    if price is None:
        return None
    from valuation.domain.extra_terms import Bought, Purchase

    return Purchase(price, served_model(shop.shelf, market).market.currency, Bought(buys))


def open_model(settings: Settings, *, market: Market | None) -> "PriceModel":
    """The price model of a market, tried first; NotServed."""
    _silence_logs()
    from valuation.price_model.shelf import Shelf

    return served_model(_filled(Shelf(_store(settings, market))), market)


def served_model(shelf: "Shelf", market: Market | None) -> "PriceModel":
    """The market's price model, or the only one; NotServed says which fault or choice there is."""
    from valuation.price_model.shelf import NoBundle

    try:
        model = shelf.model(market)
    except NoBundle as error:
        faults = [f"{name}: {fault}" for name, fault in shelf.faults.items()]
        hint = "; choose with --market" if market is None and len(shelf.models) > 1 else ""
        raise NotServed("; ".join(faults) or f"{error}{hint}") from error
    if fault := shelf.faults.get(model.market.slug):
        click.echo(f"warning: {fault}", err=True)  # an earlier champion stands in
    return model


def book(settings: Settings) -> "Book":
    """The shipped tables and the shop's own; BrokenTable."""
    from valuation.shop import shop_tables

    return shop_tables(settings).book


def tac_table(settings: Settings) -> "TacTable":
    """The imported TAC table, or an empty one; DamagedTacTable."""
    from valuation.shop import tac_table as table

    return table(settings)


def refusals() -> tuple[type[Exception], ...]:
    """What a person can be told in a line when a quote cannot be made; the rest are our bugs."""
    from valuation.catalogue import CatalogueError
    from valuation.catalogue.block_list import BrokenBlockList
    from valuation.catalogue.identity import NotAnIdentifier
    from valuation.catalogue.tac import DamagedTacTable
    from valuation.domain.answers import ImpossibleAnswers
    from valuation.domain.questions import UnknownAnswer, UnknownQuestion
    from valuation.price_model.model import UnknownContext
    from valuation.quotes.quoting import (
        AmbiguousDevice,
        DeviceNeeded,
        NameTooLong,
        OtherDeviceByTac,
    )
    from valuation.shop import ArchiveUnavailable
    from valuation.storage.engine import DatabaseUnavailable
    from valuation.storage.quotes import CodeTaken
    from valuation.storage.unit_key import UnitKeyDamaged
    from valuation.use_cases.claiming import CodeSpent, UnknownCode
    from valuation.use_cases.open_quotes import OpenOverridden

    return (
        CatalogueError, BrokenBlockList, NotAnIdentifier, DamagedTacTable, ImpossibleAnswers,
        UnknownAnswer,
        UnknownQuestion, UnknownContext, AmbiguousDevice, DeviceNeeded, NameTooLong,
        OtherDeviceByTac,
        DatabaseUnavailable,
        CodeTaken, UnitKeyDamaged, ArchiveUnavailable, NotServed, CodeSpent, UnknownCode,
        OpenOverridden,
        *table_refusals(),
    )  # fmt: skip


def table_refusals() -> tuple[type[Exception], ...]:
    """What can be wrong with the shop's tables."""
    from valuation.domain.costs import PolicyRefused
    from valuation.domain.disposition import LeakyGates
    from valuation.tables.book import NoTable
    from valuation.tables.table import BrokenTable

    return (NoTable, BrokenTable, PolicyRefused, LeakyGates, OSError)


def _filled(shelf: "Shelf") -> "Shelf":
    shelf.refresh()
    return shelf


def _store(settings: Settings, market: Market | None) -> ModelStore:
    store = ModelStore(settings.models_dir)
    if market is None or not store.pointer(market).exists():
        return store  # all of them, so that an error can name them
    return OneMarket(settings.models_dir, market)


def _silence_logs() -> None:
    """A refused bundle is told in the command's one line, not in the log besides."""
    logger = logging.getLogger("valuation")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
