"""``tradein overrides``: other amounts that people named, counted by person and direction."""

from datetime import date

import click

from valuation.cli import common
from valuation.cli.people import database, merchant_id


class Day(click.ParamType[date]):
    """A day such as 2026-11-27, in the shop's time zone."""

    name = "day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        from valuation.people.override_report import EARLIEST, LATEST

        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            self.fail("give a day such as 2026-11-27", param, ctx)
        if not EARLIEST <= day <= LATEST:
            self.fail(f"give a day from {EARLIEST} to {LATEST}", param, ctx)
        return day


@click.command(cls=common.Discreet)
@click.option("--from", "first", type=Day(), metavar="DAY", help="The first day.")
@click.option("--until", "last", type=Day(), metavar="DAY", help="The last day, counted too.")
@click.option("--merchant", help="Whose people: an id or a name.")
@click.option("--json", "as_json", is_flag=True)
def overrides(first: date | None, last: date | None, merchant: str | None, as_json: bool) -> None:
    """Who overrode amounts which way, how often, how much and why; days in the shop's time zone.

    Amounts are in minor units. Exit status: 0 told; 2 the days or the database cannot be used.
    """
    if first and last and last < first:
        raise click.UsageError("--until is before --from")
    settings, whose = common.settings(), merchant_id(merchant)
    from valuation.domain.lifecycle import ImpossibleHistory

    with common.one_line(lambda: (ImpossibleHistory,)), database() as engine:
        from valuation.domain.people import Mode
        from valuation.people.override_report import overrides_of, report

        lines = overrides_of(
            engine, merchant=whose, mode=Mode.LIVE, first=first, last=last, zone=settings.time_zone
        )
    if as_json:
        common.echo_json(report(lines, first, last))
        return
    for line in lines:
        why = ", ".join(f"{reason} {count}" for reason, count in line.reasons.items())
        click.echo(
            f"{line.by.id}  {line.by.role}  {line.direction}  {line.count}  "
            f"{line.currency} {line.amount:+}  second person {line.second_person}  {why}"
        )
