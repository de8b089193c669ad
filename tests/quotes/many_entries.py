"""``python -m tests.quotes.many_entries [HOW_MANY]``: how long is a first look at a large ledger?

225,000 entries unless told otherwise, of 300 stores in a year, in a file of SQLite; then each view
is asked for as after a start, and again once there is one entry more.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, create_engine, insert, update

from tests.databases import SqliteFiles
from tests.domain.impact_making import make_counted
from valuation.domain.impact_ledger import GENESIS, REUSE, Counted, Outcome, Span, linked
from valuation.storage.engine import make_engine
from valuation.storage.impact_entries import ImpactStore, row_of
from valuation.storage.tables import impact_entries, impact_head, metadata
from valuation.use_cases.impact_views import Asked, By, view

MANY = 225_000
START = datetime(2026, 1, 1, tzinfo=UTC)
METALS = {
    name: Span(9_700, 10_000, 34_000)
    for name in ("aluminium", "cobalt", "copper", "gold", "palladium", "silver")
}
ALL = Asked(merchant=None, first=None, last=None, zone=ZoneInfo("Asia/Shanghai"))


def entries(how_many: int, random: Random) -> Iterator[Counted]:
    """Devices of every outcome, most of them with a weight of their own, evenly over a year."""
    for number in range(how_many):
        store, outcome = random.randrange(300), random.choice(list(Outcome))
        yield make_counted(
            number, outcome=outcome, merchant=f"merchant-{store % 20}", store=f"st_{store:026d}",
            campus="North Campus" if store % 3 == 0 else None,
            at=START + timedelta(seconds=number * 31_536_000 // how_many),
            weight_mg=random.randrange(120, 260) * 1_000,
            co2e_g=Span(4_600, 12_300, 20_000) if outcome in REUSE else None,
            metals_ug=METALS if outcome is Outcome.DISMANTLED else {},
        )  # fmt: skip


def fill(url: str, how_many: int) -> None:
    """The ledger alone, without the quotes that its entries are of."""
    engine, head = create_engine(url), GENESIS
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(impact_head), {"id": 1, "seq": head.seq, "hash": head.hash})
        counted = entries(how_many, Random(1))
        while some := list(islice(counted, 5_000)):
            rows = []
            for each in some:
                link = linked(each, after=head)
                head = head._replace(seq=link.seq, hash=link.hash)
                rows.append(row_of(link, each))
            connection.execute(insert(impact_entries), rows)
        connection.execute(update(impact_head).values(seq=head.seq, hash=head.hash))
    engine.dispose()


def one_more(connection: Connection, number: int) -> None:
    """Another device, counted now."""
    ImpactStore(connection).add(make_counted(number))


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with tempfile.TemporaryDirectory() as folder:
        address = SqliteFiles(Path(folder)).fresh()
        fill(address, wanted)
        for place, by in enumerate(By):
            engine = make_engine(address)  # a process remembers what it summed by engine
            began = time.perf_counter()
            first = view(engine, ALL, by=by)
            looked = time.perf_counter()
            plain = create_engine(address)
            with plain.begin() as connection:
                one_more(connection, wanted + place)
            plain.dispose()
            added = time.perf_counter()
            after = view(engine, ALL, by=by)
            shown = time.perf_counter()
            before, now = (sum(t.count for t in v.whole.values()) for v in (first, after))
            if now != before + 1:
                sys.exit(f"by {by.value}: one entry more, and {now - before} are shown")
            print(f"by {by.value}: {before:,} entries in {looked - began:.2f} s, "
                  f"one more in {1_000 * (shown - added):.0f} ms")  # fmt: skip
            engine.dispose()
