"""``tradein unit-keys``: the keys under which IMEIs and serial numbers are digested."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from valuation.cli import common

if TYPE_CHECKING:
    from valuation.domain.unit_keys import UnitKey, UnitKeys


@click.group("unit-keys", cls=common.DiscreetGroup)
def unit_keys() -> None:
    """Keys of the digests of IMEIs, in TRADEIN_UNIT_KEY_FILE: keep a backup of it."""


@unit_keys.command()
@click.option("--json", "as_json", is_flag=True)
def rotate(as_json: bool) -> None:
    """Make a new key and digest with it from now on; devices quoted before are still recognised.

    Running services see it by themselves. Exit status: 0 rotated; 2 the keys cannot be used.
    """
    from valuation.domain.unit_keys import BYTES

    secret, now = os.urandom(BYTES), common.now()
    ring = _changed(lambda ring: ring.rotated(secret, now=now))
    if as_json:
        common.echo_json({"current": ring.current.id, "retired": ring.keys[-2].id})
        return
    click.echo(f"new digests are made with key {ring.current.id}")
    click.echo(f"key {ring.keys[-2].id} is retired and recognises what was digested with it")
    click.echo("make a backup of the key file now")


@unit_keys.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """The keys, oldest first: since when, until when, and whether they are there.

    Exit status: 0 listed; 2 there is no key file, or it is damaged.
    """
    settings = common.settings()
    with common.one_line(refusals):
        from valuation.storage.unit_key import read_unit_keys

        told = [_told(key) for key in read_unit_keys(settings.unit_key_file).keys]
    if as_json:
        common.echo_json({"keys": told})
        return
    for each in told:
        until = f"retired {each['retired']}" if each["retired"] else "current"
        since = each["created"] or "the beginning"
        gone = "" if each["held"] else ", destroyed"
        click.echo(f"{each['key_id']}  from {since}  {until}{gone}")


@unit_keys.command()
@click.argument("key_id", metavar="ID")
@click.confirmation_option(prompt="Devices digested with it will never be recognised again. Go on?")
def destroy(key_id: str) -> None:
    """Destroy the retired key ID: nobody can try IMEIs against its digests any more.

    What a backup holds is yours to destroy too. Exit status: 0 destroyed; 2 it cannot be.
    """
    _changed(lambda ring: ring.without(key_id))
    click.echo(f"key {key_id} is destroyed")


def _changed(change: "Callable[[UnitKeys], UnitKeys]") -> "UnitKeys":
    settings = common.settings()
    with common.one_line(refusals):
        from valuation.storage.unit_key import change_unit_keys

        return change_unit_keys(settings.unit_key_file, change)


def _told(key: "UnitKey") -> dict[str, object]:
    from valuation.receipts.receipt import stamp

    return {
        "key_id": key.id,
        "created": key.created and stamp(key.created),
        "retired": key.retired and stamp(key.retired),
        "held": key.secret is not None,
    }


def refusals() -> tuple[type[Exception], ...]:
    """What can be wrong with the keys."""
    from valuation.domain.unit_keys import NoSuchUnitKey, UnitKeyInUse
    from valuation.storage.unit_key import UnitKeyBusy, UnitKeyDamaged

    return (NoSuchUnitKey, UnitKeyInUse, UnitKeyBusy, UnitKeyDamaged)
