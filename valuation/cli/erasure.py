"""``tradein erasure``: that devices were erased, recorded one by one or from a tool's reports."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from valuation.cli import common
from valuation.cli.counter import actor_of
from valuation.cli.failures import failure_of
from valuation.cli.life import opened
from valuation.cli.people import merchant_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from valuation.shop import Shop

METHODS = ("clear", "purge", "destroy")
TECHNIQUES = ("overwrite", "block_erase", "crypto_erase", "factory_reset", "shred", "disintegrate",
              "pulverize", "incinerate", "melt")  # fmt: skip
WAYS = ("full", "sampling", "inspection")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MERCHANT = click.option("--merchant", help="Whose quotes: an id or a name; the terminal's own "
                        "else.")  # fmt: skip
RECORDER = click.option("--as", "who", default="clerk:terminal", show_default=True,
                        metavar="ROLE:ID", help="Who records it.")  # fmt: skip


@click.group(cls=common.DiscreetGroup)
def erasure() -> None:
    """Records of erasures, with the fields of NIST SP 800-88, signed.

    Nothing is resold or donated before one of them counts; a factory reset alone does not.
    """


@erasure.command()
@click.argument("quote")
@click.option("--method", type=click.Choice(METHODS), required=True)
@click.option("--technique", type=click.Choice(TECHNIQUES), required=True)
@click.option("--tool", required=True)
@click.option("--tool-version", required=True)
@click.option("--verification", type=click.Choice(WAYS), default="full", show_default=True)
@click.option("--passed/--failed", default=True, show_default=True, help="What it found.")
@click.option("--by", "erased_by", metavar="ROLE:ID", required=True)
@click.option("--verified-by", metavar="ROLE:ID", required=True, help="A second person.")
@click.option("--place", required=True)
@click.option("--started", "started_at", metavar="TIME", help="ISO 8601; left out: now.")
@click.option("--finished", "finished_at", metavar="TIME")
@click.option("--verified", "verified_at", metavar="TIME")
@click.option("--imei", "identifier", metavar="NUMBER", help="Compared with the quote's.")
@click.option("--note", default="")
@MERCHANT
@RECORDER
@click.option("--json", "as_json", is_flag=True)
def record(quote: str, merchant: str | None, who: str, as_json: bool, **facts: Any) -> None:
    """Record that the device of QUOTE (an id or a code) was erased.

    Exit status: 0 it counts; 1 it does not, or not now; 2 what was given cannot be used.
    """
    whose = merchant_id(merchant)
    with opened() as shop:
        now = shop.clock()
        facts |= {name: _moment(shop, facts[name], now) for name in facts if name.endswith("_at")}
        told = _recorded(shop, quote, facts, who, whose)
    if as_json:
        common.echo_json(told)
    else:
        click.echo(_line(told["record"]))
    if not told["record"]["verified"]:
        sys.exit(common.REFUSED)


@erasure.command("import")
@click.argument("file", type=FILE)
@click.option("--mapping", type=FILE, required=True, help="A TOML file: the tool's columns.")
@MERCHANT
@RECORDER
def import_(file: Path, mapping: Path, merchant: str | None, who: str) -> None:
    """Record a diagnostics tool's reports: a CSV, JSON or NDJSON FILE. What is there already stays.

    Each report says itself which technique, whether it passed and who verified. A merchant's own
    system sends one record a quote: POST /v1/quotes/…/erasure; many at once are imported here.
    Exit status: 0 all of them count; 1 one does not; 2 file or mapping cannot be used.
    """
    from valuation.intake.erasure_file import read_mapping, read_reports
    from valuation.intake.rows import IntakeError
    from valuation.intake.toml_section import MappingError

    with common.one_line(lambda: (MappingError, IntakeError)):
        plan = read_mapping(mapping)
        reports = [(line, plan.facts(row, line)) for line, row in read_reports(file)]
    whose = merchant_id(merchant)
    with opened() as shop:
        counted = sum(_imported(shop, line, facts, who, whose) for line, facts in reports)
    click.echo(f"{counted} of {len(reports)} count")
    if counted < len(reports):
        sys.exit(common.REFUSED)


@erasure.command()
@click.argument("quote")
@MERCHANT
@click.option("--json", "as_json", is_flag=True)
def show(quote: str, merchant: str | None, as_json: bool) -> None:
    """The records of QUOTE (an id or a code), and whether their signatures are the shop's.

    Exit status: 0 one of them counts and all are authentic; 1 otherwise; 2 no such quote.
    """
    whose = merchant_id(merchant)
    with opened() as shop:
        from valuation.use_cases.erasing import records

        told: dict[str, Any] = records(shop, quote, merchant=whose, mode=None)
    if as_json:
        common.echo_json(told)
    else:
        said = "erased" if told["erased"] else "no record counts"
        click.echo(f"{told['code']} {told['quote']}: {said}; route {told['route']}")
        for each in told["records"]:
            sign = "AUTHENTIC" if each["authentic"] else f"NOT AUTHENTIC: {each['reason']}"
            click.echo(f"{_line(each['record'])}\n  {sign}, key {each['signature']['key_id']}")
    if not (told["erased"] and all(each["authentic"] for each in told["records"])):
        sys.exit(common.REFUSED)


def _imported(shop: "Shop", line: int, facts: "Mapping[str, Any]", who: str, merchant: str) -> bool:
    from valuation.catalogue.identity import NotAnIdentifier
    from valuation.domain.records import BadRecord
    from valuation.domain.refusals import IllegalStep
    from valuation.storage.quotes import QuoteNotFound
    from valuation.use_cases.erasing import quote_of_unit

    rest = dict(facts)
    try:
        quote = rest.pop("quote", None) or quote_of_unit(
            shop, rest.get("identifier", ""), merchant=merchant
        )
        told = _recorded(shop, quote, rest, who, merchant)
    except (IllegalStep, BadRecord, QuoteNotFound, NotAnIdentifier) as error:
        click.echo(f"line {line}: {failure_of(error).message}", err=True)
        return False
    click.echo(f"line {line}: {_line(told['record'])}")
    return bool(told["record"]["verified"])


def _recorded(
    shop: "Shop", quote: str, facts: "Mapping[str, Any]", who: str, merchant: str
) -> dict[str, Any]:
    from valuation.domain.erasure import Method, Technique, Verification
    from valuation.domain.records import BadRecord
    from valuation.use_cases.erasing import ErasureRequest, record

    words = dict(facts)
    for name, kind in (
        ("method", Method), ("technique", Technique), ("verification", Verification),
    ):  # fmt: skip
        if words[name] not in list(kind):
            raise BadRecord(f"{name} is one of {', '.join(kind)}")
        words[name] = kind(words[name])
    request = ErasureRequest(**words)
    return record(shop, quote, request, actor=actor_of(who), merchant=merchant, mode=None)


def _moment(shop: "Shop", text: str | None, now: datetime) -> datetime:
    if text is None:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError("a time is 2026-11-27T16:05, with a zone or the shop's") from None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=shop.settings.time_zone)
    return zoned.astimezone(UTC)


def _line(record: "Mapping[str, Any]") -> str:
    tool = f"{record['tool']} {record['tool_version']}"
    done = f"{record['method']} ({record['technique']}) with {tool}"
    persons = f"by {record['erased_by']}, verified by {record['verified_by']}"
    faults = "; ".join(fault["en"] for fault in record["faults"])
    worth = "VERIFIED" if record["verified"] else f"DOES NOT COUNT: {faults}"
    return f"{record['quote']}: {done} {persons}: {worth}"
