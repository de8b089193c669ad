"""The golden set on disk: a tiny bundle, the tables that priced the quotes, the quotes."""

import gzip
from functools import cache
from pathlib import Path

from valuation.domain.quote import Versions
from valuation.price_model.model import load_price_model
from valuation.quotes.appraising import Appraiser
from valuation.tables.book import TableArchive

FOLDER = Path(__file__).parent
BUNDLES, TABLES, QUOTES = FOLDER / "bundles", FOLDER / "tables", FOLDER / "quotes.ndjson.gz"


def stored_quotes() -> list[bytes]:
    """The documents, as they were stored."""
    return gzip.decompress(QUOTES.read_bytes()).splitlines()


def appraiser(versions: Versions) -> Appraiser:
    """What priced a quote, checked by its digests."""
    return _appraiser(versions.bundle, tuple(sorted(versions.tables.items())))


@cache
def _appraiser(bundle: str, tables: tuple[tuple[str, str], ...]) -> Appraiser:
    archive = TableArchive(TABLES)
    return Appraiser(
        load_price_model(BUNDLES / bundle), {i: archive.table(digest) for i, digest in tables}
    )
