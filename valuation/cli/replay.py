"""``tradein replay`` and ``tradein receipt``: a stored quote made again, and on paper."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from valuation.cli import common
from valuation.cli.life import merchant, opened

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from valuation.quotes.replaying import Replay
    from valuation.receipts.envelope import Envelope
    from valuation.shop import Shop

KINDS = ("quote", "acceptance", "counter-offer", "settlement", "donation")
FORMATS = {".json": "json", ".html": "html", ".pdf": "pdf"}


@click.command(cls=common.Discreet)
@click.argument("quotes", nargs=-1, metavar="QUOTE…")
@click.option("--all", "everything", is_flag=True, help="Every quote and basket that is stored.")
@click.option("--json", "as_json", is_flag=True)
def replay(quotes: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Make stored quotes again from bundle, tables and inputs, and compare byte by byte.

    Of a basket each quote is made again, and then the basket from them.

    Exit status: 0 all are the same; 1 one is not; 2 one cannot be made again here.
    """
    if bool(quotes) == everything:
        raise click.UsageError("name quotes or baskets by id or code, or --all")
    with opened() as shop:
        references = _all(shop) if everything else list(quotes)
        different = [ref for ref in references if not _replayed(shop, ref, as_json=as_json)]
    if not as_json:
        same = len(references) - len(different)
        click.echo(f"{same} of {len(references)} made again to the byte")
    if different:
        sys.exit(common.REFUSED)


@click.command(cls=common.Discreet)
@click.argument("quote")
@click.option("--of", "kind", type=click.Choice(KINDS), default="quote", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="A file whose name ends in .json (signed), .html or .pdf.")  # fmt: skip
def receipt(quote: str, kind: str, out: Path) -> None:
    """Write a signed receipt of QUOTE, or of what happened to it since.

    Exit status: 0 written; 1 it has not happened; 2 what was given cannot be used.
    """
    if out.suffix not in FORMATS:
        raise click.UsageError("--out ends in .json, .html or .pdf")
    with opened() as shop:
        out.write_bytes(_receipt(shop, quote, kind, FORMATS[out.suffix]))
    click.echo(f"written to {out}")


def _all(shop: "Shop") -> list[str]:
    from valuation.storage.baskets import BasketStore
    from valuation.storage.engine import reading
    from valuation.storage.quotes import QuoteStore

    with reading(shop.engine) as connection:
        return [*QuoteStore(connection).ids(merchant=None), *BasketStore(connection).ids()]


def _replayed(shop: "Shop", reference: str, *, as_json: bool) -> bool:
    found = _replays(shop, reference)
    for name, made in found.items() if not as_json else ():
        for place, kept, computed in made.differences:
            click.echo(f"{name}: {place}: stored {kept}, made again {computed}")
    if as_json:
        (first, own), *rest = found.items()
        told = _told(first, own)
        common.echo_json({**told, "quotes": [_told(*each) for each in rest]} if rest else told)
    return all(made.same for made in found.values())


def _told(name: str, made: "Replay") -> dict[str, object]:
    places = [place for place, _, _ in made.differences]
    return {"id": name, "same": made.same, "differences": places}


def _replays(shop: "Shop", reference: str) -> dict[str, "Replay"]:
    """By id the quote made again, or the basket and then its quotes; QuoteNotFound."""
    from valuation.quotes.replaying import replayed
    from valuation.storage.baskets import BasketNotFound
    from valuation.storage.engine import reading
    from valuation.storage.quotes import QuoteNotFound
    from valuation.use_cases.basket_replaying import replay_basket
    from valuation.use_cases.looking_up import stored_quote

    try:
        with reading(shop.engine) as connection:  # an auditor asks for every merchant
            stored = stored_quote(connection, reference, merchant=None, mode=None)
    except QuoteNotFound as no_quote:
        try:
            basket = replay_basket(shop, reference, merchant=None, mode=None)
        except BasketNotFound:
            raise no_quote from None
        quotes = {name: made for name, (_, made) in basket.quotes.items()}
        return {basket.stored.id: basket.own, **quotes}
    return {stored.id: replayed(stored.document, partial(shop.appraiser, anew=True))}


def _receipt(shop: "Shop", reference: str, kind: str, form: str) -> bytes:
    from valuation.receipts.receipt import Kind
    from valuation.use_cases.living import held
    from valuation.use_cases.receipting import receipt as made

    envelope = made(shop, held(shop, reference, merchant=merchant(), mode=None), Kind(kind))
    return printed(envelope, form, zone=shop.settings.time_zone)


def printed(envelope: "Envelope", form: str, *, zone: "ZoneInfo") -> bytes:
    """A receipt as one of ``FORMATS``."""
    from valuation.receipts.page import receipt_page
    from valuation.receipts.pdf import receipt_pdf

    match form:
        case "html":
            return receipt_page(envelope, zone=zone).encode()
        case "pdf":
            return receipt_pdf(envelope, zone=zone)
        case _:
            return envelope.to_json()
