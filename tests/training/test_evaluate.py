"""An evaluation: figures beside the baseline, blanks where there are too few sales."""

from dataclasses import replace

import numpy as np
import orjson
import pytest

from tests.training.samples import NAN, make_columns, make_dataset, make_market, told
from training.evaluate import Evaluation, evaluate, evaluation_from_json
from training.evaluation_text import to_text
from training.segments import age_bands, price_bands, support_bands


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    rng = np.random.default_rng(11)
    dataset, quantiles = make_market(rng)
    return evaluate(
        dataset=dataset,
        made=told(quantiles),
        baseline_log=np.full(len(dataset), 7.5),
        support=np.arange(len(dataset), dtype=np.float64) % 30,
        minimum=50,
        rng=rng,
    )


def test_true_quantiles_cover_eighty_percent_and_beat_a_constant(evaluation: Evaluation) -> None:
    overall = evaluation.overall
    assert overall.ours is not None
    assert overall.baseline is not None
    assert overall.interval is not None
    assert overall.coverage_bounds is not None
    assert overall.coverage_bounds.low < 0.8 < overall.coverage_bounds.high
    assert overall.interval.coverage == pytest.approx(0.8, abs=0.05)
    assert overall.ours.log_mae == pytest.approx(0.1 * (2 / np.pi) ** 0.5, abs=0.01)
    assert overall.ours.log_mae < overall.baseline.log_mae / 2


def test_every_sale_is_in_one_segment_of_each_dimension(evaluation: Evaluation) -> None:
    expected = {
        "brand", "age", "predicted median", "cosmetic grade", "unit state", "in catalogue",
        "support", "channel",
    }  # fmt: skip
    dimensions = evaluation.dimensions()
    assert set(dimensions) == expected
    assert all(sum(s.rows for s in found) == 600 for found in dimensions.values())


def test_a_segment_below_the_minimum_is_blank(evaluation: Evaluation) -> None:
    none_sold = next(s for s in evaluation.segments if s.value == "0 sales")
    assert none_sold.rows == 20
    assert (none_sold.ours, none_sold.interval, none_sold.baseline) == (None, None, None)
    assert none_sold.coverage_bounds is None
    line = next(line for line in to_text(evaluation).splitlines() if line.startswith("  0 sales"))
    assert line.split() == ["0", "sales", "20"]


def test_the_share_below_the_guaranteed_value_is_told_by_segment(evaluation: Evaluation) -> None:
    (overall,) = evaluation.overall.below
    assert overall.guarantee == 0.1
    assert overall.share == pytest.approx(0.1, abs=0.04)
    assert overall.bounds is not None
    assert overall.bounds.low < 0.1 < overall.bounds.high
    assert any(segment.below for segment in evaluation.segments)
    assert not any(segment.below for segment in evaluation.segments if segment.rows < 50)
    assert evaluation_from_json(orjson.loads(orjson.dumps(evaluation.to_json()))) == evaluation


def test_only_sales_that_answer_every_question_are_held_against_it() -> None:
    dataset, quantiles = make_market(np.random.default_rng(12))
    grades = np.array(dataset.columns.answers["cosmetic_grade"])
    grades[: len(grades) // 2] = NAN
    answered = replace(dataset.columns, answers={"cosmetic_grade": grades})
    found = evaluate(
        dataset=replace(dataset, columns=answered), made=told(quantiles), minimum=50,
        baseline_log=np.full(len(dataset), 7.5), support=np.full(len(dataset), 30.0),
        rng=np.random.default_rng(13), taught=("cosmetic_grade",),
    )  # fmt: skip
    (overall,) = found.overall.below
    assert overall.rows == np.isfinite(grades).sum() < len(dataset)


def test_an_evaluation_of_nothing_is_blank() -> None:
    dataset = make_dataset(columns=make_columns(models=[], storage=[], grades=[]), price=[])
    empty = evaluate(
        dataset=dataset, made=told(np.zeros((0, 3))), baseline_log=np.zeros(0),
        support=np.zeros(0), minimum=0, rng=np.random.default_rng(1),
    )  # fmt: skip
    assert empty.overall.ours is None
    assert empty.headline() == {}
    assert "all sales" in to_text(empty)


def test_an_evaluation_survives_json(evaluation: Evaluation) -> None:
    again = evaluation_from_json(orjson.loads(orjson.dumps(evaluation.to_json())))
    assert again == evaluation


def test_the_headline_names_ours_and_the_baselines_figures(evaluation: Evaluation) -> None:
    headline = evaluation.headline()
    assert {"mdape", "log_pinball", "coverage", "cod", "baseline_mdape"} <= headline.keys()
    assert headline["mdape"] < headline["baseline_mdape"]


def test_a_coverage_that_the_gate_refuses_is_marked_in_the_table() -> None:
    rng = np.random.default_rng(11)
    dataset, quantiles = make_market(rng, rows=2_000)
    narrow = quantiles[:, 1:2] + 0.5 * (quantiles - quantiles[:, 1:2])
    for predicted, marked in ((narrow, True), (quantiles, False)):
        found = evaluate(
            dataset=dataset, made=told(predicted), baseline_log=np.full(len(dataset), 7.5),
            support=np.full(len(dataset), 30.0), minimum=50, rng=rng,
        )  # fmt: skip
        lines = [line for line in to_text(found).splitlines() if "more than 20 sales" in line]
        assert ("%!" in lines[0]) is marked


def test_the_table_has_its_columns_aligned(evaluation: Evaluation) -> None:
    head, first, *_ = to_text(evaluation).splitlines()
    assert head.index("sales") + len("sales") == first.index("600") + len("600")


def test_ages_are_banded_by_whole_years() -> None:
    days = np.array([-40, 0, 365, 366, 1460, 1462, 9_000, NAN])
    assert age_bands(age_days=days).tolist() == [
        "0–1 years", "0–1 years", "0–1 years", "1–2 years", "3–4 years", "4+ years", "4+ years",
        "unknown",
    ]  # fmt: skip


def test_support_is_banded_as_the_card_promises() -> None:
    bands = support_bands(support=np.array([0, 1, 5, 6, 20, 21], dtype=np.float64))
    assert bands.tolist() == [
        "0 sales", "1–5 sales", "1–5 sales", "6–20 sales", "6–20 sales", "more than 20 sales",
    ]  # fmt: skip


def test_price_bands_are_fifths_that_name_their_prices() -> None:
    bands = price_bands(log_median=np.log(np.arange(1, 101) * 10.0))
    names, counts = np.unique(bands.astype(str), return_counts=True)
    assert counts.tolist() == [20] * 5
    assert names[4].startswith("fifth 5: above 80")


def test_equal_predictions_share_a_price_band() -> None:
    assert len(set(price_bands(log_median=np.full(10, 5.0)))) == 1
