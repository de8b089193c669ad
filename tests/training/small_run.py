"""A whole training run in seconds: few devices, few sales, small boosters."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from training.dataset import Dataset
from training.demo_market import load_params as load_demo_params
from training.demo_market import simulate, write
from training.launch_prices import with_stated_prices
from training.loading import load_dataset
from training.modelling import Modelled, fit_model
from training.params import Params, load_params
from training.pipeline import Run, Trained
from training.sales import Imported, Importer, ImportReport
from training.splits import split
from valuation.catalogue import Catalogue, Lookup, load_catalogue
from valuation.domain.device import Device
from valuation.intake.mapping_file import load_mapping
from valuation.tables import readings
from valuation.tables.book import load_book

TODAY = date(2026, 11, 21)
DEMO_PARAMS = Path(__file__).parents[2] / "training" / "demo_params.toml"
FAMILIES = ("apple/iphone/", "samsung/galaxy-s/", "huawei/mate/")


def small_params() -> Params:
    """The shipped knobs with small boosters and few folds."""
    shipped = load_params()
    return replace(
        shipped,
        split=replace(shipped.split, unsold_folds=2, calibration_folds=3, test_folds=4),
        specification=replace(
            shipped.specification, least_answers=12, least_level=5, least_brand=200
        ),
        boosters=replace(shipped.boosters, trees=40, leaves=8, learning_rate=0.15),
        direct=replace(shipped.direct, trees=40, leaves=8, learning_rate=0.15),
        evaluation=replace(shipped.evaluation, minimum=20, resamples=100, golden=20),
    )


def demo_sales(folder: Path, *, sales: int, seed: int = 3) -> Path:
    """The demo market of a few families; the sales file."""
    catalogue = load_catalogue()
    named = [v for v in sorted(catalogue.variants) if v.startswith(FAMILIES)]
    demo = simulate(
        devices=[catalogue.device(variant) for variant in named],
        until=TODAY,
        sales=sales,
        seed=seed,
        params=load_demo_params(DEMO_PARAMS),
    )
    return write(demo=demo, folder=folder).sales_path


def imported(path: Path, mapping: str, folder: Path) -> tuple[list[Imported], ImportReport]:
    """A file read through a shipped mapping."""
    return Importer(
        mapping=load_mapping(mapping),
        lookup=Lookup(load_catalogue()),
        rules=small_params().sales,
        gates=readings.gates(load_book().table("gates", TODAY)),
        until=TODAY,
        folder=folder,
    ).run(path)


def listed_devices() -> list[Device]:
    """Every variant of the catalogue."""
    catalogue: Catalogue = load_catalogue()
    return [catalogue.device(variant) for variant in sorted(catalogue.variants)]


def modelled(dataset: Dataset, params: Params) -> Modelled:
    """What a training run fits and calibrates, without measuring it."""
    stated, devices = with_stated_prices(dataset, listed_devices())
    parts = split(stated, params.split)
    return fit_model(
        stated.take(parts.fit),
        stated.take(parts.calibration) if parts.by_time else None,
        devices=devices,
        params=params,
        serve={},
        last_sale=float(np.max(stated.sold_on)),
    )


def trained(sales: Imported, root: Path, params: Params | None = None) -> Trained:
    """A bundle of one market's sales under ``root/bundles``."""
    return Run(
        dataset=load_dataset([sales.path]),
        devices=listed_devices(),
        params=params or small_params(),
        serve={},
        provenance={"made_at": "2026-11-21T00:00:00Z", "commit": "test", "sales": sales.digest},
        say=lambda _text: None,
    ).train(root / "bundles")
