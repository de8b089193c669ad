"""The gate on standings alone: every reason by itself, and what must not be a reason."""

from dataclasses import asdict, replace

import numpy as np
import orjson
import pytest

from tests.training.samples import (
    CHALLENGER,
    CHAMPION,
    NAN,
    REAL,
    make_checks,
    make_comparison,
    make_covered,
    make_market,
    make_standing,
    told,
)
from training.bootstrap import Bounds
from training.checks import Checks, Finding, checks_from_json
from training.coverage_rule import SegmentCoverage
from training.evaluate import evaluate
from training.promotion import (
    Keep,
    PairedComparison,
    Promote,
    PromotionRules,
    Reason,
    Standing,
    decide,
    standing,
)

RULES = PromotionRules()
UNTRIED = ("monotone", "parity", "golden", "levels", "sellers", "held-out")
INCUMBENT = make_standing(digest=CHAMPION)


def verdict(
    challenger: Standing,
    *,
    comparison: PairedComparison | None,
    champion: Standing | None = INCUMBENT,
) -> Promote | Keep:
    return decide(champion=champion, challenger=challenger, comparison=comparison, rules=RULES)


def reasons(result: Promote | Keep) -> set[Reason]:
    return {refusal.reason for refusal in result.refusals} if isinstance(result, Keep) else set()


GOOD = {
    "better beyond noise": (make_standing(log_mae=0.16), make_comparison(change=-0.01)),
    "better within noise": (make_standing(), make_comparison(change=-0.001)),
    "worse within noise": (make_standing(), make_comparison(change=0.001)),
    "coverage at the border": (make_standing(coverage=0.74), make_comparison()),
    "a small segment is off": (
        make_standing(segments=(make_covered(rows=149, coverage=0.5),)),
        make_comparison(),
    ),
    "a segment within its noise": (
        make_standing(
            segments=(make_covered(rows=150, coverage=0.73, bounds=Bounds(0.65, 0.781)),)
        ),
        make_comparison(),
    ),
    "a segment in too few groups to bound": (
        make_standing(segments=(make_covered(coverage=0.71, bounds=None),)),
        make_comparison(),
    ),
    "wide where nobody sold": (
        make_standing(
            segments=(make_covered(coverage=0.95, bounds=Bounds(0.92, 0.98), unsold=True),)
        ),
        make_comparison(),
    ),
    "a market without sellers": (
        make_standing(checks=make_checks(sellers=Finding(0, 0, ()))),
        make_comparison(),
    ),
    "cautious on unsold device models": (
        make_standing(checks=make_checks(unsold_coverage=0.95)),
        make_comparison(),
    ),
}
BAD = {
    Reason.WORSE_THAN_CHAMPION: (make_standing(), make_comparison(change=0.004)),
    Reason.WORSE_THAN_BASELINE: (make_standing(log_mae=0.215), make_comparison()),
    Reason.COVERAGE: (make_standing(coverage=0.66), make_comparison()),
    Reason.SEGMENT_COVERAGE: (
        make_standing(segments=(make_covered(coverage=0.75, bounds=Bounds(0.72, 0.779)),)),
        make_comparison(),
    ),
    Reason.NOT_MONOTONE: (
        make_standing(checks=make_checks(monotone_violations=1)),
        make_comparison(),
    ),
    Reason.UNSOLD_COVERAGE: (
        make_standing(checks=make_checks(unsold_coverage=0.75)),
        make_comparison(),
    ),
    Reason.ABSURD_LEVELS: (
        make_standing(checks=make_checks(levels=Finding(101, 2_000, ("a phone at 2.00",)))),
        make_comparison(),
    ),
    Reason.ONE_SELLER: (
        make_standing(checks=make_checks(sellers=Finding(1, 340, ("seller 7",)))),
        make_comparison(),
    ),
}
ALSO_BAD = {
    Reason.PARITY: (make_standing(checks=make_checks(parity=False)), make_comparison()),
    Reason.GOLDEN: (make_standing(checks=make_checks(golden=False)), make_comparison()),
    Reason.TOO_FEW_ROWS: (make_standing(rows=49), make_comparison()),
    Reason.OTHER_MARKET: (make_standing(market=REAL), make_comparison()),
    Reason.LACKS_FIGURES: (make_standing(log_pinball=NAN), make_comparison()),
    Reason.SAME_BUNDLE: (make_standing(digest=CHAMPION), make_comparison()),
    Reason.NO_COMPARISON: (make_standing(), None),
}


@pytest.mark.parametrize(("challenger", "comparison"), GOOD.values(), ids=GOOD.keys())
def test_a_good_challenger_is_promoted(challenger: Standing, comparison: PairedComparison) -> None:
    assert verdict(challenger, comparison=comparison) == Promote()


@pytest.mark.parametrize("reason", [*BAD, *ALSO_BAD])
def test_a_bad_challenger_is_kept_out_for_its_own_reason_alone(reason: Reason) -> None:
    challenger, comparison = {**BAD, **ALSO_BAD}[reason]
    assert reasons(verdict(challenger, comparison=comparison)) == {reason}


def test_every_reason_has_a_challenger_that_meets_it() -> None:
    assert {*BAD, *ALSO_BAD} == set(Reason)


@pytest.mark.parametrize("reason", set(BAD) - {Reason.WORSE_THAN_CHAMPION})
def test_the_first_champion_passes_every_check_that_needs_no_other(reason: Reason) -> None:
    challenger, _ = BAD[reason]
    assert reasons(verdict(challenger, comparison=None, champion=None)) == {reason}


def test_a_sound_first_champion_is_promoted_without_a_comparison() -> None:
    assert verdict(make_standing(), comparison=None, champion=None) == Promote()


def test_every_reason_is_told_and_not_only_the_first() -> None:
    challenger = make_standing(
        coverage=0.9, rows=10, checks=make_checks(parity=False, monotone_violations=3)
    )
    found = reasons(verdict(challenger, comparison=make_comparison(change=0.05)))
    assert found == {
        Reason.COVERAGE, Reason.TOO_FEW_ROWS, Reason.PARITY, Reason.NOT_MONOTONE,
        Reason.WORSE_THAN_CHAMPION,
    }  # fmt: skip


@pytest.mark.parametrize(
    "segment",
    [
        make_covered(rows=150, coverage=0.69, bounds=Bounds(0.55, 0.83)),
        make_covered(coverage=0.91, bounds=None),
        make_covered(coverage=0.84, bounds=Bounds(0.821, 0.86)),
        make_covered(coverage=0.74, bounds=Bounds(0.72, 0.759), unsold=True),
        make_covered(coverage=0.69, bounds=None, unsold=True),
    ],
)
def test_a_segment_fails_by_its_interval_or_by_its_point(segment: SegmentCoverage) -> None:
    found = verdict(make_standing(segments=(segment,)), comparison=make_comparison())
    assert reasons(found) == {Reason.SEGMENT_COVERAGE}


def test_sellers_that_somebody_answers_for_do_not_stop_a_promotion_and_nothing_else_is_let_by() -> (
    None
):
    odd = make_checks(sellers=Finding(1, 340, ("seller 7",)), parity=False)
    found = decide(
        champion=None, challenger=make_standing(checks=odd), comparison=None, rules=RULES,
        sellers_accepted=True,
    )  # fmt: skip
    assert reasons(found) == {Reason.PARITY}


def test_much_worse_is_refused_even_where_noise_could_explain_it() -> None:
    noisy = make_comparison(change=0.02, spread=0.05)
    assert reasons(verdict(make_standing(), comparison=noisy)) == {Reason.WORSE_THAN_CHAMPION}


def test_few_sales_that_are_new_to_both_are_no_comparison() -> None:
    few = make_comparison(rows=20)
    assert reasons(verdict(make_standing(), comparison=few)) == {Reason.TOO_FEW_ROWS}


def test_a_comparison_in_too_few_groups_lacks_figures() -> None:
    blank = replace(make_comparison(), log_mae=None)
    assert reasons(verdict(make_standing(), comparison=blank)) == {Reason.LACKS_FIGURES}


def test_a_comparison_with_another_champion_does_not_count() -> None:
    stale = replace(make_comparison(), champion="c" * 64)
    assert reasons(verdict(make_standing(), comparison=stale)) == {Reason.NO_COMPARISON}


def test_a_check_that_was_not_tried_is_not_taken_as_passed() -> None:
    untried = Checks(NAN, None, parity=None, golden=None, levels=None, sellers=None)
    result = verdict(make_standing(checks=untried), comparison=make_comparison())
    assert isinstance(result, Keep)
    assert [refusal.reason for refusal in result.refusals] == [Reason.LACKS_FIGURES]
    assert all(word in result.refusals[0].sentence for word in UNTRIED)


def test_a_standing_takes_its_figures_from_the_evaluation() -> None:
    rng = np.random.default_rng(4)
    dataset, quantiles = make_market(rng)
    found = evaluate(
        dataset=dataset, made=told(quantiles), baseline_log=np.full(len(dataset), 7.5),
        support=np.full(len(dataset), 30.0), minimum=50, rng=rng,
    )  # fmt: skip
    it = standing(market=dataset.market, digest=CHALLENGER, evaluation=found, checks=make_checks())
    assert verdict(it, comparison=None, champion=None) == Promote()
    assert all(segment.rows >= 50 for segment in it.segments)
    assert it.coverage == found.headline()["coverage"]


@pytest.mark.parametrize(
    "checks",
    [
        make_checks(),
        make_checks(parity=False, monotone_violations=2),
        Checks(NAN, None, parity=None, golden=None, levels=None, sellers=None),
    ],
)
def test_checks_survive_json(checks: Checks) -> None:
    again = checks_from_json(orjson.loads(orjson.dumps(asdict(checks))))
    assert again.unsold_coverage == pytest.approx(checks.unsold_coverage, nan_ok=True)
    assert replace(again, unsold_coverage=0.0) == replace(checks, unsold_coverage=0.0)


def test_a_check_that_the_file_does_not_name_was_not_tried() -> None:
    assert checks_from_json({}).golden is None
