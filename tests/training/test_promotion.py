"""Twelve planted challengers: six that must be promoted, six that must not, and the rest."""

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
    make_market,
    make_standing,
)
from training.evaluate import evaluate
from training.promotion import (
    Checks,
    Keep,
    PairedComparison,
    Promote,
    PromotionRules,
    Reason,
    SegmentCoverage,
    Standing,
    checks_from_json,
    decide,
    standing,
)

RULES = PromotionRules()
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
        make_standing(segments=(SegmentCoverage("brand meizu", 149, 0.5),)),
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
        make_standing(segments=(SegmentCoverage("brand apple", 150, 0.69),)),
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
    untried = make_checks(unsold_coverage=NAN, monotone_violations=None, parity=None, golden=None)
    result = verdict(make_standing(checks=untried), comparison=make_comparison())
    assert isinstance(result, Keep)
    assert [refusal.reason for refusal in result.refusals] == [Reason.LACKS_FIGURES]
    assert all(word in result.refusals[0].sentence for word in ("monotone", "parity", "golden"))


def test_a_standing_takes_its_figures_from_the_evaluation() -> None:
    rng = np.random.default_rng(4)
    dataset, quantiles = make_market(rng)
    found = evaluate(
        dataset=dataset, log_quantiles=quantiles, baseline_log=np.full(len(dataset), 7.5),
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
        make_checks(unsold_coverage=None, monotone_violations=None, parity=None, golden=None),
    ],
)
def test_checks_survive_json(checks: Checks) -> None:
    again = checks_from_json(orjson.loads(orjson.dumps(asdict(checks))))
    assert asdict(again) == pytest.approx(
        {name: NAN if name == "unsold_coverage" and value is None else value
         for name, value in asdict(checks).items()},
        nan_ok=True,
    )  # fmt: skip


def test_a_check_that_the_file_does_not_name_was_not_tried() -> None:
    assert checks_from_json({}).golden is None
