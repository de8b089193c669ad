"""``tradein merchants``: the shops that this service values for."""

import click

from valuation.cli import common
from valuation.cli.people import enrolment, moment, people, show


@click.group(cls=common.DiscreetGroup)
def merchants() -> None:
    """Merchants and their stores."""


@merchants.command()
@click.argument("name")
@click.option("--store", required=True, help="Name of a store of theirs.")
@click.option("--json", "as_json", is_flag=True)
def add(name: str, store: str, as_json: bool) -> None:
    """Enter the merchant NAME with a store; of one that is there, another store.

    Exit status: 0 entered; 2 a name that is none, or the database cannot be used.
    """
    with enrolment() as enter:
        merchant, made = enter.merchant(name=name, store=store)
    if as_json:
        common.echo_json({"merchant": merchant.id, "store": made.id, "store_code": made.code})
        return
    click.echo(f"{merchant.id}  {merchant.name}")
    click.echo(f"{made.id}  {made.name}, store code {made.code}")
    click.echo(f"A key for their till: tradein keys new {merchant.id}", err=True)
    click.echo(f"Somebody at the counter: tradein clerks add {made.code} --name NAME", err=True)


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
            }
            for each in store.stores()
        ]
    show(rows, "stores", as_json=as_json)
