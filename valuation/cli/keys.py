"""``tradein keys``: what tills send to say whose they are."""

import click

from valuation.cli import common
from valuation.cli.people import enrolment, moment, people, show
from valuation.domain.people import Mode, Scope

SCOPES = [scope.value for scope in Scope]


@click.group(cls=common.DiscreetGroup)
def keys() -> None:
    """API keys: two of a merchant and mode at most, so that one can replace the other."""


@keys.command()
@click.argument("merchant")
@click.option("--test", "is_test", is_flag=True, help="A vk_test_ key, for trying things out.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES),
              help="What it may do; quotes:write and quotes:read where none is named.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True)
def new(merchant: str, is_test: bool, scopes: tuple[str, ...], as_json: bool) -> None:
    """Make a key of MERCHANT, an id or a name, and print it this once.

    Exit status: 0 made; 2 no such merchant, two active keys already, or no database.
    """
    mode = Mode.TEST if is_test else Mode.LIVE
    with enrolment() as enter:
        from valuation.people.enrolling import USUAL

        given = frozenset(Scope(scope) for scope in scopes) or USUAL
        made = enter.key(merchant=merchant, mode=mode, scopes=given)
    if as_json:
        common.echo_json({"id": made.key.id, "key": made.token})
        return
    click.echo(made.token)
    said = f"Key {made.key.id}. It is shown this once: only a digest of it is kept."
    click.echo(said, err=True)


@keys.command("list")
@click.argument("merchant", required=False)
@click.option("--json", "as_json", is_flag=True)
def list_(merchant: str | None, as_json: bool) -> None:
    """The keys of MERCHANT, or of everybody, the oldest first; revoked ones too.

    Exit status: 0 listed; 2 no such merchant, or no database.
    """
    with people() as store:
        whose = None if merchant is None else store.merchant(merchant).id
        rows: list[dict[str, object]] = [
            {
                "id": key.id,
                "merchant": key.merchant_id,
                "key": f"vk_{key.mode.value}_…{key.last4}",
                "scopes": " ".join(sorted(scope.value for scope in key.scopes)),
                "made": moment(key.created_at),
                "last_used": moment(key.last_used_at),
                "revoked": moment(key.revoked_at),
            }
            for key in store.keys(whose)
        ]
    if not as_json:
        for row in rows:
            row["last_used"] = f"last used {row['last_used'] or 'never'}"
            row["revoked"] = row["revoked"] and f"revoked {row['revoked']}"
    show(rows, "keys", as_json=as_json)


@keys.command()
@click.argument("key_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
def revoke(key_id: str, as_json: bool) -> None:
    """End the key ID; within seconds no service answers it any more.

    Exit status: 0 revoked, now or before; 2 no such key, or no database.
    """
    with people() as store:
        key = store.revoke_key(key_id, at=common.now())
    if as_json:
        common.echo_json({"id": key.id, "revoked": moment(key.revoked_at)})
    else:
        click.echo(f"{key.id} …{key.last4} revoked {moment(key.revoked_at)}")
