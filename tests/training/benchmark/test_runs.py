"""Searches, kept results, and a newcomer's data set from the file to its row."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import orjson
import pytest
from click.testing import CliRunner

from tests.training.benchmark.cases import PACE, make_case
from tests.training.small_run import small_params
from training.benchmark import run as running
from training.benchmark.__main__ import main
from training.benchmark.blocks import blocks_of
from training.benchmark.datasets import rows_digest
from training.benchmark.peers.peer import Settings
from training.benchmark.run import Plan, Runner, jobs_of
from training.benchmark.search import search, search_of
from training.benchmark.settings import BadBenchmark, Kind, chosen, load_benchmark
from training.benchmark.splits import folds_of
from training.benchmark.store import Store
from training.benchmark.work import Job, Result, job_of
from training.benchmark.work import run as run_job
from training.metrics import coverage
from training.params import load_params

PARAMS = load_params()
MAPPING = """
[constants]
country = "VN"
currency = "USD"
kind = "asking"
provenance = "real"
category = "phone"

[columns]
price = "price"
device_model = "model"
storage_gb = "capacity"
seller = "seller"
"""
MODELS = {
    "iPhone 8": 100, "iPhone X": 150, "iPhone XR": 180, "iPhone 11": 220, "iPhone 12": 300,
    "iPhone 12 Pro": 380, "iPhone 13": 400, "iPhone 13 Pro": 500, "iPhone 14": 520,
    "Galaxy S20": 190, "Galaxy S21": 250, "Galaxy S22": 330,
}  # fmt: skip


def make_plan(*methods: str, split: str = "configuration") -> Plan:
    case = make_case(rows=400)
    folds = {split: folds_of(case, case.source.plan(split), PARAMS.split)}
    return Plan(case, folds, methods, PACE, PARAMS)


def runner(folder: Path) -> Runner:
    return Runner(Store(folder), 1, lambda _what, _done, _of: None)


def test_a_search_without_time_keeps_the_start_and_one_with_time_does_not_lose_by_it() -> None:
    case = make_case(rows=400)
    fold = folds_of(case, case.source.plan("configuration"), PARAMS.split, at_most=1)[0]
    none = search(search_of(case, fold, "ridge", replace(PACE, search_seconds=0.0), PARAMS))
    some = search(search_of(case, fold, "ridge", replace(PACE, search_seconds=1.0), PARAMS))
    assert none.trials == 1
    assert none.score == none.start_score == some.start_score
    assert some.trials > 1
    assert some.score <= none.score


def test_the_search_sees_no_row_of_the_test() -> None:
    case = make_case(rows=400)
    fold = folds_of(case, case.source.plan("configuration"), PARAMS.split, at_most=1)[0]
    task = search_of(case, fold, "ridge", PACE, PARAMS)
    tested = set(case.markets[0].dataset.log_price[fold.parts[0].test].tolist())
    for inner in task.folds:
        for fit, validation in inner:
            assert not tested & {*fit.log_price.tolist(), *validation.log_price.tolist()}
            assert not {*fit.log_price.tolist()} & {*validation.log_price.tolist()}


def test_a_kept_result_is_not_fitted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan("lookup")
    settings: dict[tuple[str, str], Settings] = {
        ("made", "lookup"): {"cleaned": True, "least_sales": 1}
    }
    first = runner(tmp_path).results([plan], settings)
    monkeypatch.setattr(running, "run", lambda _job: pytest.fail("it was fitted again"))
    second = runner(tmp_path).results([plan], settings)
    assert first.keys() == second.keys()
    for key, result in first.items():
        assert second[key].log_quantiles.tolist() == result.log_quantiles.tolist()


def test_other_settings_rows_or_data_are_another_result() -> None:
    plan = make_plan("lookup")
    fold, other = plan.folds["configuration"][:2]

    def key(*, least: int = 1, at: int = 0, plan: Plan = plan) -> str:
        part = (fold, other)[at].parts[0]
        chosen_ = {"cleaned": True, "least_sales": least}
        return job_of(plan.case, fold, part, "lookup", chosen_, PARAMS).key

    changed = replace(plan, case=replace(plan.case, digests=("another",)))
    assert len({key(), key(least=2), key(at=1), key(plan=changed)}) == 4
    assert key() == key()


def test_an_interrupted_run_keeps_what_it_had(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep("a", Result(np.zeros((2, 3)), np.ones(2, dtype=np.intp), 1.5))
    kept = store.result("a")
    assert kept is not None
    assert (kept.seconds, kept.support.tolist()) == (1.5, [1, 1])
    assert store.result("b") is None
    assert [path.suffix for path in (tmp_path / "results").iterdir()] == [".npz"]


def test_we_are_made_the_one_way_a_price_model_is_made() -> None:
    plan = make_plan("us")
    job: Job = jobs_of(plan, {})[0]
    found = run_job(replace(job, params=small_params()))
    actual = job.sales.dataset.log_price[job.part.test]
    low, high = found.log_quantiles[:, 0], found.log_quantiles[:, 2]
    assert found.log_quantiles.shape == (len(actual), 3)
    assert coverage(actual=actual, low=low, high=high) > 0.6


def test_a_block_has_every_method_on_the_same_rows_with_count_and_digest(tmp_path: Path) -> None:
    plan = make_plan("lookup", "ridge")
    worker = runner(tmp_path)
    settings = {key: found.settings for key, found in worker.searches([plan]).items()}
    (block,) = blocks_of(plan, worker.results([plan], settings), settings, widest=60_000)
    assert set(block.figures) == {"lookup", "ridge"}
    assert (block.rows, block.scored, block.folds) == (400, 400, 4)
    assert block.digest == rows_digest(plan.case.markets[0].keys)
    assert block.figures["ridge"]["coverage"].value == pytest.approx(0.8, abs=0.06)


def test_the_digest_of_the_scored_rows_knows_no_order() -> None:
    keys = make_case(rows=50).markets[0].keys
    assert rows_digest(keys) == rows_digest(keys[::-1])
    assert rows_digest(keys) != rows_digest(keys[1:])


def test_an_unknown_data_set_or_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadBenchmark, match="no data set 'xx'"):
        chosen(load_benchmark().sources, ["xx"])
    broken = tmp_path / "benchmark.toml"
    text = Path(running.__file__).with_name("benchmark.toml").read_text("utf-8")
    broken.write_text(text.replace("drop_duplicates", "drop_doubles"), "utf-8")
    with pytest.raises(BadBenchmark, match="no key 'drop_doubles'"):
        load_benchmark(broken)


def test_a_newcomer_adds_a_data_set_with_a_mapping_alone_and_sees_its_row(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    lines = ["price,model,capacity,seller"]
    for number in range(500):
        model, price = list(MODELS.items())[int(rng.integers(len(MODELS)))]
        seen = price * np.exp(rng.normal(0, 0.1))
        lines.append(f"{seen:.2f},{model},{(64, 128)[number % 2]},s{number % 60}")
    (tmp_path / "sales.csv").write_text("\n".join(lines), "utf-8")
    (tmp_path / "mine.toml").write_text(MAPPING, "utf-8")
    outcome = CliRunner().invoke(
        main,
        ["--data", str(tmp_path), "--work", str(tmp_path / "work"), "--out", str(tmp_path / "out"),
         "--quick", "--methods", "lookup,ridge", "--jobs", "1",
         "--add", f"mine=sales.csv:{tmp_path / 'mine.toml'}"],
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome.output
    said = orjson.loads((tmp_path / "out" / "benchmark.json").read_bytes())
    assert [(row["data"], row["split"]) for row in said["rows"]] == [
        ("mine", Kind.SELLER), ("mine", Kind.DEVICE_MODEL)
    ]  # fmt: skip
    assert said["data"][0]["markets"][0]["scored"] == said["data"][0]["markets"][0]["sales"]
    assert said["published_filter"] == asdict(load_benchmark().filter)
    assert "### mine, seller" in (tmp_path / "out" / "benchmark.md").read_text("utf-8")
    assert (tmp_path / "out" / "benchmark.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_folder_or_file_is_one_line(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(
        main, ["--data", str(tmp_path), "--work", str(tmp_path), "--only", "cn"]
    )
    assert outcome.exit_code == 2
    assert "cn: there is no prices.xlsx" in outcome.output
