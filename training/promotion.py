"""Whether a challenger becomes the champion: pure, and every refusal gives its reasons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isnan

from training.bootstrap import Difference
from training.evaluate import Evaluation
from valuation.domain.market import Market


class Reason(StrEnum):
    """Why a challenger is not promoted."""

    OTHER_MARKET = "other_market"
    SAME_BUNDLE = "same_bundle"
    LACKS_FIGURES = "lacks_figures"
    TOO_FEW_ROWS = "too_few_rows"
    WORSE_THAN_BASELINE = "worse_than_baseline"
    COVERAGE = "coverage"
    SEGMENT_COVERAGE = "segment_coverage"
    UNSOLD_COVERAGE = "unsold_coverage"
    NOT_MONOTONE = "not_monotone"
    PARITY = "parity"
    GOLDEN = "golden"
    NO_COMPARISON = "no_comparison"
    WORSE_THAN_CHAMPION = "worse_than_champion"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason and its sentence."""

    reason: Reason
    sentence: str


@dataclass(frozen=True, slots=True)
class Promote:
    """The challenger passed every check."""


@dataclass(frozen=True, slots=True)
class Keep:
    """The champion, if there is one, stays; at least one refusal."""

    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """What was tried on the finished bundle; NaN or None where it was not.

    ``unsold_coverage``: of the 80% interval on whole held-out device models; ``golden``: the bundle
    loads and gives its golden intervals; ``parity``: one by one and in batch in a fresh process.
    """

    unsold_coverage: float
    monotone_violations: int | None
    parity: bool | None
    golden: bool | None


@dataclass(frozen=True, slots=True)
class SegmentCoverage:
    """Coverage of one segment of the test sales."""

    name: str
    rows: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What a bundle has shown for itself on its own test sales."""

    market: Market
    digest: str
    rows: int
    log_mae: float
    log_pinball: float
    baseline_log_mae: float
    coverage: float
    segments: tuple[SegmentCoverage, ...]
    checks: Checks


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """Both bundles on the same later sales, challenger less champion; None: too few groups."""

    champion: str
    challenger: str
    rows: int
    log_mae: Difference | None
    log_pinball: Difference | None


@dataclass(frozen=True, slots=True)
class PromotionRules:
    """Every knob of the gate."""

    # Fewer test sales than this say nothing: the error of coverage alone passes 6 points.
    minimum_rows: int = 50
    # The 80% interval must hold this share of the test sales.
    coverage: tuple[float, float] = (0.74, 0.86)
    # … and this share in every segment with segment_rows sales or more.
    segment_coverage: tuple[float, float] = (0.70, 0.90)
    segment_rows: int = 150
    # On device models that the fit never saw the interval must hold at least this share.
    unsold_coverage: float = 0.76
    # A loss this much above the champion's refuses even where noise could explain it.
    worsening: float = 0.05


def standing(*, market: Market, digest: str, evaluation: Evaluation, checks: Checks) -> Standing:
    """The standing of a bundle from its evaluation; blanks become NaN."""
    overall, nan = evaluation.overall, float("nan")
    return Standing(
        market=market,
        digest=digest,
        rows=evaluation.rows,
        log_mae=overall.ours.log_mae if overall.ours else nan,
        log_pinball=overall.interval.log_pinball if overall.interval else nan,
        baseline_log_mae=overall.baseline.log_mae if overall.baseline else nan,
        coverage=overall.interval.coverage if overall.interval else nan,
        segments=tuple(
            SegmentCoverage(f"{s.dimension} {s.value}", s.rows, s.interval.coverage)
            for s in evaluation.segments
            if s.interval is not None
        ),
        checks=checks,
    )


def checks_from_json(data: Mapping[str, object]) -> Checks:
    """The inverse of ``asdict``; JSON has no NaN, and null or nothing is a check not tried."""
    unsold, violations = data.get("unsold_coverage"), data.get("monotone_violations")
    passed = {name: data.get(name) for name in ("parity", "golden")}
    return Checks(
        unsold_coverage=float("nan") if unsold is None else float(str(unsold)),
        monotone_violations=None if violations is None else int(str(violations)),
        **{name: None if value is None else value is True for name, value in passed.items()},
    )


def decide(
    *,
    champion: Standing | None,
    challenger: Standing,
    comparison: PairedComparison | None,
    rules: PromotionRules,
) -> Promote | Keep:
    """Promote the challenger, or keep the champion for every reason that there is.

    The first champion of a market has nobody to beat but the look-up baseline.
    """
    refusals = (
        *_own_figures(challenger, rules),
        *_own_checks(challenger.checks, rules),
        *(() if champion is None else _against(champion, challenger, comparison, rules)),
    )
    return Keep(refusals) if refusals else Promote()


def _own_figures(it: Standing, rules: PromotionRules) -> Iterator[Refusal]:
    if it.rows < rules.minimum_rows:
        yield Refusal(Reason.TOO_FEW_ROWS, f"{it.rows} test sales; {rules.minimum_rows} are needed")
    figures = {
        "logMAE": it.log_mae,
        "pinball": it.log_pinball,
        "the look-up's logMAE": it.baseline_log_mae,
        "coverage": it.coverage,
    }
    missing = [name for name, value in figures.items() if isnan(value)]
    missing += [f"coverage of {s.name}" for s in it.segments if isnan(s.coverage)]
    if missing:
        yield Refusal(Reason.LACKS_FIGURES, f"not measured: {', '.join(missing)}")
    if it.log_mae >= it.baseline_log_mae:
        yield Refusal(
            Reason.WORSE_THAN_BASELINE,
            f"logMAE {it.log_mae:.4f} is not below the look-up's {it.baseline_log_mae:.4f}",
        )
    yield from _coverage(it, rules)


def _coverage(it: Standing, rules: PromotionRules) -> Iterator[Refusal]:
    low, high = rules.coverage
    if it.coverage < low or it.coverage > high:
        yield Refusal(
            Reason.COVERAGE,
            f"the 80% interval covers {it.coverage:.1%}, not {low:.0%} to {high:.0%}",
        )
    low, high = rules.segment_coverage
    for segment in it.segments:
        outside = segment.coverage < low or segment.coverage > high
        if segment.rows >= rules.segment_rows and outside:
            yield Refusal(
                Reason.SEGMENT_COVERAGE,
                f"{segment.name}: the 80% interval covers {segment.coverage:.1%} of "
                f"{segment.rows} sales, not {low:.0%} to {high:.0%}",
            )


def _own_checks(checks: Checks, rules: PromotionRules) -> Iterator[Refusal]:
    untried = [
        name
        for name, value in (
            ("monotone", checks.monotone_violations),
            ("parity", checks.parity),
            ("golden intervals", checks.golden),
        )
        if value is None
    ]
    if isnan(checks.unsold_coverage):
        untried.append("coverage of held-out device models")
    if untried:
        yield Refusal(Reason.LACKS_FIGURES, f"not tried: {', '.join(untried)}")
    if checks.unsold_coverage < rules.unsold_coverage:
        yield Refusal(
            Reason.UNSOLD_COVERAGE,
            f"the 80% interval covers {checks.unsold_coverage:.1%} on device models held out, "
            f"less than {rules.unsold_coverage:.0%}",
        )
    if checks.monotone_violations:
        yield Refusal(
            Reason.NOT_MONOTONE,
            f"{checks.monotone_violations} pairs where the worse device is priced higher",
        )
    if checks.parity is False:
        yield Refusal(Reason.PARITY, "one by one the prices are not those of the batch")
    if checks.golden is False:
        yield Refusal(Reason.GOLDEN, "the bundle does not give its own golden intervals")


def _against(
    champion: Standing,
    challenger: Standing,
    comparison: PairedComparison | None,
    rules: PromotionRules,
) -> Iterator[Refusal]:
    ours, theirs = challenger.market.slug, champion.market.slug
    if ours != theirs:
        yield Refusal(Reason.OTHER_MARKET, f"a bundle of {ours} is not compared with {theirs}")
        return
    if challenger.digest == champion.digest:
        yield Refusal(Reason.SAME_BUNDLE, f"{challenger.digest[:12]} is the champion already")
        return
    pair = (champion.digest, challenger.digest)
    if comparison is None or (comparison.champion, comparison.challenger) != pair:
        yield Refusal(Reason.NO_COMPARISON, "the two were not compared on the same sales")
        return
    yield from _compared(comparison, rules)


def _compared(comparison: PairedComparison, rules: PromotionRules) -> Iterator[Refusal]:
    if comparison.rows < rules.minimum_rows:
        yield Refusal(
            Reason.TOO_FEW_ROWS,
            f"{comparison.rows} sales are new to both; {rules.minimum_rows} are needed",
        )
        return
    for name, change in (("logMAE", comparison.log_mae), ("pinball", comparison.log_pinball)):
        if change is None or isnan(change.mean) or isnan(change.low) or isnan(change.relative):
            yield Refusal(Reason.LACKS_FIGURES, f"not measured: {name} beside the champion")
        elif change.low > 0 or change.relative > rules.worsening:
            yield Refusal(
                Reason.WORSE_THAN_CHAMPION,
                f"{name} {change.relative:+.1%} beside the champion on {comparison.rows} sales "
                f"(95%: {change.low:+.4f} to {change.high:+.4f})",
            )
