"""``tradein receipt-keys``: the keys that sign receipts."""

import os

import click

from valuation.cli import common


@click.group("receipt-keys", cls=common.DiscreetGroup)
def receipt_keys() -> None:
    """Keys that sign receipts, in the folder TRADEIN_RECEIPT_KEYS: keep a backup of it."""


@receipt_keys.command()
@click.option("--json", "as_json", is_flag=True)
def rotate(as_json: bool) -> None:
    """Make a new key and sign with it from now on; old receipts still verify.

    Exit status: 0 rotated; 2 the key ring cannot be used.
    """
    settings = common.settings()
    with common.one_line(refusals):
        from valuation.receipts import key_folder
        from valuation.receipts.signing import SEED

        ring = key_folder.rotate(settings.receipt_keys, now=common.now(), seed=os.urandom(SEED))
    retired = ring.keys[-2].id if len(ring.keys) > 1 else None
    if as_json:
        common.echo_json({"current": ring.current.id, "retired": retired})
    else:
        click.echo(f"receipts are now signed with key {ring.current.id}")
        click.echo(f"key {retired} is retired" if retired else "it is the first key")


@receipt_keys.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """The keys, oldest first: since when, until when, and whether the private key is here.

    Exit status: 0 listed; 2 there is no key ring, or it is damaged.
    """
    settings = common.settings()
    with common.one_line(refusals):
        from valuation.receipts.key_folder import holds_private, read_ring
        from valuation.receipts.receipt import stamp

        folder = settings.receipt_keys
        told = [
            {
                "key_id": key.id,
                "valid_from": stamp(key.valid_from),
                "retired": key.retired and stamp(key.retired),
                "private": holds_private(folder, key),
            }
            for key in read_ring(folder).keys
        ]
    if as_json:
        common.echo_json({"keys": told})
        return
    for each in told:
        until = f"retired {each['retired']}" if each["retired"] else "current"
        here = "" if each["private"] else ", private key not here"
        click.echo(f"{each['key_id']}  from {each['valid_from']}  {until}{here}")


@receipt_keys.command()
def export() -> None:
    """Print the public keys as JSON, for whoever checks receipts: `tradein verify --keys`.

    Exit status: 0 printed; 2 there is no key ring, or it is damaged.
    """
    settings = common.settings()
    with common.one_line(refusals):
        from valuation.receipts.key_folder import read_ring

        ring = read_ring(settings.receipt_keys)
    click.echo(ring.to_json().decode())


def refusals() -> tuple[type[Exception], ...]:
    """What can be wrong with the key ring."""
    from valuation.receipts.key_folder import KeyRingBusy, NoKeyRing
    from valuation.receipts.keys import KeyRingDamaged, RotationRefused

    return (NoKeyRing, KeyRingBusy, KeyRingDamaged, RotationRefused, OSError)
