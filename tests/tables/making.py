"""Table files for tests: the shipped ones with a cell or a line changed, or from a few rows."""

from collections.abc import Callable
from pathlib import Path

from valuation.tables.book import SHIPPED

HEAD = """\
# id: {id}
# version: 1
# valid-from: {valid_from}
# unit: as the row says
# currency: CNY
# source: made by a test
# date: 2026-11-01
"""


def make_table(
    folder: Path, *rows: str, table: str = "repairs", valid_from: str = "2026-11-01", name: str = ""
) -> Path:
    """A table file of a header row and other rows."""
    path = folder / f"{name or table}.csv"
    head = HEAD.format(id=table, valid_from=valid_from)
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def copy_shipped(
    folder: Path, table: str, change: Callable[[str], str], *, valid_from: str = "2026-11-10"
) -> Path:
    """A later version of a shipped table with its text changed."""
    text = (SHIPPED / f"{table}.csv").read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text, "the test changes nothing"
    path = folder / f"{table}.csv"
    head, _, rest = changed.partition("# valid-from: ")
    path.write_text(f"{head}# valid-from: {valid_from}{rest[10:]}", encoding="utf-8")
    return path
