"""``tradein merchants``: the shops that this service values for."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from valuation.cli import common, opening
from valuation.cli.people import enrolment, moment, people, show
from valuation.domain.money import EXPONENTS

if TYPE_CHECKING:
    from valuation.tables.book import Book

OPERATOR = {"default": "this terminal"}  # as `valuation.shop.DEFAULT_MERCHANT`


Command = TypeVar("Command", bound=Callable[..., Any])


def placed(command: Command) -> Command:
    """Where a store is."""
    for option in (
        click.option("--campus", metavar="NAME", help="The campus whose impact it counts to."),
        click.option("--region", metavar="WORD", help="Where it is, as in the table facilities."),
    ):
        command = option(command)
    return command


@click.group(cls=common.DiscreetGroup)
def merchants() -> None:
    """Merchants and their stores."""


@merchants.command()
@click.argument("name")
@click.option("--store", required=True, help="Name of a store of theirs.")
@placed
@click.option("--json", "as_json", is_flag=True)
def add(name: str, store: str, region: str | None, campus: str | None, as_json: bool) -> None:
    """Enter the merchant NAME with a store; of one that is there, another store. The merchant whose
    quotes the commands here handle is called "default".

    Exit status: 0 entered; 2 a name that is none, or the database cannot be used.
    """
    from valuation.shop import DEFAULT_MERCHANT

    with enrolment() as enter:
        merchant, made = enter.merchant(
            name=name, store=store, region=region, campus=campus, own=DEFAULT_MERCHANT
        )
    if as_json:
        common.echo_json({"merchant": merchant.id, "store": made.id, "store_code": made.code})
        return
    click.echo(f"{merchant.id}  {merchant.name}")
    click.echo(f"{made.id}  {made.name}, store code {made.code}")
    click.echo(f"A key for their till: tradein keys new {merchant.id}", err=True)
    click.echo(f"Somebody at the counter: tradein clerks add {made.code} --name NAME", err=True)


@merchants.command()
@click.argument("store")
@placed
def place(store: str, region: str | None, campus: str | None) -> None:
    """Say in which region STORE (an id or a code) is from now on, and to which campus it belongs.

    What is left out stays; an empty word ('') forgets it. What was counted and reserved stays as it
    was. Exit status: 0 said; 2 there is no such store, or the database cannot be used.
    """
    with enrolment() as enter:
        made = enter.place(store=store, region=region, campus=campus)
    click.echo(f"{made.id}  {made.name}: region {made.region or '–'}, campus {made.campus or '–'}")


@merchants.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """Every store with its merchant, code and name.

    Exit status: 0 listed; 2 the database cannot be used.
    """
    with people() as store:
        names = {merchant.id: merchant for merchant in store.merchants()}
        rows: list[dict[str, object]] = [
            {
                "merchant": each.merchant_id,
                "merchant_name": names[each.merchant_id].name,
                "store": each.id,
                "store_code": each.code,
                "store_name": each.name,
                "since": moment(each.created_at),
                "region": each.region,
                "campus": each.campus,
            }
            for each in store.stores()
        ]
    show(rows, "stores", as_json=as_json)


@merchants.command()
@click.argument("merchant", required=False)
@click.option("--currency", type=click.Choice(sorted(EXPONENTS)), default="CNY", show_default=True,
              metavar="CODE")  # fmt: skip
@click.option("--json", "as_json", is_flag=True)
def margin(merchant: str | None, currency: str, as_json: bool) -> None:
    """What is kept of MERCHANT's quotes, and from when; of everybody's where none is named.

    A merchant's own margin is a table in TRADEIN_TABLES: a head like that of policy.csv, with "id:
    margin/ID" and, if it ends, a last day "valid-until: 2026-12-31"; then its rows in place of the
    policy's:

    \b
    setting,scope,value,unit,source
    margin,,1200,basis points,contract
    margin_tier,150000/CNY,500,basis points,contract
    margin_fixed,CNY,1000,minor units,contract
    margin_floor,CNY,4000,minor units,contract
    margin_ceiling,CNY,15000,minor units,contract

    12% of the net value up to CNY 1,500, 5% of what lies above, and CNY 10; CNY 40 at least, 150 at
    most. All but the first row may be left out. The service takes a changed file up by itself; a
    broken one is named by /readyz, and the tables from before serve on.

    Exit status: 0 told; 2 no such merchant, a table is refused, or no database.
    """
    settings = common.settings()
    today = common.now().astimezone(settings.time_zone).date()
    with common.one_line(opening.table_refusals), people() as store:
        book = opening.book(settings)
        from valuation.tables.in_force import merchants_with_margins

        whose = merchants_with_margins(book) if merchant is None else [store.merchant(merchant).id]
        names = {each.id: each.name for each in store.merchants()} | OPERATOR
        rows = [row for each in whose for row in _margins(book, each, currency, today)]
        if merchant is None:
            rows += _margins(book, None, currency, today)
    for row in rows:
        row["name"] = names.get(str(row["merchant"]))
    show(rows if as_json else [_told(row) for row in rows], "margins", as_json=as_json)


def _margins(
    book: "Book", merchant: str | None, currency: str, today: date
) -> Iterator[dict[str, object]]:
    """The margins of a merchant, or of all that have none of their own, day after day."""
    from valuation.quotes.margin_document import margin_document
    from valuation.tables.in_force import margins

    for each in margins(book, merchant=merchant or "", currency=currency):
        yield {
            "merchant": merchant,
            "name": None,
            "since": each.since.isoformat(),
            "until": each.until and each.until.isoformat(),
            "today": each.since <= today and (each.until is None or today <= each.until),
            **margin_document(each.margin, currency),
            "table": each.table.id,
            "digest": each.table.digest,
        }


def _told(row: dict[str, object]) -> dict[str, object]:
    from valuation.cli.margin_text import margin_text

    return {
        "merchant": row["merchant"] or "all others",
        "name": row["name"] or (row["merchant"] and "(no such merchant)"),
        "window": f"{row['since']} to {row['until'] or 'further notice'}",
        "today": "(today)" if row["today"] else None,
        "margin": margin_text(row),
        "table": f"[{row['table']} {str(row['digest'])[:12]}]",
    }
