"""``tradein customers``: who quotes are for, kept apart from them; retention and erasure."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from valuation.cli import common, opening
from valuation.cli.people import database, merchant_id, moment

if TYPE_CHECKING:
    from valuation.domain.retention import Retention
    from valuation.people.customers import Customers, Erasure

PURPOSES = click.Choice(["quote_contact", "purchase_record", "marketing"])
MERCHANT = click.option("--merchant", help="Whose customer: an id or a name.")
JSON = click.option("--json", "as_json", is_flag=True)
REFERENCE = click.argument("reference")
FIELDS = ("name", "phone", "email")


@click.group(cls=common.DiscreetGroup)
def customers() -> None:
    """Customers: entered with their consent, erased on request or when their time is over."""


@customers.command()
@click.option("--consent", "purposes", multiple=True, required=True, type=PURPOSES,
              help="What the customer agreed to; may be given several times.")  # fmt: skip
@click.option("--wording", required=True, help="The version of the words that were agreed to.")
@MERCHANT
@JSON
def add(purposes: tuple[str, ...], wording: str, merchant: str | None, as_json: bool) -> None:
    """Enter a customer; name, phone and email are asked for, each may be left empty.

    They are no options, so that they stand in no shell's history. Unasked: three lines of
    standard input. Exit status: 0 entered; 2 not kept like this, or no database.
    """
    typed = dict(zip(FIELDS, _asked(), strict=True))
    with _customers(merchant) as kept:
        from valuation.domain.customers import Details, Purpose
        from valuation.domain.references import ID_BYTES

        details = Details(**{name: value or None for name, value in typed.items()})
        wordings = dict.fromkeys(map(Purpose, purposes), wording)
        reference = kept.enter(details, wordings, entropy=os.urandom(ID_BYTES))
    if as_json:
        common.echo_json({"reference": reference})
    else:
        click.echo(reference)


@customers.command()
@REFERENCE
@MERCHANT
@JSON
def show(reference: str, merchant: str | None, as_json: bool) -> None:
    """What is known of the customer REFERENCE; of one who was erased, what is left.

    Exit status: 0 told; 2 no such customer, or no database.
    """
    with _customers(merchant) as kept:
        found = kept.look_up(reference)
    told: dict[str, object] = {
        "reference": found.id,
        **{name: getattr(found.details, name, None) for name in FIELDS},
        "created": moment(found.created_at),
        "erased": moment(found.erased_at),
        "because": found.erased_because,
        "consents": [
            {
                "purpose": each.purpose,
                "wording": each.wording,
                "given": moment(each.given_at),
                "withdrawn": moment(each.withdrawn_at),
            }
            for each in found.consents
        ],
        "quotes": list(found.quotes),
    }
    if as_json:
        common.echo_json(told)
        return
    for label, value in told.items():
        for each in value if isinstance(value, list) else [value]:
            words = each.values() if isinstance(each, dict) else [each]
            if any(words):
                click.echo(f"{label:<10}{'  '.join(str(word) for word in words if word)}")


@customers.command()
@click.argument("quote")
@REFERENCE
@MERCHANT
def link(quote: str, reference: str, merchant: str | None) -> None:
    """Say that QUOTE (an id or a code) is the customer's; until settlement it can be put right.

    Exit status: 0 linked; 2 no such quote or customer, or one that was erased.
    """
    from valuation.storage.quotes import QuoteDamaged, QuoteNotFound

    with common.one_line(lambda: (QuoteNotFound, QuoteDamaged)), _customers(merchant) as kept:
        from valuation.storage.engine import reading
        from valuation.use_cases.looking_up import stored_quote

        with reading(kept.engine) as connection:
            found = stored_quote(connection, quote, merchant=kept.owner.merchant)
        kept.link(found.id, reference)
    click.echo(f"{found.id}  {reference}")


@customers.command()
@REFERENCE
@MERCHANT
@JSON
def erase(reference: str, merchant: str | None, as_json: bool) -> None:
    """Erase the customer REFERENCE; no quote, receipt or replay changes.

    A name that must be kept for a device that was bought stays alone until the hold is over.
    Exit status: 0 erased, now or before, or held; 2 no such customer, or no database.
    """
    with _retention() as terms, _customers(merchant) as kept:
        _say(kept.erase(reference, terms), as_json=as_json)


@customers.command()
@REFERENCE
@click.argument("purpose", type=PURPOSES)
@MERCHANT
@JSON
def withdraw(reference: str, purpose: str, merchant: str | None, as_json: bool) -> None:
    """End the consent of REFERENCE to PURPOSE; with the last one the customer is erased.

    Exit status: 0 ended; 2 no such customer, or no database.
    """
    with _retention() as terms, _customers(merchant) as kept:
        from valuation.domain.customers import Purpose

        _say(kept.withdraw(reference, Purpose(purpose), terms), as_json=as_json)


@customers.command()
@click.option("--dry-run", is_flag=True, help="Count them and erase nobody.")
@JSON
def retention(dry_run: bool, as_json: bool) -> None:
    """Erase everybody, of every merchant, for whom no purpose is left; see the table `retention`.

    Exit status: 0 done; 2 the table is broken, or no database.
    """
    with _retention() as terms, database() as engine:
        from valuation.people.customers import retain

        run = retain(engine, terms, now=common.now(), dry_run=dry_run)
    if as_json:
        common.echo_json({
            "dry_run": dry_run, "erased": run.erased, "purposes": dict(run.purposes),
            "held": run.held, "holds": dict(run.holds), "scrubbed": run.scrubbed,
        })  # fmt: skip
        return
    click.echo(f"{'would erase' if dry_run else 'erased'} {run.erased}{_counts(run.purposes)}")
    click.echo(f"names held {run.held}{_counts(run.holds)}")
    if not (dry_run or run.scrubbed):
        click.echo("the database was busy: run this again to empty its journal too", err=True)


@contextmanager
def _customers(merchant: str | None) -> Iterator["Customers"]:
    whose = merchant_id(merchant)
    with database() as engine:
        from valuation.domain.people import Mode
        from valuation.people.customers import Customers
        from valuation.storage.customers import Owner

        yield Customers(engine=engine, owner=Owner(whose, Mode.LIVE), now=common.now())


@contextmanager
def _retention() -> Iterator["Retention"]:
    """How long data are kept today; ends with 2 where the table cannot be used."""
    settings = common.settings()
    with common.one_line(opening.table_refusals):
        from valuation.tables.retention import retention as read

        day = common.now().astimezone(settings.time_zone).date()
        terms = read(opening.book(settings).table("retention", day))
    yield terms


def _say(done: "Erasure", *, as_json: bool) -> None:
    hold = done.hold
    if as_json:
        held = hold and {"reason": hold.reason, "until": moment(hold.until)}
        told = {"reference": done.customer, "erased": moment(done.erased_at), "held": held}
        common.echo_json(told)
    elif hold:
        click.echo(f"{done.customer}  name held until {moment(hold.until)}: {hold.reason}")
    elif done.erased_at:
        click.echo(f"{done.customer}  erased {moment(done.erased_at)}")
    else:
        click.echo(f"{done.customer}  consent ended; others stand")


def _counts(counts: Mapping[str, int]) -> str:
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f": {told}" if told else ""


def _asked() -> list[str]:
    if not sys.stdin.isatty():
        return [sys.stdin.readline().strip() for _ in FIELDS]
    return [
        click.prompt(name.capitalize(), default="", show_default=False, err=True).strip()
        for name in FIELDS
    ]
