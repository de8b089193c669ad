"""``tradein clerks``: people who sign in at a counter."""

import sys

import click

from valuation.cli import common
from valuation.cli.people import enrolment, moment, people, show
from valuation.domain.people import Role

ROLES = [role.value for role in Role]


@click.group(cls=common.DiscreetGroup)
def clerks() -> None:
    """People who sign in with the store's code, their own and a PIN."""


@clerks.command()
@click.argument("store")
@click.option("--name", required=True, help="As colleagues call them; shown when they sign in.")
@click.option("--role", type=click.Choice(ROLES), default="clerk", show_default=True)
@click.option("--pin-stdin", is_flag=True, help="Read the PIN from standard input, unasked.")
@click.option("--json", "as_json", is_flag=True)
def add(store: str, name: str, role: str, pin_stdin: bool, as_json: bool) -> None:
    """Let somebody sign in at STORE, a code or an id; the PIN has 4 to 8 digits.

    Exit status: 0 entered; 2 no such store, a name or PIN that is none, or no database.
    """
    pin = sys.stdin.readline().strip() if pin_stdin else _asked()
    with enrolment() as enter:
        clerk = enter.clerk(store=store, name=name, role=Role(role), pin=pin)
    if as_json:
        common.echo_json({"id": clerk.id, "code": clerk.code, "role": clerk.role.value})
    else:
        click.echo(f"{clerk.id}  {clerk.name}, {clerk.role.value}, clerk code {clerk.code}")


@clerks.command("list")
@click.argument("store", required=False)
@click.option("--json", "as_json", is_flag=True)
def list_(store: str | None, as_json: bool) -> None:
    """The people of STORE, or of every store; those disabled too.

    Exit status: 0 listed; 2 no such store, or no database.
    """
    now = common.now()
    with people() as known:
        whose = None if store is None else known.store(store).id
        codes = {each.id: each.code for each in known.stores()}
        rows: list[dict[str, object]] = [
            {
                "id": clerk.id,
                "store_code": codes[clerk.store_id],
                "code": clerk.code,
                "name": clerk.name,
                "role": clerk.role.value,
                "locked_until": moment(clerk.locked_at(now)),
                "disabled": moment(clerk.disabled_at),
            }
            for clerk in known.clerks(whose)
        ]
    if not as_json:
        for row in rows:
            row["locked_until"] = row["locked_until"] and f"locked until {row['locked_until']}"
            row["disabled"] = row["disabled"] and f"disabled {row['disabled']}"
    show(rows, "clerks", as_json=as_json)


@clerks.command()
@click.argument("clerk_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
def disable(clerk_id: str, as_json: bool) -> None:
    """Let the person ID sign in no more; sessions end within seconds.

    Exit status: 0 disabled, now or before; 2 no such person, or no database.
    """
    with people() as known:
        clerk = known.disable_clerk(clerk_id, at=common.now())
    if as_json:
        common.echo_json({"id": clerk.id, "disabled": moment(clerk.disabled_at)})
    else:
        click.echo(f"{clerk.id} {clerk.name} disabled {moment(clerk.disabled_at)}")


def _asked() -> str:
    pin: str = click.prompt("PIN", hide_input=True, confirmation_prompt=True, err=True)
    return pin
