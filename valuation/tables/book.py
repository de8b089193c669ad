"""The book of tables: which version holds on a day, and the terms they make in a market."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from valuation.domain.facilities import Facility
from valuation.domain.market import Market
from valuation.domain.terms import Terms
from valuation.tables import readings
from valuation.tables.checks import checked
from valuation.tables.facilities import FACILITIES, facilities
from valuation.tables.impact_factors import grams_of
from valuation.tables.own_terms import own_terms
from valuation.tables.parts import parts
from valuation.tables.policy_rows import MARGIN, own_margin, own_margin_id
from valuation.tables.table import BrokenTable, Stamp, Table, read_table, stamp_of

SHIPPED = Path(__file__).parent / "data"

# Every table that an offer depends on; a quote names each by its digest.
USED = (
    "deductions", "depreciation", "exchange-rates", "gates", "handling", "materials",
    "metal-prices", "parts", "policy", "price-kinds", "repairs",
)  # fmt: skip
# What a quote tells of its routes beside their money; quotes of before these tables name none.
TOLD = ("dispatch", "impact-factors")
# What stands beside an offer; named by the quotes that it stands beside, and by no other.
BESIDE = ("campaigns", "subsidies")


class NoTable(LookupError):
    """No version of a table holds on the day."""


@dataclass(frozen=True, slots=True)
class Book:
    """All versions of all tables, by id and then by date."""

    versions: Mapping[str, tuple[Table, ...]]

    def table(self, table_id: str, day: date) -> Table:
        """The version that holds on ``day``: of those whose window it is in, the latest."""
        found = self._holding(table_id, day)
        if found is None:
            raise NoTable(f"no version of table {table_id!r} is valid on {day}")
        return found

    def own_margin(self, merchant: str, day: date) -> Table | None:
        """The table of the merchant's own margin on ``day``; None where the policy's applies."""
        return self._holding(own_margin_id(merchant), day)

    def tables_of(self, merchant: str, day: date) -> dict[str, Table]:
        """``tables``, with the merchant's own margin where there is one."""
        own = self.own_margin(merchant, day)
        return self.tables(day) | ({MARGIN: own} if own else {})

    def _holding(self, table_id: str, day: date) -> Table | None:
        holding = [table for table in self.versions.get(table_id, ()) if table.holds(day)]
        return max(holding, key=lambda table: table.valid_from, default=None)

    def tables(self, day: date) -> dict[str, Table]:
        """Every table that a quote uses, as it holds on ``day``."""
        return {table_id: self.table(table_id, day) for table_id in (*USED, *TOLD)}

    def beside(self, day: date) -> dict[str, Table]:
        """The tables of what stands beside an offer, as they hold on ``day``."""
        return {table_id: self.table(table_id, day) for table_id in BESIDE}

    def unverified(self, day: date) -> dict[str, tuple[int, int]]:
        """By table, how many rows are from memory, and how many there are."""
        tables = self.tables(day) | self.beside(day)
        return {i: (t.unverified(), len(t.rows)) for i, t in tables.items()}


def load_book(*folders: Path) -> Book:
    """Every ``*.csv`` of the folders; BrokenTable names file and line of what is wrong.

    Each version is read as the domain will read it, so that one under which a worse answer could
    pay more is refused here and not on the day that it becomes valid.
    Two versions of a table from the same day with different bytes are refused.
    """
    versions: dict[str, dict[date, Table]] = {}
    for folder in folders or (SHIPPED,):
        for path in sorted(folder.glob("*.csv")):
            table = checked(read_table(path), path.name)
            by_day = versions.setdefault(table.id, {})
            other = by_day.setdefault(table.valid_from, table)
            if other.digest != table.digest:
                raise BrokenTable(
                    f"{path}: another version of {table.id!r} is valid from {table.valid_from} too"
                )
    return Book({table_id: tuple(by_day.values()) for table_id, by_day in versions.items()})


def terms_of(*, tables: Mapping[str, Table], market: Market) -> Terms:
    """The terms of trade that the tables make in a market.

    BrokenTable names a row that cannot be read; PolicyRefused or LeakyGates terms under which a
    worse answer could pay more.
    """
    policy = readings.policy(tables["policy"], market.currency)
    if MARGIN in tables:
        policy = replace(policy, margin=own_margin(tables[MARGIN], market.currency))
    money = readings.Converter(
        rates=readings.rates(tables["exchange-rates"]), currency=market.currency
    )
    return Terms(
        currency=market.currency,
        policy=policy,
        deductions=readings.deductions(tables["deductions"]),
        repairs=readings.repairs(tables["repairs"], money),
        handling=readings.handling(tables["handling"], money),
        parts=parts(tables["parts"]),
        materials=readings.materials(tables["materials"], tables["metal-prices"], money),
        gates=readings.gates(tables["gates"]),
        depreciation=readings.depreciation(tables["depreciation"]),
        to_sold=readings.to_sold(tables["price-kinds"], market),
        own=own_terms(tables, money, grams_of(tables)),
    )


def facilities_of(*, book: Book, day: date, currency: str) -> tuple[Facility, ...]:
    """The facilities of the day, costs in minor units of ``currency``; NoTable, BrokenTable."""
    money = readings.Converter(readings.rates(book.table("exchange-rates", day)), currency)
    return facilities(book.table(FACILITIES, day), money)


@dataclass(frozen=True, slots=True)
class TableArchive:
    """Every table version that ever priced a quote, kept by digest. A file is hashed when it is
    first read and whenever what the disk says of it is another."""

    folder: Path
    _seen: dict[str, Stamp] = field(default_factory=dict, init=False, repr=False, compare=False)

    def keep(self, table: Table) -> None:
        """Write the table once, durably; BrokenTable where what is there was changed."""
        path = self._path(table.digest)
        if path.exists():
            self.check(table.digest)
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(prefix=".draft-", dir=self.folder)
            with os.fdopen(handle, "wb") as file:
                file.write(table.data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        # Of another's file too: its name may not be on the disk yet, and a quote will rest on it.
        _sync_entries(self.folder)

    def check(self, digest: str, *, anew: bool = False) -> None:
        """BrokenTable where an archived version is missing or was changed; ``anew``: hash it
        whatever the disk says."""
        if anew or digest not in self._seen or self._seen[digest] != stamp_of(self._path(digest)):
            self.table(digest)

    def table(self, digest: str) -> Table:
        """An archived version; BrokenTable where it is missing or was changed."""
        path = self._path(digest)
        self._seen.pop(digest, None)
        stamp = stamp_of(path)  # before the bytes, so that a change in between is looked at again
        table = read_table(path)
        if table.digest != digest:
            raise BrokenTable(f"archived table {digest[:12]} has other bytes than when it was used")
        if stamp is not None:
            self._seen[digest] = stamp
        return table

    def _path(self, digest: str) -> Path:
        return self.folder / f"{digest}.csv"


def _sync_entries(folder: Path) -> None:
    entries = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entries)
    finally:
        os.close(entries)
