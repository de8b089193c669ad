"""``tradein basket``: several devices of a JSON file as one basket, stored like the service's."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from valuation.cli import common, opening
from valuation.domain.market import Market

if TYPE_CHECKING:
    from valuation.quotes.documents import Document
    from valuation.shop import Shop
    from valuation.use_cases.baskets import Basket

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(cls=common.Discreet)
@click.argument("file", type=FILE)
@click.option("--market", type=common.MarketType(), help="TRADEIN_MARKET, or the only one served.")
@click.option("--receipt", type=click.Path(dir_okay=False, path_type=Path),
              help="Also write the basket's signed receipt there.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The basket as one JSON object.")
def basket(file: Path, market: Market | None, receipt: Path | None, as_json: bool) -> None:
    """Quote the devices of FILE together: JSON as POST /v1/baskets takes it.

    Exit status: 0 made; 1 made, and a line of it failed; 2 what was given cannot be used.
    """
    settings = common.settings()
    with common.one_line(refusals):
        shop = opening.open_shop(settings, market=market or settings.default_market)
        try:
            made = _made(shop, file, market or settings.default_market)
            if receipt is not None:
                receipt.write_bytes(_receipt(shop, made))
        finally:
            shop.engine.dispose()
    _show(made, as_json=as_json)
    if any("problem" in line for line in _lines(made)):
        sys.exit(common.REFUSED)


class NoBasket(ValueError):
    """The file holds no basket."""


def refusals() -> tuple[type[Exception], ...]:
    """What a person can be told in a line."""
    from valuation.domain.extra_terms import PurchaseRefused
    from valuation.use_cases.baskets import LineCode

    return (NoBasket, LineCode, PurchaseRefused, *opening.refusals())


def _made(shop: "Shop", file: Path, market: Market | None) -> "Basket":
    from pydantic import ValidationError

    from valuation.domain.records import Actor, Role
    from valuation.shop import DEFAULT_MERCHANT
    from valuation.use_cases.baskets import issue_basket
    from valuation.web.basket_requests import asked
    from valuation.web.body import MalformedBody, parse_json
    from valuation.web.requests import BasketIn

    try:
        request = BasketIn.model_validate(parse_json(file.read_bytes()))
    except MalformedBody as error:
        raise NoBasket(f"{file.name}: {error.detail}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise NoBasket(f"{file.name}: {place}: {first['msg']}") from error
    return issue_basket(
        shop,
        asked(request),
        merchant=DEFAULT_MERCHANT,
        market=request.market or (market.slug if market else None),
        actor=Actor(role=Role.MERCHANT, id=DEFAULT_MERCHANT),
        describe=_described,
    )


def _described(error: Exception) -> "Document":
    from valuation.cli.failures import failure_of

    failure = failure_of(error)
    return {"code": failure.code, "title": "", "detail": failure.message, "errors": []}


def _receipt(shop: "Shop", made: "Basket") -> bytes:
    from valuation.domain.people import Mode
    from valuation.shop import DEFAULT_MERCHANT
    from valuation.use_cases.baskets import stored_basket
    from valuation.use_cases.receipting import basket_receipt

    reference = str(made.document["id"])
    _, stored = stored_basket(shop, reference, merchant=DEFAULT_MERCHANT, mode=Mode.LIVE)
    return basket_receipt(shop, stored).to_json()


def _lines(made: "Basket") -> list[Mapping[str, Any]]:
    lines: list[Mapping[str, Any]] = made.document["lines"]  # type: ignore[assignment]  # JSON
    return lines


def _show(made: "Basket", *, as_json: bool) -> None:
    from rich.console import Console

    from valuation.cli.quote_text import extras_table, money
    from valuation.quotes.basket_document import basket_view

    told: Mapping[str, Any] = basket_view(made.document, made.quotes, customer=True)
    if as_json:
        common.echo_json(told)
        return
    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
    console.print(f"{told['code']} {told['id']}")
    for line in told["lines"]:
        if "problem" in line:
            console.print(f"{line['position'] + 1}. {line['problem']['detail']}")
            continue
        offer = money(line["offer"]) if line["offer"] else line["outcome"]
        console.print(f"{line['position'] + 1}. {line['name']} {line['code']}: {offer}")
    console.print(f"Offers together 报价合计: {money(told['offer'])}")
    console.print(extras_table(told["extras"]))
