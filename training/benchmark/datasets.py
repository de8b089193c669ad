"""Data sets as the methods see them: imported once, launch prices stated, scored rows fixed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq

from training.benchmark.settings import BadBenchmark, Filter, Kind, Simulation, Source, SplitPlan
from training.dataset import Dataset, Index, Mask
from training.demo_market import load_params as load_demo_params
from training.demo_market import simulate, write
from training.launch_prices import with_stated_prices
from training.loading import load_dataset
from training.params import SHIPPED, Params
from training.sales import Imported, Importer
from training.splits import is_dated
from valuation.catalogue import Catalogue, Lookup, load_catalogue
from valuation.domain.device import Device
from valuation.features import Floats, Words
from valuation.intake.mapping import Mapping
from valuation.intake.mapping_file import load_mapping
from valuation.tables import readings
from valuation.tables.book import load_book

DEMO_PARAMS = SHIPPED.with_name("demo_params.toml")
# Prices of the public files lie before this day; a date after it is a typing error.
UNTIL = date(2026, 11, 21)


@dataclass(frozen=True, slots=True)
class MarketSales:
    """``n`` sales of one market: ``keys`` name file and line of each, ``scored`` those that the
    published filter scores. ``truth``: the simulator's own log median, NaN where it has none; None
    for real sales. ``served`` is the context that quotes take by default.
    """

    dataset: Dataset
    keys: Words
    scored: Mask
    truth: Floats | None
    served: dict[str, str]
    last_sale: float

    def take(self, rows: Mask | Index) -> "MarketSales":
        """Some of the sales."""
        return replace(
            self,
            dataset=self.dataset.take(rows),
            keys=self.keys[rows],
            scored=self.scored[rows],
            truth=None if self.truth is None else self.truth[rows],
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A data set: its markets, each with the devices that its price model may be asked for."""

    source: Source
    markets: tuple[MarketSales, ...]
    devices: tuple[tuple[Device, ...], ...]
    digests: tuple[str, ...]


@cache
def _catalogue() -> Catalogue:
    return load_catalogue()


@cache
def _lookup() -> Lookup:
    return Lookup(_catalogue())


def load_case(source: Source, *, data: Path, work: Path, published: Filter, params: Params) -> Case:
    """Import a data set; BadBenchmark where a file is missing or a row's device model is raw."""
    mapping = load_mapping(source.mapping)
    paths, truth = _files(source, data, work)
    rules = replace(
        params.sales,
        days_before_first_sale=published.days_before_first_sale,
        drop_duplicates=published.drop_duplicates,
        least_price=published.least_price,
    )
    gates = readings.gates(load_book().table("gates", UNTIL))
    folder = work / "sales"
    imported = []
    for path in paths:
        found, _ = Importer(mapping, _lookup(), rules, gates, UNTIL, folder).run(path)
        imported += [(path.name, each) for each in found]
    catalogue = _catalogue()
    devices = [catalogue.device(variant) for variant in sorted(catalogue.variants)]
    made = [
        _market([each for each in imported if each[1].market == market], mapping, devices, truth)
        for market in sorted({each.market for _, each in imported})
    ]
    digests = [
        _digest([sales.dataset.digest, catalogue.digest, mapping.digest]) for sales, _ in made
    ]
    return Case(source, tuple(m for m, _ in made), tuple(d for _, d in made), tuple(digests))


def added(text: str, *, params: Params, data: Path, work: Path, published: Filter) -> Source:
    """The data set that ``--add name=sales.csv:mapping.toml[:split]`` describes.

    Without a split: by time where the sales are dated, else by seller where sellers are known,
    else by configuration; and with device models held out.
    """
    name, _, rest = text.partition("=")
    file, _, rest = rest.partition(":")
    mapping, _, split = rest.partition(":")
    if not (name and file and mapping):
        raise BadBenchmark(f"--add wants name=sales.csv:mapping.toml[:split], not {text!r}")
    if split and split not in set(Kind):
        raise BadBenchmark(f"{split!r} is no split; there are {', '.join(Kind)}")
    held_out = SplitPlan("device-model", Kind.DEVICE_MODEL, folds=10)
    draft = Source(name, name, mapping, "mdape", held_out.name, (held_out,), (file,))
    kind = Kind(split) if split else _fitting(draft, params, data, work, published)
    plan = SplitPlan(kind.value, kind, folds=10, seeds=tuple(range(1, 21)), share=0.1)
    splits = (plan,) if kind is Kind.DEVICE_MODEL else (plan, held_out)
    return replace(draft, search=plan.name, splits=splits)


def _fitting(draft: Source, params: Params, data: Path, work: Path, published: Filter) -> Kind:
    case = load_case(draft, data=data, work=work, published=published, params=params)
    if all(is_dated(sales.dataset, params.split) for sales in case.markets):
        return Kind.TIME
    known = [seller is not None for sales in case.markets for seller in sales.dataset.seller]
    return Kind.SELLER if np.mean(known) > 0.5 else Kind.CONFIGURATION


def sampled(case: Case, *, rows: int) -> Case:
    """At most about ``rows`` sales of each market, whole device models; all of them for 0."""
    return (
        case if rows == 0 else replace(case, markets=tuple(_fewer(m, rows) for m in case.markets))
    )


def _fewer(sales: MarketSales, rows: int) -> MarketSales:
    models = sales.dataset.columns.device_model
    if len(models) <= rows:
        return sales
    names = sorted(set(models.tolist()), key=lambda name: _digest([name]))
    counts = np.cumsum([int((models == name).sum()) for name in names])
    kept = set(names[: int(np.searchsorted(counts, rows)) + 1])
    return sales.take(np.array([name in kept for name in models], dtype=bool))


def _files(source: Source, data: Path, work: Path) -> tuple[list[Path], Path | None]:
    if source.simulate is not None:
        sales, truth = _simulated(source.simulate, work)
        return [sales], truth
    paths = [data / file for file in source.files]
    if missing := [path.name for path in paths if not path.is_file()]:
        raise BadBenchmark(f"{source.name}: there is no {missing[0]} in the folder of the data")
    return paths, None


def _simulated(simulation: Simulation, work: Path) -> tuple[Path, Path]:
    """The demo market's sales and truth, made once."""
    words = [repr(simulation), DEMO_PARAMS.read_text("utf-8"), _catalogue().digest]
    folder = work / f"demo-{_digest(words)[:16]}"
    if not (folder / "truth.csv").is_file():
        catalogue = _catalogue()
        demo = simulate(
            devices=[catalogue.device(variant) for variant in sorted(catalogue.variants)],
            until=simulation.until,
            sales=simulation.sales,
            seed=simulation.seed,
            params=load_demo_params(DEMO_PARAMS),
        )
        write(demo=demo, folder=folder)
    return folder / "sales.csv", folder / "truth.csv"


def _market(
    imported: Sequence[tuple[str, Imported]],
    mapping: Mapping,
    devices: Sequence[Device],
    truth: Path | None,
) -> tuple[MarketSales, tuple[Device, ...]]:
    dataset = load_dataset([each.path for _, each in imported])
    dataset, known = with_stated_prices(dataset, devices)
    keys, records = [], []
    for name, each in imported:
        table = pq.read_table(each.path, columns=["line", "record_id"])
        keys += [f"{name}:{line}" for line in table["line"].to_pylist()]
        records += table["record_id"].to_pylist()
    medians = None if truth is None else _medians(truth, records)
    scored = np.ones(len(dataset), dtype=bool) if medians is None else ~np.isnan(medians)
    last = float(np.max(dataset.sold_on))
    words = np.array(keys, dtype=object)
    return MarketSales(dataset, words, scored, medians, dict(mapping.serve), last), known


def _medians(path: Path, records: Sequence[str]) -> Floats:
    """The log of the simulator's median of each sale, NaN where it has none."""
    table = pyarrow.csv.read_csv(path)
    known = dict(zip(table["sale_id"].to_pylist(), table["median"].to_pylist(), strict=True))
    return np.log(np.array([known.get(record, np.nan) for record in records], dtype=np.float64))


def _digest(words: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def rows_digest(keys: Words) -> str:
    """SHA-256 of the sorted row keys: which rows, whatever their order."""
    return _digest(sorted(str(key) for key in keys))
