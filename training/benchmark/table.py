"""The result in Markdown: us beside the best peer, the targets, and every figure."""

from collections.abc import Iterable, Sequence

from training.benchmark.blocks import Block
from training.benchmark.measure import LESS_IS_BETTER, METRICS, Figure
from training.benchmark.methods import US
from training.benchmark.report import Report, facts_of
from training.benchmark.targets import name_of

HEADS = {
    "mdape": "MdAPE",
    "mean_error": "mean error",
    "log_mae": "logMAE",
    "pinball": "pinball",
    "coverage": "coverage",
    "interval_score": "interval score",
    "median_width": "width",
    "referred": "referred",
    "coverage_unreferred": "coverage, referred missed",
}
SHARES = ("mdape", "mean_error", "coverage", "referred", "coverage_unreferred")
NOTE = """\
Errors are of p50; pinball (mean of 10, 50 and 90%), interval score and logMAE are of the log
price, width is (p90 − p10) / p50. Figures are over all rows of all folds, with 95% bounds by group
bootstrap (sellers, or device models where no seller is known or whole device models are held out).
*first*, *tie*, *behind*: ours less the best peer's on the same drawn groups; a tie is an interval
that contains 0. A row whose p90 / p10 is wider than the policy allows is referred. COD and PRD are
the assessors'; seconds are those of one processor for a fold with its conformal step. Peers are
searched, each for the same time on the same inner groups; we are as shipped."""


def to_markdown(report: Report) -> str:
    """The whole document."""
    parts = [
        "# Benchmark",
        f"Made by `{report.command}` on {report.made_at:%Y-%m-%d}, commit {report.commit[:12]}, "
        f"in {report.seconds / 60:.0f} minutes of this run.",
        *_warnings(report),
        "## Us beside the best peer",
        _summary(report.blocks),
        NOTE,
        "## Targets",
        _targets(report),
        "## Data",
        _data(report),
        "## Every method",
        *(_block(block, report) for block in report.blocks),
        *_buyers(report.blocks),
        *_failing(report.blocks),
        "## What was searched",
        _searches(report),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _warnings(report: Report) -> list[str]:
    said = []
    if report.pace_name != "full":
        pace = report.pace
        said.append(
            f"**A quick run: {pace.folds_at_most} fold of {pace.splits_at_most} splits, about "
            f"{pace.rows_a_market:,} sales of each market, {pace.search_seconds:g} seconds a "
            "search. It shows that everything works; its figures mean little.**"
        )
    if report.left_out:
        missing = ", ".join(report.left_out)
        said.append(f"**Left out, for their library is not installed: {missing}.**")
    return said


def _summary(blocks: Sequence[Block]) -> str:
    heads = ["data, split", "rows", *(HEADS[name] for name in LESS_IS_BETTER), "coverage",
             "segments failing"]  # fmt: skip
    return _table(heads, [_summary_line(block) for block in blocks if US in block.figures])


def _summary_line(block: Block) -> list[str]:
    cells = [name_of(block), f"{block.rows:,}"]
    for name in LESS_IS_BETTER:
        value = _shown(name, block.figures[US][name].value)
        against = block.against.get(name)
        if against is None:
            cells.append(value)
            continue
        relative = against.paired.difference / against.theirs
        verdict = against.paired.verdict
        said = f"behind by {relative:.1%}" if verdict == "behind" else f"{verdict} {relative:+.1%}"
        cells.append(f"{value}; {said} ({against.peer} {_shown(name, against.theirs)})")
    coverage = block.figures[US]["coverage"]
    failing = sum(segment.fails for segment in block.segments)
    judged = f"{failing} of {len(block.segments)}" if block.segments else "–"
    return [*cells, _bounded("coverage", coverage), judged]


def _targets(report: Report) -> str:
    lines = [
        [
            outcome.where, outcome.what, outcome.reach, outcome.aim, outcome.measured,
            "reached" if outcome.reached else f"short by {_short(outcome.short)}",
            "" if outcome.aimed is None else ("yes" if outcome.aimed else "no"),
        ]
        for outcome in report.outcomes
    ]  # fmt: skip
    return _table(["data, split", "what", "target", "aim", "measured", "", "aim reached"], lines)


def _data(report: Report) -> str:
    lines = []
    for case in report.cases:
        for facts in map(facts_of, case.markets):
            served = ", ".join(f"{name} {word}" for name, word in facts.served.items()) or "–"
            counts = [f"{facts.sales:,}", f"{facts.scored:,}", facts.scored_digest[:12]]
            lines.append(
                [case.source.title, facts.market, facts.kind, facts.currency, served, *counts]
            )
    heads = ["data", "market", "kind of price", "currency", "served", "sales", "scored", "digest"]
    least = ", ".join(f"{price} {code}" for code, price in report.filter.least_price.items())
    rule = (
        f"Scored is what the published filter keeps: prices from {least} on, no sale before the "
        "device came out, no locked or listed device, no repeat of the same sale; of the demo "
        "market those with a true median. A method that drops more drops it from its fit alone."
    )
    return f"{rule}\n\n{_table(heads, lines)}"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 1 else f"{value:.3f}"


def _block(block: Block, report: Report) -> str:
    heads = ["method", *HEADS.values(), "COD", "PRD", "seconds"]
    order = sorted(block.figures, key=lambda method: block.figures[method]["pinball"].value)
    lines = [
        [
            f"**{US}**" if method == US else report.methods[method],
            *(_bounded(name, block.figures[method][name]) for name in METRICS),
            f"{block.ratios[method]['cod']:.1f}",
            f"{block.ratios[method]['prd']:.3f}",
            f"{block.seconds[method]:.1f}",
        ]
        for method in order
    ]
    folds = "1 fold" if block.folds == 1 else f"{block.folds} folds"
    said = (
        f"### {name_of(block)}\n\n{block.rows:,} rows of {folds}; {block.scored:,} sales, digest "
    )
    floor = (
        "" if block.floor is None else f" The simulator's own medians: logMAE {block.floor:.4f}."
    )
    return f"{said}{block.digest[:12]}.{floor}\n\n{_table(heads, lines)}"


def _buyers(blocks: Sequence[Block]) -> list[str]:
    """Every buyer under us and under the peer that is best there."""
    found = []
    for block in (block for block in blocks if block.buyers and US in block.figures):
        lines = []
        for buyer in block.buyers:
            peers = {m: value for m, value in buyer.mdape.items() if m != US}
            best = min(peers, key=lambda m: peers[m]) if peers else None
            lines.append([
                buyer.market, buyer.buyer, f"{buyer.rows:,}", f"{buyer.mdape[US]:.1%}",
                "" if best is None else f"{peers[best]:.1%} ({best})",
                f"{buyer.coverage[US]:.1%}", f"{buyer.interval_score[US]:.3f}",
            ])  # fmt: skip
        heads = ["market", "buyer", "rows", "MdAPE", "best peer", "coverage", "interval score"]
        found.append(f"### By buyer: {name_of(block)}\n\n{_table(heads, lines)}")
    return found


def _failing(blocks: Sequence[Block]) -> list[str]:
    lines = []
    for block in blocks:
        for segment in (segment for segment in block.segments if segment.fails):
            covered, bounds = segment.covered, segment.covered.bounds
            lines.append(
                [
                    name_of(block),
                    segment.dimension,
                    segment.value,
                    f"{covered.rows:,}",
                    f"{covered.coverage:.1%}",
                    "" if bounds is None else f"{bounds.low:.1%} to {bounds.high:.1%}",
                ]
            )
    if not lines:
        return []
    heads = ["data, split", "dimension", "segment", "rows", "coverage", "95%"]
    return [f"## Segments whose coverage fails\n\n{_table(heads, lines)}"]


def _searches(report: Report) -> str:
    lines = [
        [
            case, report.methods[method], str(found.trials), f"{found.start_score:.4f}",
            f"{found.score:.4f}",
            ", ".join(f"{name} {value}" for name, value in found.settings.items()),
        ]
        for (case, method), found in sorted(report.found.items())
    ]  # fmt: skip
    return _table(["data", "method", "tried", "pinball at the start", "best", "settings"], lines)


def _bounded(name: str, figure: Figure) -> str:
    value = _shown(name, figure.value)
    if figure.bounds is None:
        return value
    low, high = (_shown(name, each) for each in (figure.bounds.low, figure.bounds.high))
    return f"{value} ({low}–{high})".replace("%–", "–")


def _shown(name: str, value: float) -> str:
    if name in SHARES:
        return f"{value:.1%}"
    return f"{value:.4f}" if name in ("log_mae", "pinball") else f"{value:.3f}"


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
