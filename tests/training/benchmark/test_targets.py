"""The targets as data, held against what was measured."""

from dataclasses import replace

import pytest

from training.benchmark.blocks import Against, Block
from training.benchmark.coverage import SegmentResult
from training.benchmark.measure import METRICS, Figure, Paired
from training.benchmark.settings import Kind, load_benchmark
from training.benchmark.targets import TARGETS, outcomes
from training.bootstrap import Bounds
from training.coverage_rule import SegmentCoverage


def make_block(case: str, split: str, kind: Kind, **values: float) -> Block:
    """A block whose methods have the same figures, but for ``lookup_…`` ones."""
    own = {name: values.get(name, 0.1) for name in METRICS}
    lookup = {name: values.get(f"lookup_{name}", figure) for name, figure in own.items()}
    figures = {
        method: {name: Figure(value, None, (value,)) for name, value in each.items()}
        for method, each in {"us": own, "lookup": lookup}.items()
    }
    return Block(
        case=case, split=split, kind=kind, scope="all", folds=1, rows=1, scored=1, digest="",
        figures=figures, ratios={}, seconds={}, against={}, segments=(), buyers=(), floor=None,
    )  # fmt: skip


def test_a_target_says_what_was_measured_and_by_how_much_it_is_short() -> None:
    blocks = [make_block("vn", "seller", Kind.SELLER, mdape=0.115)]
    found = next(each for each in outcomes(blocks) if each.what == "mdape")
    assert (found.measured, found.reached, found.aimed) == ("11.5%", False, False)
    assert found.short == pytest.approx(0.005)


def test_a_target_that_is_reached_may_miss_its_aim() -> None:
    blocks = [make_block("vn", "seller", Kind.SELLER, mdape=0.108)]
    found = next(each for each in outcomes(blocks) if each.what == "mdape")
    assert (found.reached, found.aimed, found.short) == (True, False, 0.0)


def test_a_figure_may_be_a_multiple_of_the_look_up_or_of_the_floor() -> None:
    vn = make_block("vn", "seller", Kind.SELLER, log_mae=0.18, lookup_log_mae=0.20)
    demo = make_block("demo", "time", Kind.TIME, log_mae=0.108, lookup_log_mae=0.12)
    demo = replace(demo, floor=0.10)
    found = {(each.where, each.what): each for each in outcomes([vn, demo])}
    assert found["vn, seller", "log_mae"].measured == "0.90 × lookup"
    assert found["demo, time", "log_mae"].reached
    assert not found["demo, time", "log_mae"].aimed
    look_up = found["demo, time", "lookup: log_mae"]
    assert (look_up.measured, look_up.reached) == ("1.20 × floor", False)
    assert look_up.short == pytest.approx(0.1)


def test_being_behind_the_best_peer_and_failing_segments_are_said() -> None:
    behind = Against("catboost", 0.10, Paired(0.02, Bounds(0.01, 0.03)))
    failing = SegmentResult("brand", "apple", SegmentCoverage("brand apple", 900, 0.6, None))
    block = make_block("cn", "device-model", Kind.DEVICE_MODEL, coverage=0.74)
    block = replace(block, against={"log_mae": behind}, segments=(failing,))
    found = {each.what: each for each in outcomes([block])}
    assert found["log_mae beside catboost"].measured == "behind (+20.0%)"
    assert found["log_mae beside catboost"].short == pytest.approx(0.2)
    assert found["segments whose coverage fails"].measured == "1 of 1"
    assert found["coverage"].short == pytest.approx(0.02)


def test_every_target_names_a_row_that_is_run() -> None:
    run = {
        (source.name, plan.name, scope)
        for source in load_benchmark().sources
        for plan in source.splits
        for scope in source.scopes
    }
    assert {(each.case, each.split, each.scope) for each in TARGETS} <= run
