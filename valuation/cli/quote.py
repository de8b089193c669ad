"""``tradein quote``: one device, its answers, a quote; in process and stored like the service's."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from valuation.cli import common, opening
from valuation.cli.answers import Answers, answer_options, given_answers, working
from valuation.domain.device import Category
from valuation.domain.market import Market
from valuation.domain.redaction import IMEI, personal_data
from valuation.settings import Settings

LONGEST = 120


class Words(click.ParamType[str]):
    """Words that a quote keeps: short, valid text, and never an IMEI."""

    name = "text"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        text = str(value)
        if not 1 <= len(text) <= LONGEST:
            self.fail(f"1 to {LONGEST} characters are expected, not {len(text)}", param, ctx)
        if not text.isprintable():
            self.fail("this is no readable text", param, ctx)
        if found := personal_data(text):
            # A quote keeps these words: an IMEI or a phone number would be kept in the clear.
            goes = "give it with --imei" if found == IMEI else "see `tradein customers`"
            self.fail(f"this looks like {found}; {goes}", param, ctx)
        return text


GIGABYTES = click.FloatRange(min=0, min_open=True, max=65_536)


@click.command(cls=common.Discreet)
@click.argument("device", type=Words(), required=False)
@click.option("--imei", metavar="NUMBER", help="IMEI, MEID or serial number; kept as a digest.")
@click.option("--brand", type=Words(), help="Where the name alone does not tell.")
@click.option("--category", type=click.Choice(["laptop", "watch", "appliance"]), help="Of a device "
              "that the catalogue does not hold; it is named by --brand and DEVICE.")  # fmt: skip
@click.option("--kind", metavar="KIND", help="Of an appliance, such as washing-machine.")
@click.option("--storage", "storage_gb", type=GIGABYTES, metavar="GB")
@click.option("--ram", "ram_gb", type=GIGABYTES, metavar="GB")
@click.option("--works", is_flag=True, help="Set the required answers to good, the gates included.")
@answer_options
@click.option("--answer", "pairs", multiple=True, metavar="QUESTION=ANSWER", help="By its id.")
@click.option("--context", "contexts", multiple=True, type=Words(), metavar="NAME=VALUE",
              help="What the shop knows besides, such as channel=store.")  # fmt: skip
@click.option("--lock", "lock_days", type=click.Choice(["0", "7", "14"]), default="0",
              show_default=True, help="Days for which the offer is held, at a price.")  # fmt: skip
@click.option("--purchase", "price", type=click.IntRange(min=0), metavar="MINOR",
              help="The price of the new device that is bought, in minor units.")  # fmt: skip
@click.option("--buys", type=click.Choice(["phone", "tablet", "watch", "other"]), default="phone",
              show_default=True, help="What --purchase is the price of.")  # fmt: skip
@click.option("--code", "codes", multiple=True, metavar="CODE",
              help="A campaign's word or a single-use code; see `tradein campaigns`.")  # fmt: skip
@click.option("--market", type=common.MarketType(), help="TRADEIN_MARKET, or the only one served.")
@click.option("--view", type=click.Choice(["customer", "merchant"]), default="customer",
              show_default=True, help="The merchant's has values and every route.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The quote as one JSON object.")
def quote(
    device: str | None, imei: str | None, brand: str | None, category: str | None,
    kind: str | None, storage_gb: float | None, ram_gb: float | None, works: bool,
    pairs: tuple[str, ...], contexts: tuple[str, ...], lock_days: str, price: int | None,
    buys: str, codes: tuple[str, ...], market: Market | None, view: str, as_json: bool,
    **options: Any,
) -> None:  # fmt: skip
    """Make and store a quote for DEVICE: a name with its storage ("iPhone 13 128"), or an id.

    Exit status: 0 an offer, an indicative span or a value; 1 a referral, or the device is not
    accepted; 2 what was given cannot be used.
    """
    given = given_answers(options, pairs)
    named = Category(category) if category else None
    assumed = working(given, named) if works else {}
    if kind and named is not Category.APPLIANCE:
        raise click.UsageError("--kind is of an appliance: give --category appliance")
    known = {
        "device": device, "identifier": imei, "brand": brand, "storage_gb": storage_gb,
        "ram_gb": ram_gb, "context": _context(contexts), "answers": {**given, **assumed},
        "lock_days": int(lock_days), "codes": codes, "category": named, "kind": kind,
    }  # fmt: skip
    settings = common.settings()
    with common.one_line(opening.refusals):
        shown = _quoted(settings, known, market or settings.default_market, (price, buys), view)
    _show(shown, assumed, as_json=as_json, settings=settings)
    if _is_no(shown):
        sys.exit(common.REFUSED)


def _quoted(
    settings: Settings, known: Mapping[str, Any], market: Market | None,
    buys: tuple[int | None, str], view: str,
) -> dict[str, object]:  # fmt: skip
    """The stored quote for the eyes of ``view``, with what holds besides."""
    shop = opening.open_shop(settings, market=market)
    from valuation.quotes.quoting import QuoteRequest
    from valuation.use_cases.place_view import room_now
    from valuation.use_cases.quote_views import quote_view

    try:
        purchase = opening.purchase(shop, *buys, market=market)
        request = QuoteRequest(**known, purchase=purchase)
        document, standing, way = opening.issue(shop, request, market=market)
        sees_all = view == "merchant"
        room = room_now(shop, merchant=str(document["merchant"])) if sees_all else None
        shown = quote_view(shop, document, room=room, way=way)
        return {**shown, "standing": standing} if standing else shown
    finally:
        shop.engine.dispose()


def _context(pairs: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not (mark and name and value) or name in found:
            raise click.UsageError("--context takes name=value, each name once")
        found[name] = value
    return found


def _show(
    shown: Mapping[str, object], assumed: Answers, *, as_json: bool, settings: Settings
) -> None:
    if as_json:
        common.echo_json({**shown, "set_by_works": list(assumed)})
        return
    from valuation.cli.quote_text import print_quote

    print_quote(shown, set_by_works=assumed, zone=settings.time_zone)


def _is_no(document: Mapping[str, Any]) -> bool:
    return document["outcome"] in ("referral", "refused")
