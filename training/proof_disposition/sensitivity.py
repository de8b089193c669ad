"""Which inputs turn the decision: each changed alone, the stock routed again."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from joblib import Parallel, delayed

from training.proof_disposition.service import Service, Telling, moved, opened, retold, route_of
from training.proof_sold import steps_of
from valuation.domain.disposition import FLAGS, Route
from valuation.domain.quote import Quote
from valuation.intake.records import Record
from valuation.tables.table import Row, Table

METALS, REPAIRS = (Decimal("0.5"), Decimal("1.5")), (Decimal("0.7"), Decimal("1.3"))
ENDS = ("low", "high")

Tables = Mapping[str, Table]
Chosen = list[Route | None]


@dataclass(frozen=True, slots=True)
class Change:
    """One input changed; ``rows``: which devices it is tried on, with their records then."""

    input: str
    change: str
    tables: Tables
    rows: Sequence[tuple[int, Record]]
    tell: Telling | None = None


@dataclass(frozen=True, slots=True)
class Turned:
    """On how many devices a change was tried, and on how many the route and the flag turned."""

    input: str
    change: str
    devices: int
    routes: int
    flags: int

    @property
    def share(self) -> float:
        """The share of devices whose route turned."""
        return self.routes / self.devices


def sensitivity(
    folder: Path, tables: Tables, asked: Sequence[tuple[Record, Quote]], *, jobs: int = 1,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Turned]:  # fmt: skip
    """Every change of answers, tables and price under a bundle, the most turning first; ``asked``:
    records with their quotes."""
    records, before = [record for record, _ in asked], [route_of(quote) for _, quote in asked]
    todo = [
        *in_answers(tables, asked),
        *in_tables(tables, records),
        *in_price(tables, records),
    ]
    work = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_routes)(folder, each.tables, each.tell, [record for _, record in each.rows])
        for each in todo
    )
    found = []
    for done, (change, after) in enumerate(zip(todo, work, strict=True), start=1):
        found.append(_turned(change, [before[place] for place, _ in change.rows], after))
        progress(done, len(todo))
    return sorted(found, key=lambda each: (-each.share, -each.flags, each.input, each.change))


def in_answers(tables: Tables, asked: Sequence[tuple[Record, Quote]]) -> Iterator[Change]:
    """Each answer one step worse (battery health five points), where a device has it better."""
    worse: dict[str, list[tuple[int, Record]]] = defaultdict(list)
    for place, (record, quote) in enumerate(asked):
        assert quote.answers is not None  # noqa: S101 -- the quote was priced
        for step, answers in steps_of(quote.answers):
            question, _, change = step.partition(" ")
            if change != "1 lower":
                worse[question].append((place, replace(record, answers=dict(answers.given))))
    for question, rows in worse.items():
        change = "5 points lower" if question == "battery_health" else "one step worse"
        yield Change(question, change, tables, rows)


def in_tables(tables: Tables, records: Sequence[Record]) -> Iterator[Change]:
    """Prices of metals and repairs by a share; costs, parts and grams to their own low and high."""
    rows = list(enumerate(records))

    def change(name: str, said: str, table: Table) -> Change:
        return Change(name, said, {**tables, table.id: table}, rows)

    for name, table, factors in (
        ("metal prices", tables["metal-prices"], METALS),
        ("repair prices", tables["repairs"], REPAIRS),
    ):
        for factor in factors:
            yield change(name, f"{factor - 1:+.0%}", scaled(table, "price", factor))
    for end in ENDS:
        yield change("grams of metal", end, put(tables["materials"], "value", end))
        yield change("parts' shares", end, put(tables["parts"], "share", end))
        # The stock is of phones and tablets, which have the costs of no category of its own.
        general = (row for row in tables["handling"].rows if not row.cells.get("category"))
        for cost in dict.fromkeys(row.text("cost") for row in general):
            named = partial(_is, "cost", cost)
            yield change(f"cost: {cost}", end, put(tables["handling"], "value", end, named))


def in_price(tables: Tables, records: Sequence[Record]) -> Iterator[Change]:
    """The price by half the width of its own interval, down and up."""
    rows = list(enumerate(records))
    for half_widths in (-1, 1):
        tell = partial(moved, half_widths=half_widths)
        yield Change("price", f"{half_widths:+} interval half-width", tables, rows, tell)


def scaled(table: Table, column: str, factor: Decimal) -> Table:
    """The table with a column multiplied."""
    return _with(table, lambda row: {column: str(row.decimal(column) * factor)})


def put(
    table: Table, column: str, end: str, wanted: Callable[[Row], bool] = lambda _: True
) -> Table:
    """The table with the low or the high of the rows that are wanted in place of their figure."""
    return _with(table, lambda row: {column: row.text(end)} if wanted(row) else {})


def _with(table: Table, cells: Callable[[Row], Mapping[str, str]]) -> Table:
    rows = tuple(replace(row, cells={**row.cells, **cells(row)}) for row in table.rows)
    return replace(table, rows=rows)


def _is(column: str, text: str, row: Row) -> bool:
    return row.text(column) == text


def _turned(change: Change, before: Chosen, after: Chosen) -> Turned:
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if old is not new]
    flags = [(FLAGS[old] if old else None, FLAGS[new] if new else None) for old, new in pairs]
    return Turned(
        change.input, change.change, len(before), len(pairs), sum(old != new for old, new in flags)
    )


def _routes(
    folder: Path, tables: Tables, tell: Telling | None, records: Sequence[Record]
) -> Chosen:
    model, lookup = opened(folder)
    service = Service(model if tell is None else retold(model, tell), tables, lookup)
    return [route_of(quote) for quote in service.quotes(records)]
