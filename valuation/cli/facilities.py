"""``tradein facilities``: who takes devices, and how many more week by week."""

import click

from valuation.cli import common
from valuation.cli.life import opened


@click.command(cls=common.Discreet)
@click.option("--json", "as_json", is_flag=True)
def facilities(as_json: bool) -> None:
    """Places of every facility: of all in the week, how many are taken and how many free.

    Exit status: 0 listed; 2 the tables or the database cannot be used.
    """
    with opened() as shop:
        from valuation.use_cases.place_view import facility_list

        found = facility_list(shop)
    if as_json:
        common.echo_json({"facilities": found})
        return
    for each in found:
        click.echo(f"{each['id']}  {each['en']}  {' '.join(each['routes'])}")
        hauls = ", ".join(f"{region} {km:,} km" for region, km in each["regions"].items())
        click.echo(f"  from {hauls}")
        for week in each["weeks"]:
            click.echo(f"  {week['week']}: {week['taken']:,} of {week['places']:,} taken, "
                       f"{week['free']:,} free")  # fmt: skip
