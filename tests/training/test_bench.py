"""The speed benchmark in short: it runs, and its sums are right."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest

from tests.desks import RING
from training.bench.bench import QUICK, Bench, Findings
from training.bench.cases import Till, make_cases
from training.bench.figures import Promise, figures, percentile, ratio, writes
from training.bench.installation import OWN, SERVICE, NothingToMeasure
from training.bench.plain_app import THREADS, create_app
from training.bench.plain_pipeline import load_pipeline
from training.bench.pyfunc import save_pyfunc
from training.bench.records import UNKNOWN, frame_record, record_of
from training.bench.report import to_json, verdict
from training.bench.rounds import IN_PROCESS, Sample
from training.bench.targets import BARE, EMPTY, QUOTE, UNSTORED
from valuation.catalogue import Lookup, load_catalogue
from valuation.catalogue.tac import TacTable
from valuation.ladder import LADDER_COLUMNS
from valuation.price_model.champions import ModelStore
from valuation.price_model.model import load_price_model
from valuation.quotes.priced_quote import ROW_BUDGET
from valuation.quotes.quoting import Desk
from valuation.settings import Settings
from valuation.tables.book import SHIPPED, load_book

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SHORT = replace(
    QUICK, rounds=1, warm_up=0.05, seconds=20.0, most=20, cases=5, connections=(1, 2), crowd=3
)


def short_run(models: Path, folder: Path) -> Findings:
    settings = Settings.from_environment({"TRADEIN_MODELS": str(models)})
    return Bench(
        settings=settings, market=None, pace=SHORT, now=NOW, peers=frozenset(),
        say=lambda _text: None,
    ).run(folder)  # fmt: skip


@pytest.fixture(scope="module")
def till(models: Path) -> Till:
    """A desk on the champion of the test's models folder."""
    model = load_price_model(champion(models))
    desk = Desk(model, Lookup(load_catalogue()), TacTable(), load_book(SHIPPED), lambda: RING)
    return Till(desk, NOW, NOW.date())


def champion(models: Path) -> Path:
    store = ModelStore(models)
    return store.bundle(store.champions()[0].digest)


def test_a_short_run_measures_quotes_and_empty_answers(models: Path, tmp_path: Path) -> None:
    found = short_run(models, tmp_path)
    measured = {(it.target, it.connections) for it in found.figures}
    over_http = {(name, c) for name in (QUOTE, UNSTORED, EMPTY, BARE) for c in (1, 2)}
    crowded = {(QUOTE, 3), (UNSTORED, 3)}
    assert measured == {(IN_PROCESS, 1), *over_http, *crowded}
    assert [it.stored.connections for it in found.writes] == [1, 2, 3]
    assert all(0 < it.p50 <= it.p99 and it.answers for it in found.figures)
    assert set(found.peaks) == {SERVICE, OWN}
    assert max(found.anatomy.rows) <= ROW_BUDGET
    assert str(tmp_path) not in str(to_json(found, now=NOW))


def test_without_a_champion_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NothingToMeasure, match="tradein train"):
        short_run(tmp_path / "none", tmp_path)


def test_cases_are_the_same_every_time_and_lead_to_offers(till: Till) -> None:
    assert make_cases(till, count=4) == make_cases(till, count=4)


def test_the_plain_pipeline_repeats_the_boosters_to_the_last_bit(models: Path, till: Till) -> None:
    cases = make_cases(till, count=4)
    pipeline = load_pipeline(champion(models), threads=1)
    frame = pd.DataFrame([frame_record(case.record) for case in cases])
    assert pipeline.predict(frame).tolist() == [list(case.scores) for case in cases]


def test_the_plain_endpoint_answers_with_the_boosters_scores(models: Path, till: Till) -> None:
    (case,) = make_cases(till, count=1)
    transport = httpx.ASGITransport(create_app(champion(models)))

    async def ask(path: str) -> object:
        async with httpx.AsyncClient(transport=transport, base_url="http://plain") as client:
            return (await client.post(path, json=case.record)).json()

    answers = [asyncio.run(ask(path)) for path in THREADS]
    assert answers == [{"scores": list(case.scores)}] * 2


def test_the_pyfunc_folder_names_its_loader(models: Path, tmp_path: Path) -> None:
    save_pyfunc(champion(models), tmp_path)
    assert "loader_module: training.bench.pyfunc" in (tmp_path / "MLmodel").read_text()
    assert (tmp_path / "bundle" / "model.json").exists()


def test_a_record_says_what_is_absent_and_what_is_unknown(till: Till) -> None:
    specification = till.desk.model.specification
    names = list(specification.names())
    row = np.zeros(len(names) + len(LADDER_COLUMNS))
    row[names.index("brand")] = -1
    record = record_of(row, specification)
    assert record["brand"] == UNKNOWN
    assert record["ram_gb"] is None
    assert record["answer_cosmetic_grade"] == "E"


def sample(target: str, rate: float) -> Sample:
    return Sample(target, 1, (1 / rate,) * 4, rate, 0.1)


def test_a_ratio_is_one_of_medians_with_its_range_over_the_rounds() -> None:
    samples = [sample("quote", 10), sample("empty", 100), sample("quote", 30), sample("empty", 100),
               sample("quote", 20), sample("empty", 200)]  # fmt: skip
    met = ratio(samples, Promise("quote", "empty", 0.4), 1)
    assert (met.ratio, met.lowest, met.highest) == (0.2, 0.1, 0.3)
    assert verdict(met) == "not reached: 2.0 times too slow"
    assert [it.rate for it in figures(samples)] == [20, 100]


def test_what_a_write_costs_is_the_share_of_the_rate_that_it_leaves() -> None:
    found = figures([sample("stored", 30), sample("without", 40), sample("other", 50)])
    (write,) = writes(found, stored="stored", unstored="without")
    assert (write.stored.rate, write.unstored.rate, write.left) == (30, 40, 0.75)


def test_percentiles_are_of_the_nearest_rank() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.99)) == (50, 99)
    assert percentile([7.0], 0.01) == 7
