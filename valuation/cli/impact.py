"""``tradein impact``: the ledger of what devices came to that went their way."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from valuation.cli import common, opening
from valuation.cli.counter import actor_of
from valuation.cli.life import REVERSALS, ROUTE
from valuation.cli.overrides import Day
from valuation.cli.people import database, merchant_id, people

if TYPE_CHECKING:
    from valuation.shop import Shop
    from valuation.use_cases.impact_views import Asked

Command = TypeVar("Command", bound=Callable[..., Any])
GROUPS = ("store", "merchant", "region", "campus", "month", "day")  # as `impact_views.By`
OPERATOR = "operator"  # as whom the terminal takes entries back


def asking(command: Command) -> Command:
    """The options of whose entries and which days."""
    for option in (
        click.option("--merchant", help="Whose devices: an id or a name; everybody's else."),
        click.option("--until", "last", type=Day(), metavar="DAY", help="The last day, counted."),
        click.option("--from", "first", type=Day(), metavar="DAY", help="The first day."),
    ):
        command = option(command)
    return command


@click.group(cls=common.DiscreetGroup)
def impact() -> None:
    """Devices reused, waste avoided, metals and CO2e, counted once a device went its way."""


@impact.command()
@click.option("--by", type=click.Choice(GROUPS), default="month", show_default=True)
@asking
@click.option("--json", "as_json", is_flag=True)
def show(
    by: str, first: date | None, last: date | None, merchant: str | None, as_json: bool
) -> None:
    """Sums by group; days and months are the shop's.

    Exit status: 0 shown; 2 the days, the merchant or the database cannot be used.
    """
    asked = _asked(first, last, merchant)
    with common.one_line(_unusable), database() as engine:
        from valuation.use_cases.impact_exports import view_document
        from valuation.use_cases.impact_views import By, view

        found = view_document(view(engine, asked, by=By(by)), asked, By(by))
    if as_json:
        common.echo_json(found)
        return
    from valuation.cli.impact_text import lines_of

    for line in lines_of(found):
        click.echo(line)


@impact.command()
@click.option("--holds", metavar="N:HASH", help="That entry N still has this hash.")
@click.option("--json", "as_json", is_flag=True)
def verify(holds: str | None, as_json: bool) -> None:
    """Check the whole ledger: hashes, order, gaps, its end, and against the log of the quotes.

    Keep the end that it prints somewhere else: whoever can write the whole database can make a
    ledger anew, and --holds then shows it. Exit status: 0 sound; 1 something is wrong; 2 the
    database cannot be used.
    """
    known = _end(holds)
    with common.one_line(_unusable), _opened() as shop:
        from valuation.use_cases.impact_views import verify as checked

        found = checked(shop, known=known)
    if as_json:
        common.echo_json({
            "sound": found.sound,
            "ledger_ends": found.head._asdict(),
            "faults": [fault._asdict() for fault in found.faults],
            "uncounted": found.uncounted,
            "broken": found.broken,
        })  # fmt: skip
    else:
        for fault in found.faults:
            click.echo(f"entry {fault.seq} {fault.what}")
        for said in found.broken:
            click.echo(said)
        if found.uncounted:
            click.echo(f"{len(found.uncounted)} quotes whose device went its way are not counted, "
                       f"first {found.uncounted[0]}; run: tradein impact catch-up")  # fmt: skip
        said = "SOUND" if found.sound else "NOT SOUND"
        click.echo(f"{said}: {found.head.seq} entries, ends {found.head.seq}:{found.head.hash}")
    if not found.sound:
        sys.exit(common.REFUSED)


@impact.command()
@asking
@click.option("--format", "kind", type=click.Choice(("json", "csv")),
              help="Else what --out ends in, else json.")  # fmt: skip
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Else standard output."
)
def export(
    first: date | None, last: date | None, merchant: str | None, kind: str | None, out: Path | None
) -> None:
    """Every entry: as CSV, or as JSON with sums, hashes and the source of every factor.

    Exit status: 0 written; 2 the days, the merchant, the database or the file cannot be used.
    """
    named = out.suffix.lower().removeprefix(".") if out else ""
    if kind and named in ("json", "csv") and kind != named:
        raise click.UsageError(f"--out ends in .{named} and --format is {kind}")
    kind = kind or named or "json"
    if kind not in ("json", "csv"):
        raise click.UsageError("--out ends in .json or .csv, or name the --format")
    asked, settings = _asked(first, last, merchant), common.settings()
    with common.one_line(_unusable), database() as engine:
        from valuation.tables.book import TableArchive
        from valuation.use_cases.impact_exports import export_csv, export_document
        from valuation.use_cases.impact_views import links_of

        if kind == "csv":
            text = export_csv(links_of(engine, asked))
        else:
            import orjson

            told = export_document(engine, TableArchive(settings.archive), asked)
            text = orjson.dumps(told).decode() + "\n"
        _write(out, text.encode())


@impact.command()
@asking
@click.option("--data", type=click.Choice(("real", "demo")), help="Else real, where there is any.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="A file that ends in .html or .pdf.")  # fmt: skip
def report(
    first: date | None, last: date | None, merchant: str | None, data: str | None, out: Path
) -> None:
    """One page with plots, ranges and the source of every factor.

    Exit status: 0 written; 1 nothing is counted in these days; 2 the days, the merchant, the
    database or the file cannot be used.
    """
    if out.suffix not in (".html", ".pdf"):
        raise click.UsageError("--out ends in .html or .pdf")
    asked, settings = _asked(first, last, merchant), common.settings()
    with common.one_line(_unusable), database() as engine:
        from valuation.domain.market import Provenance
        from valuation.tables.book import TableArchive
        from valuation.use_cases.impact_report import NothingCounted, report_sheet

        kind = Provenance(data) if data else None
        with common.no_or_unusable(lambda: (NothingCounted,), _unusable):
            sheet = report_sheet(
                engine, TableArchive(settings.archive), asked, data=kind, now=common.now()
            )
        if out.suffix == ".pdf":
            from valuation.receipts.impact_pdf import impact_pdf

            _write(out, impact_pdf(sheet))
        else:
            from valuation.receipts.impact_page import impact_page

            _write(out, impact_page(sheet).encode())


@impact.command()
@click.argument("reference")
@click.option("--reason", required=True, type=click.Choice(REVERSALS))
@ROUTE
@click.option("--merchant", help="Whose quote: an id or a name; the terminal's own else.")
@click.option("--as", "who", default=f"manager:{OPERATOR}", show_default=True, metavar="ROLE:ID")
@click.option("--json", "as_json", is_flag=True)
def reverse(
    reference: str, reason: str, route: str | None, merchant: str | None, who: str, as_json: bool
) -> None:
    """Take the step `reverse` with quote REFERENCE: what its device was counted for is taken back
    by a counter-entry, and counted anew where it goes another way. The money stays as it was paid.

    Exit status: 0 taken back; 1 not allowed now, or there is no such quote; 2 the merchant or
    the database cannot be used.
    """
    whose, actor = merchant_id(merchant), actor_of(who)
    with common.no_or_unusable(_no, _unusable), _opened() as shop:
        from valuation.domain.disposition import Route
        from valuation.domain.moves import Step
        from valuation.domain.reversals import ReversalReason
        from valuation.use_cases.living import step
        from valuation.use_cases.step_request import StepRequest

        request = StepRequest(
            step=Step.REVERSE, actor=actor, reason=ReversalReason(reason),
            route=Route(route) if route else None,
        )  # fmt: skip
        after = step(shop, reference, request, merchant=whose)
    told = {"quote": after.stored.id, "reason": reason, "stage": after.life.stage.value}
    if as_json:
        common.echo_json({**told, "route": route})
        return
    now = f"counted on the route {route}" if route else "no longer counted"
    click.echo(f"{after.stored.id}: {now} ({reason})")


@impact.command("catch-up")
def catch_up() -> None:
    """Count what went its way and has no entry; a second time counts nothing.

    Exit status: 0 done; 2 the tables or the database cannot be used.
    """
    with common.one_line(_unusable), _opened() as shop:
        from valuation.use_cases.impact_views import catch_up as counted

        click.echo(f"{counted(shop)} entries")


@contextmanager
def _opened() -> Iterator["Shop"]:
    shop = opening.open_shop(common.settings(), market=None)
    try:
        yield shop
    finally:
        shop.engine.dispose()


def _asked(first: date | None, last: date | None, merchant: str | None) -> "Asked":
    if first and last and last < first:
        raise click.UsageError("--until is before --from")
    whose = None
    if merchant is not None:
        with people() as store:
            whose = store.merchant(merchant).id
    from valuation.use_cases.impact_views import Asked

    return Asked(merchant=whose, first=first, last=last, zone=common.settings().time_zone)


def _end(holds: str | None) -> tuple[int, str] | None:
    if holds is None:
        return None
    seq, _, digest = holds.partition(":")
    if not seq.isascii() or not seq.isdigit() or len(digest) != 64:
        raise click.UsageError("--holds is a number, a colon and a hash, as verify prints them")
    return int(seq), digest


def _write(out: Path | None, data: bytes) -> None:
    if out is None:
        click.echo(data.decode(), nl=False)
    else:
        out.write_bytes(data)


def _no() -> tuple[type[Exception], ...]:
    from valuation.domain.refusals import IllegalStep
    from valuation.storage.quotes import QuoteNotFound

    return (IllegalStep, QuoteNotFound)


def _unusable() -> tuple[type[Exception], ...]:
    from valuation.domain.impact_ledger import UnreadableEntry
    from valuation.domain.lifecycle import ImpossibleHistory
    from valuation.domain.records import BadRecord
    from valuation.storage.quotes import QuoteDamaged
    from valuation.use_cases.step_request import StepIncomplete

    return (
        UnreadableEntry, ImpossibleHistory, QuoteDamaged, BadRecord, StepIncomplete,
        *opening.refusals(),
    )  # fmt: skip
