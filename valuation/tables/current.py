"""The tables in force, read again when a file of them changes, without a restart.

A book that is broken never replaces the one that serves: the last good one stays, and the fault is
kept for ``/readyz`` to name.
"""

import logging
from collections.abc import Mapping
from pathlib import Path

from valuation.tables.book import Book, load_book
from valuation.tables.table import BrokenTable, Stamp, stamp_of

logger = logging.getLogger(__name__)

Stamps = dict[Path, Stamp | None]


class CurrentBook:
    """The book of some folders; ``refresh`` follows the files, readers never wait."""

    def __init__(self, *folders: Path) -> None:
        """Read the folders; BrokenTable."""
        self._folders = folders
        self._read = self._seen = self._stamps()
        self._book = load_book(*folders)
        self._faults: Mapping[str, str] = {}

    @property
    def book(self) -> Book:
        """The last book without a fault; one request takes it once."""
        return self._book

    @property
    def faults(self) -> Mapping[str, str]:
        """Why the files as they are now are not in force; empty where they are."""
        return self._faults

    def refresh(self) -> None:
        """Take up the files where they changed since they were read and no longer do: one that is
        being written could end early and still look whole."""
        before, self._seen = self._seen, self._stamps()
        if self._seen == self._read:
            self._faults = {}
        elif self._seen == before:
            self._take_up()

    def _take_up(self) -> None:
        try:
            book = self._reread()
        except BrokenTable as error:
            faults = {"tables": f"{error}; the tables from before serve on"}
            if faults != self._faults:
                logger.error("the tables changed and are not taken up: %s", error)  # noqa: TRY400 -- the reason is the message
            self._faults = faults
            return
        if self._stamps() == self._seen:
            logger.info("the tables changed and are taken up")
            self._book, self._faults, self._read = book, {}, self._seen

    def _reread(self) -> Book:
        gone = next((folder for folder in self._folders if not folder.is_dir()), None)
        if gone is not None:
            raise BrokenTable(f"the folder {gone.name} is not there")
        return load_book(*self._folders)

    def _stamps(self) -> Stamps:
        return {path: stamp_of(path) for each in self._folders for path in each.glob("*.csv")}
