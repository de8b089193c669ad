"""What a serving process holds: price models, catalogue, tables, database, secrets, clock."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Engine

from valuation.catalogue import Lookup, load_catalogue
from valuation.catalogue.block_list import BlockListFile
from valuation.catalogue.device_checks import Checking
from valuation.catalogue.identity import parse_identifier
from valuation.catalogue.tac import TacTable
from valuation.domain.device_checks import DeviceCheck
from valuation.domain.market import Market
from valuation.domain.quote import Versions
from valuation.domain.unit_keys import BYTES
from valuation.price_model.champions import ModelStore
from valuation.price_model.model import PriceModel
from valuation.price_model.shelf import NoBundle, Shelf
from valuation.quotes.appraising import Appraiser
from valuation.quotes.quoting import Desk
from valuation.settings import Settings
from valuation.storage.engine import make_engine
from valuation.storage.ledger import Ledger
from valuation.storage.unit_key import UnitKeyFile, open_unit_keys
from valuation.storage.upgrade import upgrade
from valuation.tables.book import SHIPPED, Book, TableArchive
from valuation.tables.current import CurrentBook
from valuation.tables.table import BrokenTable, Table

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Entropy = Callable[[int], bytes]

NOT_SERVED = "no such market is served"
DEFAULT_MERCHANT = "default"  # the only one, until merchants have keys
DESKS = 16  # markets × days that are kept ready


class UnknownMarket(ValueError):
    """The request must name a market that is served; ``code`` says whether it named none."""

    def __init__(self, code: str, message: str, served: tuple[str, ...]) -> None:
        super().__init__(message)
        self.code, self.served = code, served


class ArchiveUnavailable(RuntimeError):
    """A table version could not be archived, so nothing may be priced with it."""


class NoSuchPage(LookupError):
    """A list does not have the entry that the next page should start after."""


@dataclass(frozen=True, slots=True, eq=False)
class Shop:
    """Everything that answers need; made once a process, shared by its threads."""

    settings: Settings
    clock: Clock
    entropy: Entropy
    engine: Engine
    shelf: Shelf
    lookup: Lookup
    tacs: TacTable
    tables: CurrentBook
    unit_keys: UnitKeyFile
    archive: TableArchive
    checking: Checking | None = None
    ledger: Ledger = field(init=False)
    _desks: dict[tuple[str, date], Desk] = field(default_factory=dict)
    _appraisers: dict[tuple[str, ...], Appraiser] = field(default_factory=dict)
    _archived: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ledger", Ledger(self.engine))

    @property
    def book(self) -> Book:
        """The tables in force."""
        return self.tables.book

    def today(self, now: datetime) -> date:
        """The day in the shop's time zone."""
        return now.astimezone(self.settings.time_zone).date()

    def model(self, named: str | None) -> PriceModel:
        """The price model of the market named, or of the default one.

        UnknownMarket where the caller must name another; NoBundle where that is our fault.
        """
        served = tuple(sorted(market.slug for market in self.shelf.models))
        market = self.settings.default_market if named is None else _market(named, served)
        try:
            return self.shelf.model(market)
        except NoBundle:
            ours = named is None and market is not None
            if not served or ours or (named or "") in self.shelf.faults:
                raise
        if named is None:
            raise UnknownMarket("market_needed", "several markets are served; name one", served)
        raise UnknownMarket("unknown_market", NOT_SERVED, served)

    def desk(self, model: PriceModel, day: date) -> Desk:
        """The desk of a price model on a day, made once for each book."""
        key, book = (model.digest, day), self.book
        desk = self._desks.get(key)
        if desk is None or desk.book is not book:
            if len(self._desks) >= DESKS:
                self._desks.clear()
            desk = Desk(model, self.lookup, self.tacs, book, self.unit_keys)
            self._desks[key] = desk
        return desk

    def appraiser(self, versions: Versions, *, anew: bool = False) -> Appraiser:
        """The bundle and the archived tables of an older quote; ``anew``: every table is hashed
        again, as for an auditor, and not only where its file looks like another.

        BrokenTable, DamagedBundle, ForeignBundle or OSError where one was changed or is gone.
        """
        key = (versions.bundle, *(digest for _, digest in sorted(versions.tables.items())))
        for digest in key[1:]:
            self.archive.check(digest, anew=anew)
        found = self._appraisers.get(key)
        if found is None:
            if len(self._appraisers) >= DESKS:
                self._appraisers.clear()
            tables = {i: self.archive.table(digest) for i, digest in versions.tables.items()}
            found = Appraiser(self.shelf.of_digest(versions.bundle), tables)
            self._appraisers[key] = found
        return found

    def check(self, identifier: str | None) -> DeviceCheck | None:
        """What a source says of the unit; None where none is asked. NotAnIdentifier."""
        if self.checking is None:
            return None
        unit = None if identifier is None else parse_identifier(identifier)
        return self.checking.ask(unit, now=self.clock())

    def keep(self, tables: Iterable[Table]) -> None:
        """Archive the table versions; ArchiveUnavailable where that fails, BrokenTable where the
        archive has other bytes under a version's name."""
        for table in tables:
            if table.digest in self._archived:
                continue
            try:
                self.archive.keep(table)
            except OSError as error:
                logger.error("table %s cannot be archived: %s", table.id, error)  # noqa: TRY400 -- the reason is the message
                raise ArchiveUnavailable(str(error)) from error
            except BrokenTable as error:
                logger.error("%s: %s", table.id, error)  # noqa: TRY400 -- likewise
                raise
            self._archived.add(table.digest)

    def follow(self, stop: threading.Event) -> None:
        """Take up new champions and tables until told to stop; requests never wait for it."""
        while not stop.wait(self.settings.refresh_seconds):
            for look in (self.shelf.refresh, self.tables.refresh, self._look_at_archive):
                try:
                    look()
                except Exception:
                    logger.exception("nothing new could be looked for; what serves goes on")

    def _look_at_archive(self) -> None:
        """What is archived and not as it was is archived again, or noticed, by the next quote."""
        for digest in tuple(self._archived):
            try:
                self.archive.check(digest)
            except BrokenTable:
                self._archived.discard(digest)


def open_shop(settings: Settings, *, clock: Clock, entropy: Entropy) -> Shop:
    """Upgrade the database and load everything once.

    DatabaseUnavailable, UnitKeyDamaged, BrokenTable, CatalogueError, DamagedTacTable or
    BrokenBlockList say why the service cannot start; a champion that cannot be served is a fault
    of the shelf instead.
    """
    checking = device_checks(settings)
    engine = make_engine(settings.database_url)
    upgrade(engine)
    shelf = Shelf(ModelStore(settings.models_dir))
    shelf.refresh()
    return Shop(
        settings=settings,
        clock=clock,
        entropy=entropy,
        engine=engine,
        shelf=shelf,
        lookup=Lookup(load_catalogue()),
        tacs=tac_table(settings),
        tables=shop_tables(settings),
        unit_keys=open_unit_keys(settings.unit_key_file, entropy=entropy(BYTES)),
        archive=TableArchive(settings.archive),
        checking=checking,
    )


def tac_table(settings: Settings) -> TacTable:
    """The imported TAC table, or an empty one; DamagedTacTable."""
    return TacTable.load(settings.tac_file) if settings.tac_file.exists() else TacTable()


def device_checks(settings: Settings) -> Checking | None:
    """The shop's block list, where it has one; BrokenBlockList."""
    return Checking(BlockListFile(settings.block_list)) if settings.block_list else None


def shop_tables(settings: Settings) -> CurrentBook:
    """The shipped tables and the shop's own; BrokenTable."""
    return CurrentBook(SHIPPED, *([settings.tables_dir] if settings.tables_dir else []))


def _market(slug: str, served: tuple[str, ...]) -> Market:
    try:
        return Market.from_slug(slug)
    except ValueError:
        raise UnknownMarket("unknown_market", NOT_SERVED, served) from None
