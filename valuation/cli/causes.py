"""``tradein causes``: who can be given to."""

import click

from valuation.cli import common
from valuation.cli.life import opened


@click.command(cls=common.Discreet)
@click.option("--json", "as_json", is_flag=True)
def causes(*, as_json: bool) -> None:
    """The causes of today, for `tradein step accept … --donate amount --cause ID`.

    Exit status: 0 told; 2 their table cannot be used.
    """
    with opened() as shop:
        from valuation.tables.causes import CAUSES
        from valuation.tables.causes import causes as read

        found = read(shop.book.table(CAUSES, shop.today(shop.clock()))).values()
        told = [
            {"id": each.id, "takes": sorted(each.takes), "en": each.en, "zh": each.zh}
            for each in found
        ]
    if as_json:
        common.echo_json({"causes": told})
        return
    for each in told:
        click.echo(f"{each['id']:<16} {' or '.join(each['takes']):<18} {each['en']} {each['zh']}")
