"""``tradein promote``, ``rollback`` and ``history``: which bundle serves."""

import getpass
import sys
from collections.abc import Sequence
from typing import Any

import click
import orjson

from training.cli import common


@click.command()
@click.argument("digest")
@click.option("--actor", help="Who decides; the user's name unless given.")
@click.option(
    "--accept-sellers", default="", metavar="REASON",
    help="Why the sales of sellers that deviate are right; kept in the history.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True)
def promote(digest: str, actor: str | None, accept_sellers: str, as_json: bool) -> None:
    """Make the bundle that begins with DIGEST the champion of its market, if it stands the test.

    Exit status: 0 promoted; 1 refused, with every reason; 2 it could not be tried.
    """
    promote_each([digest], actor=actor, sellers_accepted=accept_sellers, as_json=as_json)


def promote_each(
    digests: Sequence[str],
    *,
    actor: str | None = None,
    sellers_accepted: str = "",
    as_json: bool = False,
) -> None:
    """Each bundle by itself: one that is refused keeps no other back, and the exit status is 1."""
    from training.promoting import NoChallenger, challenger_named
    from training.promotions import BundleMissing, PromotionsLocked
    from valuation.price_model.trial import BundleFailedTrial

    refused = False
    for digest in digests:
        with common.one_line(NoChallenger, BundleFailedTrial, BundleMissing, PromotionsLocked):
            named = challenger_named(common.store(), digest)
            who = actor or getpass.getuser()
            refused |= not _considered(named, who, sellers_accepted, as_json=as_json)
    if refused:
        sys.exit(common.REFUSED)


def _considered(digest: str, actor: str, sellers_accepted: str, *, as_json: bool) -> bool:
    """Whether the bundle was promoted; the verdict is printed."""
    from training.params import load_params
    from training.promoting import consider
    from training.promotion import Keep
    from training.promotions import ChampionMoved

    try:
        verdict = consider(
            store=common.store(), digest=digest, params=load_params(), actor=actor,
            now=common.now(), sellers_accepted=sellers_accepted,
        )  # fmt: skip
    except ChampionMoved as error:
        common.complain(error)
        return False
    refusals = verdict.decision.refusals if isinstance(verdict.decision, Keep) else ()
    market = verdict.market.slug
    if as_json:
        told: dict[str, object] = {
            "bundle": digest, "market": market, "promoted": not refusals,
            "refusals": [{"reason": r.reason.value, "sentence": r.sentence} for r in refusals],
        }  # fmt: skip
        click.echo(orjson.dumps(told).decode())
    else:
        became = "is not promoted in" if refusals else "is the champion of"
        lines = [f"  {refusal.reason.value}: {refusal.sentence}" for refusal in refusals]
        click.echo("\n".join([f"{digest[:12]} {became} {market}", *lines]))
    if not refusals:
        _mirror(verdict.market, digest)
    return not refusals


@click.command()
@click.argument("market", type=common.MarketType())
@click.option("--to", "prefix", help="The bundle to return to; the champion before unless given.")
@click.option("--reason", required=True, help="Why, for the history.")
@click.option("--actor")
def rollback(market: Any, prefix: str | None, reason: str, actor: str | None) -> None:
    """Return MARKET to an earlier champion."""
    from training import promotions
    from training.promoting import NoChallenger, challenger_named
    from valuation.price_model.trial import BundleFailedTrial

    store = common.store()
    with common.one_line(
        NoChallenger, BundleFailedTrial, promotions.BundleMissing, promotions.BundleOfOtherMarket,
        promotions.NothingToRollBackTo, promotions.ChampionMoved, promotions.PromotionsLocked,
    ):  # fmt: skip
        to = None if prefix is None else challenger_named(store, prefix)
        champion = promotions.rollback(
            store=store, market=market, to=to, reason=reason,
            actor=actor or getpass.getuser(), now=common.now(),
        )  # fmt: skip
    click.echo(f"{champion.digest[:12]} is the champion of {market.slug} again")
    _mirror(market, champion.digest)


@click.command()
@click.option("--market", type=common.MarketType())
@click.option("--json", "as_json", is_flag=True)
def history(market: Any, as_json: bool) -> None:
    """What happened to the champions, oldest first."""
    from training import promotions

    found = promotions.history(store=common.store(), market=market)
    for damaged in found.damaged:
        said = f"line {damaged.line} is damaged: {damaged.text[:80]!r}"
        common.complain(common.Failure("damaged_line", said))
    for entry in found.entries:
        if as_json:
            told = {
                "id": entry.id, "at": entry.at.isoformat(), "action": entry.action.value,
                "market": entry.market.slug, "bundle": entry.digest, "replaced": entry.replaced,
                "actor": entry.actor, "reason": entry.reason, "evidence": dict(entry.evidence),
            }  # fmt: skip
            click.echo(orjson.dumps(told).decode())
        else:
            click.echo(
                f"{entry.id:>4}  {entry.at:%Y-%m-%d %H:%M}Z  {entry.action.value:<9}  "
                f"{entry.market.slug}  {entry.digest[:12]}  by {entry.actor}  {entry.reason}"
            )


def _mirror(market: Any, digest: str) -> None:
    """Tell MLflow; the pointer has moved already, so a failure is only said."""
    from training.registry import RegistryFailed, mirror_champion

    try:
        mirror_champion(folder=common.store().root / "mlflow", market=market, digest=digest)
    except RegistryFailed as error:
        common.complain(error)
