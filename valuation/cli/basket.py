"""``tradein basket``: several devices of a JSON file as one basket, stored like the service's, and
followed to its end."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from valuation.cli import common, opening
from valuation.cli.replay import FORMATS, printed
from valuation.domain.market import Market

if TYPE_CHECKING:
    from valuation.quotes.documents import Document
    from valuation.shop import Shop
    from valuation.storage.baskets import StoredBasket
    from valuation.use_cases.baskets import Basket

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="The basket as one JSON object.")
TOTALS = {
    "offered": "Offered 报价合计", "accepted": "Accepted 已接受", "settled": "Settled 已结算",
}  # fmt: skip
KINDS = {"offers": "basket", "settlement": "basket-settlement"}


@click.group(cls=common.DiscreetGroup)
def basket() -> None:
    """Several devices handed in together."""


@basket.command()
@click.argument("file", type=FILE)
@click.option("--market", type=common.MarketType(), help="TRADEIN_MARKET, or the only one served.")
@JSON
def make(file: Path, market: Market | None, as_json: bool) -> None:
    """Quote the devices of FILE together: JSON as POST /v1/baskets takes it.

    Exit status: 0 made; 1 made, and a line of it failed; 2 nothing was made.
    """
    with _opened(market) as shop:
        made = _made(shop, file, market or shop.settings.default_market)
    told = _show(made, as_json=as_json)
    if any("problem" in line for line in told["lines"]):
        sys.exit(common.REFUSED)


@basket.command("show")
@click.argument("basket")
@JSON
def show_(basket: str, as_json: bool) -> None:
    """Where BASKET (an id or a code) stands: each line, what is offered, accepted and settled.

    Exit status: 0 told; 2 there is no such basket, or it cannot be read.
    """
    with _opened(None) as shop:
        found, _ = _found(shop, basket)
    _show(found, as_json=as_json)


@basket.command()
@click.argument("basket")
@click.option("--of", "kind", type=click.Choice(list(KINDS)), default="offers", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="A file whose name ends in .json (signed), .html or .pdf.")  # fmt: skip
def receipt(basket: str, kind: str, out: Path) -> None:
    """Write one signed receipt of all devices of BASKET: of its offers, or, once every line has
    ended, of its settlement.

    Exit status: 0 written; 1 it has not ended; 2 what was given cannot be used.
    """
    if out.suffix not in FORMATS:
        raise click.UsageError("--out ends in .json, .html or .pdf")
    with _opened(None) as shop:
        from valuation.receipts.receipt import Kind
        from valuation.use_cases.receipting import basket_receipt

        envelope = basket_receipt(shop, *_found(shop, basket), Kind(KINDS[kind]))
        out.write_bytes(printed(envelope, FORMATS[out.suffix], zone=shop.settings.time_zone))
    click.echo(f"written to {out}")


class NoBasket(ValueError):
    """The file holds no basket, or none of its lines could be quoted."""


def refused() -> tuple[type[Exception], ...]:
    """The answer is no."""
    from valuation.receipts.receipt import ReceiptRefused
    from valuation.use_cases.receipting import NothingToReceipt, Overridden

    return (NothingToReceipt, Overridden, ReceiptRefused)


def refusals() -> tuple[type[Exception], ...]:
    """What a person can be told in a line."""
    from valuation.cli.life import refusals as of_quotes
    from valuation.domain.extra_terms import PurchaseRefused
    from valuation.storage.baskets import BasketNotFound
    from valuation.use_cases.basket_codes import SingleUseCoupon, TooManyCodes

    return (NoBasket, BasketNotFound, SingleUseCoupon, TooManyCodes, PurchaseRefused, *of_quotes())


@contextmanager
def _opened(market: Market | None) -> Iterator["Shop"]:
    settings = common.settings()
    with common.no_or_unusable(refused, refusals):
        shop = opening.open_shop(settings, market=market or settings.default_market)
        try:
            yield shop
        finally:
            shop.engine.dispose()


def _found(shop: "Shop", reference: str) -> "tuple[Basket, StoredBasket]":
    from valuation.shop import DEFAULT_MERCHANT
    from valuation.use_cases.baskets import find_basket

    return find_basket(shop, reference, merchant=DEFAULT_MERCHANT, mode=None)


def _made(shop: "Shop", file: Path, market: Market | None) -> "Basket":
    from pydantic import ValidationError

    from valuation.domain.records import Actor, Role
    from valuation.shop import DEFAULT_MERCHANT
    from valuation.use_cases.baskets import NothingQuoted, issue_basket
    from valuation.web.basket_requests import asked
    from valuation.web.body import MalformedBody, parse_json
    from valuation.web.requests import BasketIn

    try:
        request = BasketIn.model_validate(parse_json(file.read_bytes()))
        return issue_basket(
            shop,
            asked(request),
            merchant=DEFAULT_MERCHANT,
            market=request.market or (market.slug if market else None),
            actor=Actor(role=Role.MERCHANT, id=DEFAULT_MERCHANT),
            describe=_described,
        )
    except MalformedBody as error:
        raise NoBasket(f"{file.name}: {error.detail}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise NoBasket(f"{file.name}: {place}: {first['msg']}") from error
    except NothingQuoted as error:
        why = "; ".join(f"{at}. {each['detail']}" for at, each in enumerate(error.problems, 1))
        raise NoBasket(f"{error}: {why}") from error


def _described(error: Exception) -> "Document":
    from valuation.cli.failures import failure_of

    failure = failure_of(error)
    return {"code": failure.code, "title": "", "detail": failure.message, "errors": []}


def _show(found: "Basket", *, as_json: bool) -> Mapping[str, Any]:
    from rich.console import Console

    from valuation.cli.quote_text import extras_table, money
    from valuation.quotes.basket_document import basket_view

    told: Mapping[str, Any] = basket_view(
        found.document, found.quotes, found.standings, found.lines, customer=True
    )
    if as_json:
        common.echo_json(told)
        return told
    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
    console.print(f"{told['code']} {told['id']}")
    for line in told["lines"]:
        if "problem" in line:
            console.print(f"{line['position'] + 1}. {line['problem']['detail']}")
            continue
        amount = f": {money(line['amount'])}" if line["amount"] else ""
        console.print(
            f"{line['position'] + 1}. {line['name']} {line['code']} {line['stage']}{amount}"
        )
    standing = told["standing"]
    for name, label in TOTALS.items():
        if standing[name]["amount"]:
            console.print(f"{label}: {money(standing[name])}")
    console.print(extras_table(standing["extras"]))
    return told
