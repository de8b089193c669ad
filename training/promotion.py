"""Whether a challenger becomes the champion: pure, and every refusal gives its reasons."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import isnan

from training.bootstrap import Difference
from training.checks import Checks
from training.coverage_rule import SegmentCoverage, fails, judged, leaves_points, sentence
from training.evaluate import Evaluation, coverage_of
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
    ABSURD_LEVELS = "absurd_levels"
    ONE_SELLER = "one_seller"
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
    # On device models that the fit never saw the interval must hold at least this share.
    unsold_coverage: float = 0.76
    # One segment in twenty misses its 95% interval by chance: up to this share of those judged may,
    # and the card marks each. One that leaves the outer bounds refuses by itself.
    failing_segments: float = 0.10
    # At most this share of the catalogue's device models may be priced absurdly: extrapolation to
    # devices unlike any that were sold is never free of them, a broken term makes them by the half.
    absurd_levels: float = 0.05
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
            covered for it in evaluation.segments if (covered := coverage_of(it)) is not None
        ),
        checks=checks,
    )


def decide(
    *,
    champion: Standing | None,
    challenger: Standing,
    comparison: PairedComparison | None,
    rules: PromotionRules,
    sellers_accepted: bool = False,
) -> Promote | Keep:
    """Promote the challenger, or keep the champion for every reason that there is.

    The first champion of a market has nobody to beat but the look-up baseline.
    ``sellers_accepted``: somebody looked at the sellers that deviate and answers for their sales.
    """
    refusals = (
        *_own_figures(challenger, rules),
        *_own_checks(challenger.checks, rules),
        *_data_checks(challenger.checks, rules, sellers_accepted=sellers_accepted),
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
    failing = [segment for segment in it.segments if fails(segment)]
    many = len(failing) > rules.failing_segments * sum(map(judged, it.segments))
    for segment in failing:
        if many or leaves_points(segment):
            yield Refusal(Reason.SEGMENT_COVERAGE, sentence(segment))


def _own_checks(checks: Checks, rules: PromotionRules) -> Iterator[Refusal]:
    untried = [
        name
        for name, value in (
            ("monotone", checks.monotone_violations),
            ("parity", checks.parity),
            ("golden intervals", checks.golden),
            ("levels of the catalogue", checks.levels),
            ("sellers that deviate", checks.sellers),
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


def _data_checks(
    checks: Checks, rules: PromotionRules, *, sellers_accepted: bool
) -> Iterator[Refusal]:
    levels, sellers = checks.levels, checks.sellers
    if levels is not None and levels.share > rules.absurd_levels:
        yield Refusal(
            Reason.ABSURD_LEVELS,
            f"{levels.found:,} of {levels.of:,} device models are priced absurdly, more than "
            f"{rules.absurd_levels:.0%}: {'; '.join(levels.examples)}",
        )
    if sellers is not None and sellers.found and not sellers_accepted:
        yield Refusal(
            Reason.ONE_SELLER,
            f"{sellers.found} of {sellers.of:,} sellers with several sales of a device model "
            f"deviate, nobody has accepted it: {'; '.join(sellers.examples)}",
        )


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
