"""``tradein campaigns``: what runs today, and single-use codes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from valuation.cli import common, opening
from valuation.cli.people import show

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from valuation.domain.extra_terms import Campaign

MOST = 10_000


class NoSuchCampaign(LookupError):
    """No campaign of this id runs today with codes."""


@click.group(cls=common.DiscreetGroup)
def campaigns() -> None:
    """Bonuses and coupons of the table `campaigns`, and their single-use codes."""


@campaigns.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """The campaigns that run today, what each needs, and how its codes stand.

    Exit status: 0 listed; 2 no database, or a table that cannot be used.
    """
    with common.one_line(opening.refusals), _database() as engine:
        from valuation.storage.codes import CodeStore
        from valuation.storage.engine import reading

        with reading(engine) as connection:
            counts = CodeStore(connection).counts()
        rows: list[dict[str, object]] = []
        for each in _today():
            made, held, used = counts.get(each.id, (0, 0, 0))
            rows.append({
                "id": each.id, "kind": each.kind.value, "needs": each.needs.value,
                "until": each.until.isoformat(), "label": each.en,
                "merchant": each.merchant or None,
                "codes": f"{made} made, {held} held, {used} used" if made else "",
            })  # fmt: skip
    show(rows, "campaigns", as_json=as_json)


@campaigns.command()
@click.argument("campaign")
@click.option("--count", type=click.IntRange(1, MOST), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def codes(campaign: str, count: int, as_json: bool) -> None:
    """Make single-use codes of CAMPAIGN and print them this once.

    Exit status: 0 made; 2 no such campaign with codes today, or no database.
    """
    with common.one_line(lambda: (NoSuchCampaign, *opening.refusals())), _database() as engine:
        from valuation.domain.tokens import CODE_BYTES, campaign_code, code_digest
        from valuation.storage.codes import CodeStore, StoredCode
        from valuation.storage.engine import writing

        found = _with_codes(campaign)
        made = [campaign_code(entropy=os.urandom(CODE_BYTES)) for _ in range(count)]
        now = common.now()
        with writing(engine) as connection:
            CodeStore(connection).add([StoredCode(code_digest(c), found.id, now) for c in made])
    if as_json:
        common.echo_json({"campaign": campaign, "codes": made})
        return
    click.echo("\n".join(made))
    click.echo("They are shown this once: only digests of them are kept.", err=True)


@contextmanager
def _database() -> Iterator["Engine"]:
    """The database, upgraded."""
    from valuation.storage.engine import make_engine
    from valuation.storage.upgrade import upgrade

    engine = make_engine(common.settings().database_url)
    try:
        upgrade(engine)
        yield engine
    finally:
        engine.dispose()


def _today() -> list["Campaign"]:
    from valuation.tables.extra_readings import extra_terms

    settings = common.settings()
    day = common.now().astimezone(settings.time_zone).date()
    terms = extra_terms(opening.book(settings).beside(day))
    return [each for each in terms.campaigns if each.holds(day)]


def _with_codes(campaign: str) -> "Campaign":
    from valuation.domain.extra_terms import Needs

    known = {each.id: each for each in _today() if each.needs is Needs.CODE}
    if campaign not in known:
        names = ", ".join(known) or "none"
        raise NoSuchCampaign(f"no campaign of this name has codes today; there are: {names}")
    return known[campaign]
