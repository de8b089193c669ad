"""The whole result as JSON-able data."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from training.benchmark.blocks import Block
from training.benchmark.datasets import Case, MarketSales, rows_digest
from training.benchmark.search import Found
from training.benchmark.settings import Filter, Pace
from training.benchmark.targets import Outcome
from valuation.features import Words
from valuation.price_model.calibration import CELL_CONTEXT

LIBRARIES = ("catboost", "lightgbm", "numpy", "scikit-learn", "xgboost-cpu")


@dataclass(frozen=True, slots=True)
class Report:
    """What was run and what came of it; ``left_out`` are methods whose library is not installed."""

    command: str
    made_at: datetime
    commit: str
    pace_name: str
    pace: Pace
    filter: Filter
    methods: Mapping[str, str]
    left_out: tuple[str, ...]
    cases: tuple[Case, ...]
    found: Mapping[tuple[str, str], Found]
    blocks: tuple[Block, ...]
    outcomes: tuple[Outcome, ...]
    seconds: float


def to_json(report: Report) -> dict[str, object]:
    """Everything but the predictions themselves."""
    return {
        "command": report.command,
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "commit": report.commit,
        "python": platform.python_version(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
        "pace": {"name": report.pace_name, **asdict(report.pace)},
        "seconds": round(report.seconds),
        "published_filter": asdict(report.filter),
        "methods": dict(report.methods),
        "methods_left_out": list(report.left_out),
        "data": [_case(case) for case in report.cases],
        "searches": [
            {"data": case, "method": method, **asdict(found)}
            for (case, method), found in sorted(report.found.items())
        ],
        "targets": [asdict(outcome) for outcome in report.outcomes],
        "rows": [_block(block) for block in report.blocks],
    }


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """One market of a data set: which kind of price in which currency, whom quotes are for unless
    they say otherwise, and which sales are scored."""

    market: str
    kind: str
    currency: str
    served: Mapping[str, str]
    buyers: Mapping[str, int]
    sales: int
    scored: int
    scored_digest: str


def facts_of(sales: MarketSales) -> MarketFacts:
    """What a reader must know of a market's sales."""
    market, buyers = sales.dataset.market, _buyers(sales.dataset.columns.context.get(CELL_CONTEXT))
    # As a fit chooses it: the mapping's, else the most frequent.
    usual = {CELL_CONTEXT: max(buyers, key=lambda name: buyers[name])} if buyers else {}
    return MarketFacts(
        market=market.slug,
        kind=market.kind.value,
        currency=market.currency,
        served={**usual, **sales.served},
        buyers=buyers,
        sales=len(sales.dataset),
        scored=int(sales.scored.sum()),
        scored_digest=rows_digest(sales.keys[sales.scored]),
    )


def _case(case: Case) -> dict[str, object]:
    return {
        "name": case.source.name,
        "title": case.source.title,
        "mapping": case.source.mapping,
        "headline": case.source.headline,
        "searched_on": case.source.search,
        "markets": [asdict(facts_of(sales)) for sales in case.markets],
    }


def _buyers(words: Words | None) -> dict[str, int]:
    """Sales by buyer."""
    names = [] if words is None else [str(word) for word in words if word is not None]
    return {name: names.count(name) for name in sorted(set(names))}


def _block(block: Block) -> dict[str, object]:
    return {
        "data": block.case,
        "split": block.split,
        "scope": block.scope,
        "folds": block.folds,
        "rows": block.rows,
        "scored": {"count": block.scored, "digest": block.digest},
        "simulator_log_mae": block.floor,
        "methods": {
            method: {
                **{name: asdict(figure) for name, figure in figures.items()},
                **block.ratios[method],
                "fit_seconds": round(block.seconds[method], 2),
            }
            for method, figures in block.figures.items()
        },
        "us_beside_the_best_peer": {
            name: {
                "peer": against.peer,
                "theirs": against.theirs,
                "verdict": against.paired.verdict,
                **asdict(against.paired),
            }
            for name, against in block.against.items()
        },
        "failing_segments": [asdict(each) for each in block.segments if each.fails],
        "segments": [asdict(each) for each in block.segments],
        "buyers": [asdict(each) for each in block.buyers],
    }


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
