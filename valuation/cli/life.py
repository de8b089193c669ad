"""``tradein life`` and ``tradein step``: where a quote stands, and its next step."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from valuation.cli import common, opening
from valuation.cli.answers import given_answers
from valuation.cli.counter import NotSignedIn, actor_of, signed_in

if TYPE_CHECKING:
    from valuation.domain.giving import Given
    from valuation.domain.records import Evidence
    from valuation.shop import Shop
    from valuation.use_cases.living import Held
    from valuation.use_cases.step_request import StepRequest

STEPS = ("accept", "decline", "withdraw", "receive", "inspect", "decline_return",
         "decline_recycling", "show", "settle", "return", "recycle", "override",
         "complete", "reverse", "deliver", "appraise")  # fmt: skip
REASONS = ("appraisal", "competitor_price", "goodwill", "mistake_corrected", "stock_on_hand")
REVERSALS = ("resale_failed", "returned_by_buyer", "routed_elsewhere", "counted_by_mistake")
ROUTES = ("resell-as-is", "refurbish", "donate", "parts", "dismantle")
ROUTE = click.option("--route", type=click.Choice(ROUTES), help="Where an appraised device goes, "
                     "or one of a reversal instead.")  # fmt: skip
AMOUNT = re.compile(r"\d{1,15}")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
VIEW = click.option("--view", type=click.Choice(["customer", "merchant"]), default="merchant",
                    show_default=True)  # fmt: skip


@click.command(cls=common.Discreet)
@click.argument("quote")
@VIEW
@click.option("--json", "as_json", is_flag=True)
def life(quote: str, view: str, as_json: bool) -> None:
    """Where QUOTE (an id or a code) stands, until when, what was found and what may follow.

    Exit status: 0 told; 2 there is no such quote, or it cannot be read.
    """
    with opened() as shop:
        from valuation.use_cases.living import held

        found = held(shop, quote, merchant=merchant(), mode=None)
        _show(shop, found, view=view, as_json=as_json)


@click.command(cls=common.Discreet)
@click.argument("step", type=click.Choice(STEPS))
@click.argument("quote")
@click.option("--amount", type=click.IntRange(min=0), metavar="MINOR", help="In minor units: what "
              "the customer saw and accepts, or an override's new amount.")  # fmt: skip
@click.option("--answer", "pairs", multiple=True, metavar="QUESTION=ANSWER", help="What an "
              "inspection found otherwise than declared.")  # fmt: skip
@click.option("--device", metavar="VARIANT", help="The variant that was found.")
@click.option("--imei", metavar="NUMBER", help="The IMEI or serial number that was found.")
@click.option("--photo", "photos", multiple=True, metavar="QUESTION=FILE", help="Evidence of a "
              "finding; its SHA-256 and place are kept.")  # fmt: skip
@click.option("--evidence", "files", multiple=True, type=FILE, help="Evidence of the step.")
@click.option("--condition", help="What is shown: see `tradein life QUOTE`.")
@click.option("--reason", type=click.Choice((*REASONS, *REVERSALS)), help="Of an override, or of a "
              "reversal.")  # fmt: skip
@ROUTE
@click.option("--donate", type=click.Choice(["amount", "device"]), help="With `accept`: what the "
              "customer gives away.")  # fmt: skip
@click.option("--cause", metavar="ID", help="To whom: see `tradein causes`.")
@click.option("--way", type=click.Choice(["counter", "station", "pickup", "post"]), help="With "
              "`accept`: how the device is handed over.")  # fmt: skip
@click.option("--as", "who", default="clerk:terminal", show_default=True, metavar="ROLE:ID",
              help="Who takes the step; of an override or an "
              "appraisal STORE/CLERK, who signs in.")  # fmt: skip
@click.option("--pin-file", type=FILE, help="Their PIN, else TRADEIN_PIN, else it is asked for.")
@click.option("--confirmed-by", metavar="STORE/CLERK", help="The second person of an override.")
@click.option("--second-pin-file", type=FILE, help="Their PIN, else TRADEIN_SECOND_PIN, else "
              "asked for.")  # fmt: skip
@VIEW
@click.option("--json", "as_json", is_flag=True)
def step(step: str, quote: str, pairs: tuple[str, ...], view: str, as_json: bool,
         **details: Any) -> None:  # fmt: skip
    """Take STEP with QUOTE (an id or a code): accept, receive, inspect, settle, complete …

    Exit status: 0 taken; 1 not allowed now; 2 what was given cannot be used.
    """
    answers = given_answers({}, pairs)
    with opened() as shop:
        from valuation.use_cases.living import step as taken

        request = _request(shop, step, answers, details)
        after = taken(shop, quote, request, merchant=merchant(), mode=None)
        _show(shop, after, view=view, as_json=as_json)


@contextmanager
def opened() -> Iterator["Shop"]:
    """The shop for one command; its refusals end with a line."""
    settings = common.settings()
    with common.no_or_unusable(refused, refusals):
        shop = opening.open_shop(settings, market=settings.default_market)
        try:
            yield shop
        finally:
            shop.engine.dispose()


def merchant() -> str:
    """Whose quotes the operator's own terminal handles."""
    from valuation.shop import DEFAULT_MERCHANT

    return DEFAULT_MERCHANT


def refused() -> tuple[type[Exception], ...]:
    """The answer is no."""
    from valuation.domain.people import NotAllowed
    from valuation.domain.refusals import IllegalStep
    from valuation.people.signing_in import ClerkLocked, WrongPin
    from valuation.quotes.replaying import CannotReplay
    from valuation.receipts.receipt import ReceiptRefused
    from valuation.use_cases.receipting import NothingToReceipt, Overridden
    from valuation.use_cases.step_request import CannotReprice

    return (
        IllegalStep, CannotReprice, NothingToReceipt, Overridden, ReceiptRefused, CannotReplay,
        NotSignedIn, NotAllowed, WrongPin, ClerkLocked,
    )  # fmt: skip


def refusals() -> tuple[type[Exception], ...]:
    """What was given cannot be used, or what it needs is not there."""
    from valuation.domain.lifecycle import ImpossibleHistory
    from valuation.domain.records import BadRecord
    from valuation.price_model.bundle import DamagedBundle, ForeignBundle
    from valuation.receipts.key_folder import KeyRingBusy
    from valuation.receipts.keys import KeyRingDamaged
    from valuation.storage.quotes import PlaceTaken, QuoteDamaged, QuoteNotFound
    from valuation.use_cases.step_request import StepIncomplete

    return (
        QuoteNotFound, QuoteDamaged, PlaceTaken, BadRecord, StepIncomplete, ImpossibleHistory,
        DamagedBundle, ForeignBundle, KeyRingBusy, KeyRingDamaged, *opening.refusals(),
    )  # fmt: skip


def _request(
    shop: "Shop", step: str, answers: Mapping[str, object], details: dict[str, Any]
) -> "StepRequest":
    from valuation.domain.dispatch import Way
    from valuation.domain.disposition import Route
    from valuation.domain.moves import Step
    from valuation.domain.overrides import OverrideReason
    from valuation.domain.reversals import ReversalReason
    from valuation.use_cases.step_request import StepRequest

    second, reason, route = (details[name] for name in ("confirmed_by", "reason", "route"))
    if step in ("override", "appraise"):
        actor = signed_in(shop, details["who"], details["pin_file"])
    else:
        actor = actor_of(details["who"])
    reasons = ReversalReason if reason in REVERSALS else OverrideReason
    return StepRequest(
        step=Step(step),
        actor=actor,
        amount=details["amount"],
        answers=answers,
        device=details["device"],
        identifier=details["imei"],
        photos=_photos(details["photos"]),
        evidence=tuple(_evidence(file) for file in details["files"]),
        condition=details["condition"],
        reason=reasons(reason) if reason else None,
        route=Route(route) if route else None,
        donate=_gift(details["donate"], details["cause"]),
        way=Way(details["way"]) if details["way"] else None,
        confirmed_by=signed_in(shop, second, details["second_pin_file"], second=True)
        if second
        else None,
    )


def _gift(what: str | None, cause: str | None) -> "tuple[Given, str] | None":
    from valuation.domain.giving import Given

    if (what is None) != (cause is None):
        raise click.UsageError("--donate and --cause belong together")
    return (Given(what), cause) if what and cause else None


def _photos(pairs: Sequence[str]) -> dict[str, tuple["Evidence", ...]]:
    found: dict[str, tuple[Evidence, ...]] = {}
    for pair in pairs:
        question, _, name = pair.partition("=")
        path = Path(name)
        if not (question and name and path.is_file()):
            raise click.UsageError("--photo takes question=FILE, with a file that is there")
        found[question] = (*found.get(question, ()), _evidence(path))
    return found


def _evidence(path: Path) -> "Evidence":
    from valuation.domain.records import Evidence
    from valuation.domain.redaction import personal_data

    if found := personal_data(str(path)):
        raise click.UsageError(f"the path of the evidence is kept, and it holds {found}: move it")
    return Evidence(digest=hashlib.sha256(path.read_bytes()).hexdigest(), place=str(path))


def _show(shop: "Shop", found: "Held", *, view: str, as_json: bool) -> None:
    from valuation.use_cases.life_view import life_view

    told = life_view(found, now=shop.clock(), customer=view == "customer")
    if as_json:
        common.echo_json(told)
        return
    from valuation.cli.life_text import print_life

    print_life(told, zone=shop.settings.time_zone)
