"""``tradein verify``: is a receipt authentic? Offline: no server, no database."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from valuation.cli import common
from valuation.settings import Settings

if TYPE_CHECKING:
    from valuation.receipts.keys import PublicRing
    from valuation.receipts.verifying import Authentic, NotAuthentic, Verdict

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
WHERE = (
    "save the shop's public keys, from GET /v1/receipt-keys of its service or from its `tradein "
    "receipt-keys export`, and give the file as --keys"
)


@click.command(cls=common.Discreet)
@click.argument("file", type=FILE, required=False)
@click.option(
    "--qr", metavar="TEXT", help="What a printed receipt's QR code says, instead of FILE."
)
@click.option("--keys", type=FILE, metavar="PUBLIC.json",
              help="The shop's public keys, from GET /v1/receipt-keys of its service or `tradein "
              "receipt-keys export`; else the keys in TRADEIN_RECEIPT_KEYS.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The verdict as one JSON object.")
def verify(file: Path | None, qr: str | None, keys: Path | None, as_json: bool) -> None:
    """Check the receipt or trail in FILE, or a QR code's text, against the shop's public keys.

    Anybody can, anywhere: `curl -o keys.json SERVICE/v1/receipt-keys`, then --keys keys.json.
    Exit status: 0 authentic; 1 not authentic; 2 it cannot be read, or there are no keys.
    """
    from valuation.receipts.verifying import Authentic, NotAuthentic

    if (file is None) == (qr is None):
        raise click.UsageError("give the receipt's FILE, or --qr with a QR code's text")
    settings = common.settings()
    with common.one_line(refusals):
        verdict = _verdict(file, qr, _ring(settings, keys))
    match verdict:
        case NotAuthentic():
            _refuse(verdict, as_json=as_json)
            sys.exit(common.REFUSED)
        case Authentic() if as_json:
            common.echo_json(_told(verdict))
        case Authentic():
            _print(verdict, settings.time_zone)


def refusals() -> tuple[type[Exception], ...]:
    """Why no verdict can be had."""
    from valuation.receipts.key_folder import NoKeyRing
    from valuation.receipts.keys import KeyRingDamaged
    from valuation.receipts.statement import ReceiptUnreadable

    return (NoKeyRing, KeyRingDamaged, ReceiptUnreadable, OSError)


def _ring(settings: Settings, keys: Path | None) -> "PublicRing":
    from valuation.receipts.key_folder import NoKeyRing, read_ring
    from valuation.receipts.keys import read_public_ring

    if keys is not None:
        return read_public_ring(keys.read_bytes())
    try:
        return read_ring(settings.receipt_keys)
    except NoKeyRing as error:
        raise NoKeyRing(f"there are no keys here to check it with: {WHERE}") from error


def _verdict(file: Path | None, qr: str | None, ring: "PublicRing") -> "Verdict":
    from valuation.receipts import verifying

    if file is None:
        return verifying.verify_qr(qr or "", ring)
    return verifying.verify(file.read_bytes(), ring)


def _refuse(verdict: "NotAuthentic", *, as_json: bool) -> None:
    from valuation.receipts.verifying import SAID, Reason

    said = SAID[verdict.reason]
    if verdict.reason is Reason.UNKNOWN_KEY:
        said = f"{said}; {WHERE}"
    if as_json:
        told = {"authentic": False, "reason": verdict.reason, "message": said}
        common.echo_json({**told, "key_id": verdict.key_id})
    else:
        click.echo(f"NOT AUTHENTIC: {said} (key {verdict.key_id})")


def _told(found: "Authentic") -> dict[str, Any]:
    from valuation.receipts.receipt import stamp

    said = found.statement
    amounts = [{"amount": each.amount, "currency": each.currency} for each in said.amounts]
    return {
        "authentic": True,
        "kind": said.kind,
        "quote": said.quote,
        "code": said.code,
        "amounts": amounts,
        "issued_at": stamp(said.issued_at),
        "key_id": said.key_id,
        "receipt": found.envelope and found.envelope.receipt,
    }


def _print(found: "Authentic", zone: ZoneInfo) -> None:
    from valuation.receipts.receipt import Kind, stamp
    from valuation.receipts.sheet import both, moment, sheet_of

    said = found.statement
    sheet = found.envelope and sheet_of(found.envelope, zone=zone)
    amounts = " to ".join(map(str, said.amounts))
    click.echo(f"AUTHENTIC: signed with key {said.key_id}")
    for label, text in (
        ("Note", "; ".join(map(both, sheet.marks)) if sheet else ""),
        ("Kind", said.kind),
        ("Code", said.code),
        ("Quote", said.quote),
        ("Device", both(sheet.device) if sheet else ""),
        ("Unit", sheet.unit if sheet else ""),
        ("Amount", f"{both(sheet.headline)}: {sheet.amount}" if sheet else amounts or "none"),
        ("Issued", moment(stamp(said.issued_at), zone)),
        ("Valid until", sheet.valid_until[1] if sheet and sheet.valid_until else ""),
    ):
        if text:
            click.echo(f"{label:<12} {text}")
    for section in sheet.sections if sheet and said.kind == Kind.DONATION else ():
        click.echo(f"{both(section.heading)}:")
        for sentence in section.sentences:
            click.echo(f"  {both(sentence)}")
