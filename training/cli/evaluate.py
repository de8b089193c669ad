"""``tradein evaluate``: a bundle held against sales that it has not seen."""

import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import orjson

from training.cli import common


@click.command()
@click.option("--sales", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--mapping", required=True)
@click.option("--bundle", type=click.Path(exists=True, path_type=Path), help="Not the champion.")
@click.option("--market", type=common.MarketType(), help="Which market of the file.")
@click.option("--json", "as_json", is_flag=True)
def evaluate(sales: Path, mapping: str, bundle: Path | None, market: Any, as_json: bool) -> None:
    """Hold the champion, or --bundle, against sales: the metrics that training prints."""
    from training.evaluating import Held, NoBundleToEvaluate, held_against
    from training.evaluation_text import to_text
    from training.params import load_params
    from valuation.intake.mapping_file import load_mapping
    from valuation.intake.rows import IntakeError
    from valuation.intake.toml_section import MappingError
    from valuation.price_model.trial import BundleFailedTrial

    with (
        common.one_line(MappingError, IntakeError, NoBundleToEvaluate, BundleFailedTrial),
        tempfile.TemporaryDirectory() as folder,
    ):
        held: list[Held] = held_against(
            sales=sales, mapping=load_mapping(mapping), bundle=bundle, market=market,
            store=common.store(), params=load_params(), work=Path(folder),
            today=common.now().astimezone(common.settings().time_zone).date(),
        )  # fmt: skip
    if as_json:
        click.echo(orjson.dumps([it.to_json() for it in held]).decode())
    else:
        for it in held:
            click.echo(f"{it.market.slug}, bundle {it.bundle[:12]}")
            click.echo(f"  set {it.evaluation.sales_digest[:16]}: {it.filter}")
            click.echo(f"  referred: {it.referred:.1%} of {it.evaluation.rows:,} sales")
            click.echo(to_text(it.evaluation))
    if not held:
        said = "no sale of the file belongs to a market that is served"
        common.complain(common.Failure("no_sale_served", said))
        sys.exit(common.REFUSED)
