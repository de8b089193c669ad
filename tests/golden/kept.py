"""The golden sets on disk, one for each version of the rules: a tiny bundle, the tables that priced
the quotes, the quotes. A later set keeps beside it what an earlier one has not."""

import gzip
from functools import cache
from pathlib import Path

from valuation.domain.quote import Versions
from valuation.price_model.model import load_price_model
from valuation.quotes.appraising import Appraiser
from valuation.tables.book import TableArchive
from valuation.tables.table import Table

FOLDER = Path(__file__).parent
BUNDLES = FOLDER / "bundles"
FOLDERS = {1: FOLDER, 2: FOLDER / "rules-2"}  # by the version of the rules
QUOTES, TABLES = "quotes.ndjson.gz", "tables"


def stored_quotes(rules: int = 1) -> list[bytes]:
    """The documents, as they were stored."""
    return gzip.decompress((FOLDERS[rules] / QUOTES).read_bytes()).splitlines()


def appraiser(versions: Versions) -> Appraiser:
    """What priced a quote, checked by its digests."""
    return _appraiser(versions.bundle, tuple(sorted(versions.tables.items())))


def kept_in(digest: str) -> Path | None:
    """The folder of tables that has a version; None where no set has it."""
    folders = [folder / TABLES for folder in FOLDERS.values()]
    return next((each for each in folders if (each / f"{digest}.csv").exists()), None)


@cache
def _appraiser(bundle: str, tables: tuple[tuple[str, str], ...]) -> Appraiser:
    return Appraiser(load_price_model(BUNDLES / bundle), {i: _table(each) for i, each in tables})


def _table(digest: str) -> Table:
    return TableArchive(kept_in(digest) or FOLDER / TABLES).table(digest)
