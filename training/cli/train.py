"""``tradein train``: sales in, a measured and registered bundle out."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from training.cli import common

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from training.params import Params
    from training.pipeline import Trained
    from training.sales import Imported, ImportReport
    from valuation.intake.mapping import Mapping
    from valuation.intake.reading import Progress


@click.command()
@click.option(
    "--sales", "files", required=True, multiple=True, type=click.Path(exists=True, path_type=Path),
    help="A file of sales: CSV, XLSX, Parquet or NDJSON. Can be given several times.",
)  # fmt: skip
@click.option("--mapping", required=True, help="A mapping file, or the name of a shipped one.")
@click.option("--params", "params_path", type=click.Path(exists=True, path_type=Path))
@click.option("--market", type=common.MarketType(), help="Only this market of the file.")
@click.option("--promote", is_flag=True, help="Then do what `tradein promote` does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def train(
    files: tuple[Path, ...],
    mapping: str,
    params_path: Path | None,
    market: Any,
    promote: bool,
    as_json: bool,
) -> None:
    """Fit, calibrate and measure a price model for every market in the sales.

    Exit status: 0 all markets trained; 1 a market could not be; 2 bad input.
    """
    from training.params import SHIPPED, BadParameter, load_params
    from training.splits import TooFewSales
    from valuation.intake.mapping_file import load_mapping
    from valuation.intake.rows import IntakeError
    from valuation.intake.toml_section import MappingError

    say = _silent if as_json else click.echo
    with common.one_line(MappingError, IntakeError, BadParameter):
        mapped = load_mapping(mapping)
        params = load_params(params_path or SHIPPED)
        imports, reports = _import(files, mapped, params, say)
    results: list[dict[str, object]] = []
    failed = False
    for imported in _by_market(imports):
        if market is not None and imported[0].market != market:
            continue
        try:
            results.append(_train(imported, mapped, params, say))
        except TooFewSales as error:
            failed = True
            common.complain(error)
    if as_json:
        report = {"imports": [r.to_json() for r in reports], "bundles": results}
        click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())
    if failed or not results:
        sys.exit(common.REFUSED)
    if promote:
        from training.cli.promote import promote_each

        promote_each([str(result["digest"]) for result in results], as_json=as_json)


def _silent(text: str) -> None:
    """What is said while it works has no place in JSON."""


def _import(
    files: tuple[Path, ...], mapping: Mapping, params: Params, say: Callable[[str], None]
) -> tuple[list[Imported], list[ImportReport]]:
    from training.sales import Importer
    from valuation.catalogue import Lookup, load_catalogue
    from valuation.tables import readings
    from valuation.tables.book import load_book

    today = _today()
    gates = readings.gates(load_book().table("gates", today))
    lookup, folder = Lookup(load_catalogue()), common.store().root / "sales"
    imports, reports = [], []
    for path in files:
        with _bar(f"reading {path.name}", shown=say is click.echo) as progress:
            importer = Importer(mapping, lookup, params.sales, gates, today, folder, progress)
            imported, report = importer.run(path)
        imports += imported
        reports.append(report)
        _say_import(path, report, folder, say)
    return imports, reports


def _say_import(path: Path, report: ImportReport, folder: Path, say: Callable[[str], None]) -> None:
    told = report.to_json()
    say(f"{path.name}: {told['lines_read']:,} lines, {sum(report.kept.values()):,} sales kept "
        f"({report.share_kept:.1%} of those that the mapping wants)")  # fmt: skip
    for what in ("filtered", "unreadable", "dropped"):
        counts = told[what]
        assert isinstance(counts, dict)  # noqa: S101 -- as to_json makes it
        for rule, count in sorted(counts.items()):
            say(f"  {what} by {rule}: {count:,}")
    say("  matched: " + ", ".join(f"{how} {n:,}" for how, n in report.matched.most_common()))
    say(f"  rejects with line and reason: {folder / (path.stem + '.rejects.ndjson')}")


def _by_market(imports: list[Imported]) -> list[list[Imported]]:
    markets = sorted({imported.market for imported in imports})
    return [[it for it in imports if it.market == market] for market in markets]


def _train(
    imported: list[Imported], mapping: Mapping, params: Params, say: Callable[[str], None]
) -> dict[str, object]:
    from training.evaluation_text import to_text
    from training.loading import load_dataset
    from training.pipeline import Run
    from valuation.catalogue import load_catalogue
    from valuation.domain.market import Provenance
    from valuation.version import VERSION

    catalogue, market = load_catalogue(), imported[0].market
    demo = " (DEMO DATA)" if market.provenance is Provenance.DEMO else ""
    say(f"\n{market.slug}{demo}")
    run = Run(
        dataset=load_dataset([it.path for it in imported]),
        devices=[catalogue.device(variant) for variant in sorted(catalogue.variants)],
        params=params,
        serve=dict(mapping.serve),
        provenance={
            "made_at": common.now().isoformat(), "commit": common.commit(), "version": VERSION,
            "sales": "+".join(it.digest for it in imported), "mapping": mapping.digest,
            "catalogue": catalogue.digest, "run_note": params.run_note,
        },
        say=say,
    )  # fmt: skip
    with _steps(f"fitting {market.slug}", shown=say is click.echo) as progress:
        trained = replace(run, progress=progress).train(common.store().bundles)
    say(to_text(trained.evaluation))
    version = _register(trained, params)
    say(f"bundle {trained.digest[:12]} is version {version} and challenger of {market.slug}")
    say(f"card: {trained.folder / 'CARD.md'}")
    say(f"next: tradein promote {trained.digest[:12]}")
    return {
        "market": market.slug, "digest": trained.digest, "folder": str(trained.folder),
        "registry_version": version, "evaluation": trained.evaluation.to_json()["overall"],
    }  # fmt: skip


def _register(trained: Trained, params: Params) -> int | None:
    """The version in MLflow; the bundle stands without it, and the failure is said."""
    from training.pipeline import flat
    from training.plots import draw_plots
    from training.registry import RegistryFailed, Run, log_run

    made = trained.model.provenance
    with tempfile.TemporaryDirectory() as folder:
        plots = Path(folder)
        draw_plots(
            folder=plots,
            dataset=trained.measured.sales,
            log_quantiles=trained.measured.made.log_quantiles,
            evaluation=trained.evaluation,
        )  # fmt: skip
        try:
            return log_run(
                folder=common.store().root / "mlflow",
                run=Run(
                    market=trained.model.market, digest=trained.digest, bundle=trained.folder,
                    card=trained.card, plots=plots, parameters=flat(params),
                    metrics=trained.evaluation.headline(),
                    tags={**made, "run_type": params.run_type, "run_note": params.run_note},
                ),
            )  # fmt: skip
        except RegistryFailed as error:
            common.complain(error)
            return None


@contextmanager
def _bar(title: str, *, shown: bool) -> Iterator[Callable[[Progress], None] | None]:
    if not shown:
        yield None
        return
    from rich.progress import Progress as Bars

    with Bars(transient=True) as bars:
        task = bars.add_task(title, total=None)
        yield lambda progress: bars.update(task, completed=progress.done, total=progress.total)


@contextmanager
def _steps(title: str, *, shown: bool) -> Iterator[Callable[[int, int], None] | None]:
    if not shown:
        yield None
        return
    from rich.progress import Progress as Bars

    with Bars(transient=True) as bars:
        task = bars.add_task(title, total=None)
        yield lambda done, of: bars.update(task, completed=done, total=of)


def _today() -> date:
    return common.now().astimezone(common.settings().time_zone).date()
