"""CARD.md: what a price model was taught, how good it is, where it must not be used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan

from training.checks import Checks, Finding
from training.evaluate import Evaluation, Segment
from training.evaluation_text import FAILS, HEAD, cells
from training.guarantees import Below
from valuation.domain.market import Market, PriceKind, Provenance

LEVELS = "device models at an absurd price"
SELLERS = "sellers with several sales of one deviate"
DEMO_DATA = "**DEMO DATA: these sales were made by a simulator and are nobody's prices.**"
KINDS = {
    PriceKind.SOLD: "prices at which devices were sold",
    PriceKind.ASKING: "prices that sellers asked, which buyers need not have paid",
    PriceKind.SHOP: "prices of a shop, with its margin and warranty in them",
    PriceKind.TRADE_IN: "prices that were paid to customers, with the buyer's margin already off",
}


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card says besides the evaluation.

    ``sales``: number of sales by part (fit, calibration, test); ``fitted_until``: last day that the
    fit or calibration saw, None where undated; ``taught``: questions that the sales answer.
    """

    market: Market
    data_digest: str
    sales: Mapping[str, int]
    fitted_until: date | None
    device_models_sold: int
    taught: Sequence[str]
    checks: Checks
    run_note: str
    parameters: Mapping[str, object]
    versions: Mapping[str, str]


def model_card(*, evaluation: Evaluation, facts: CardFacts) -> str:
    """The card as Markdown; its first line says so where the data is demo data."""
    parts = [
        *([DEMO_DATA] if facts.market.provenance is Provenance.DEMO else []),
        f"# Price model of {facts.market.slug}",
        facts.run_note,
        "\n".join(_data(facts)),
        "## How good it is\n\n" + _lead(evaluation),
        *_tables(evaluation),
        "\n\n".join(_guaranteed(evaluation)),
        "## What was tried\n\n" + "\n".join(_tried(facts.checks)),
        "## What it must not be used for\n\n" + "\n".join(_limits(facts)),
        "## How it was made\n\n" + "\n".join(_making(facts)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _data(facts: CardFacts) -> Iterator[str]:
    market = facts.market
    until = "undated" if facts.fitted_until is None else f"until {facts.fitted_until.isoformat()}"
    parts = ", ".join(f"{count:,} {part}" for part, count in facts.sales.items())
    yield f"- Data: {market.provenance.value}, {market.country}, {market.currency}, {until}"
    yield f"- Kind: {market.kind.value}: {KINDS[market.kind]}"
    yield f"- Sales: {parts}; digest `{facts.data_digest[:16]}`"
    yield f"- Device models sold: {facts.device_models_sold:,}"
    yield f"- Taught questions: {', '.join(facts.taught) or 'none'}"


def _lead(evaluation: Evaluation) -> str:
    it = evaluation.overall
    if it.ours is None or it.interval is None or it.baseline is None:
        return f"{it.rows} test sales are too few ({evaluation.minimum} needed): not measured."
    return (
        f"On {it.rows:,} sales that the fit pricing them had not seen (undated sales: each by the "
        f"fold that left its group out), half the medians are within "
        f"{it.ours.mdape:.1%} of the price (a look-up table: {it.baseline.mdape:.1%}), and the "
        f"80% interval holds {it.interval.coverage:.1%} of the prices. COD {it.ours.cod:.1f}, "
        f"PRD {it.ours.prd:.3f} (look-up: {it.baseline.cod:.1f}, {it.baseline.prd:.3f}). "
        f"In the tables *look-up* is the same figure of the look-up table, *95%* the interval of "
        f"the coverage, *width* (p90 − p10) / p50, *pinball* its mean at 10/50/90 in log price; "
        f"a blank means fewer than {evaluation.minimum} sales, or too few groups for an interval; "
        f"{FAILS} a coverage that fails the rule of the gate."
    )


def _tables(evaluation: Evaluation) -> Iterator[str]:
    yield _table([cells(evaluation.overall, name="all sales")])
    for dimension, segments in evaluation.dimensions().items():
        yield f"### By {dimension}\n\n" + _table([_row(segment) for segment in segments])


def _guaranteed(evaluation: Evaluation) -> Iterator[str]:
    """How often sales lay below the guaranteed value; nothing where that was not measured."""
    measured = [it for it in (evaluation.overall, *evaluation.segments) if it.below]
    if not measured:
        return
    yield "## How often sales lay below the guaranteed value"
    yield (
        "A shop guarantees a value at a share of 1% to 50% (`quantile` of its policy): so many "
        "later sales may lie below. Of the sales with recorded answers so many did, with the 95% "
        "interval; what customers see, the settled quotes below their offer, is another figure."
    )
    shares = [f"{each.guarantee:.0%}" for each in measured[0].below]
    lines = [["segment", "sales", *shares], ["---", *["--:"] * (len(shares) + 1)]]
    for it in measured:
        name = "all sales" if it is evaluation.overall else f"{it.dimension} {it.value}"
        cells = [name.replace("|", "\\|"), f"{it.below[0].rows:,}"]
        lines.append([*cells, *(_share_below(each) for each in it.below)])
    yield "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _share_below(found: Below) -> str:
    bounds = found.bounds
    span = "" if bounds is None else f" ({100 * bounds.low:.1f}–{100 * bounds.high:.1f})"
    return f"{found.share:.1%}{span}"


def _row(segment: Segment) -> list[str]:
    name, *rest = cells(segment)
    return [name.strip().replace("|", "\\|"), *rest]


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [HEAD, ["---", *["--:"] * (len(HEAD) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _tried(checks: Checks) -> Iterator[str]:
    unsold = checks.unsold_coverage
    held_out = "not measured" if isnan(unsold) else f"the 80% interval holds {unsold:.1%}"
    yield f"- Device models that the fit never saw: {held_out}"
    yield f"- Monotone: {_monotone(checks.monotone_violations)}"
    yield f"- One by one as in batch: {_passed(checks.parity)}"
    yield f"- Golden intervals: {_passed(checks.golden)}"
    yield f"- Prices of the whole catalogue: {_found(checks.levels, LEVELS)}"
    yield f"- One seller's sales of a device model: {_found(checks.sellers, SELLERS)}"


def _monotone(violations: int | None) -> str:
    match violations:
        case None:
            return "not tried"
        case 0:
            return "no worse answer, smaller storage or later day raised a price"
        case _:
            return f"{violations} pairs where the worse device is priced higher"


def _found(finding: Finding | None, what: str) -> str:
    if finding is None:
        return "not tried"
    told = f"{finding.found:,} of {finding.of:,} {what}"
    return f"{told} (such as {'; '.join(finding.examples)})" if finding.examples else told


def _passed(result: bool | None) -> str:
    return "not tried" if result is None else "passed" if result else "FAILED"


def _limits(facts: CardFacts) -> Iterator[str]:
    market = facts.market
    if market.provenance is Provenance.DEMO:
        yield "- Any payment to a real person: the sales are simulated."
    yield f"- Another country, currency or kind of price than {market.slug}."
    if market.kind is PriceKind.TRADE_IN:
        yield "- A resale value: the buyer's margin would be taken twice."
    if market.kind is PriceKind.ASKING:
        yield "- An offer, unless a dated table says what asking prices sell for."
    yield "- Answers that it was not taught: a dated table must deduct them, or an appraiser looks."
    yield (
        f"- Devices outside the catalogue, and segments that are blank or marked {FAILS} above, "
        "without a look."
    )
    if facts.fitted_until is None:
        yield "- A trend: the sales are undated, so it does not know how prices moved."
    else:
        yield f"- Prices long after {facts.fitted_until.isoformat()}: train on newer sales."


def _making(facts: CardFacts) -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in sorted(facts.versions.items()))
    yield f"- Versions: {versions}"
    yield from (f"- `{name}` = {value}" for name, value in sorted(facts.parameters.items()))
