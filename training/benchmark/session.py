"""A run from the plan to the report: import, search, fit, measure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from training.benchmark.blocks import blocks_of
from training.benchmark.datasets import UNTIL, Case, added, load_case, sampled
from training.benchmark.methods import chosen_methods, installed, label
from training.benchmark.report import Report
from training.benchmark.run import Plan, Runner
from training.benchmark.settings import (
    BadBenchmark,
    Pace,
    Source,
    SplitPlan,
    chosen,
    load_benchmark,
)
from training.benchmark.splits import folds_of
from training.benchmark.targets import outcomes
from training.cli import common
from training.params import load_params
from valuation.tables import readings
from valuation.tables.book import load_book


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller asks for; empty tuples stand for everything there is.

    ``adds`` are data sets as ``name=sales.csv:mapping.toml[:split]``; with them only they run,
    unless ``only`` names others.
    """

    data: Path
    work: Path
    pace: str = "full"
    only: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Whether it is less than the whole benchmark."""
        return bool(self.pace != "full" or self.only or self.methods or self.splits or self.adds)


def measure(wish: Wish, runner: Runner, *, command: str, say: Callable[[str], None]) -> Report:
    """Run what is wished for; BadBenchmark and UnknownMethod where that cannot be."""
    plan, params = load_benchmark(), load_params()
    wanted = chosen_methods(wish.methods)
    usable = tuple(method for method in wanted if installed(method))
    sources = _sources(wish)
    pace = plan.paces[wish.pace]
    plans = []
    for source in sources:
        say(f"importing {source.name}")
        case = load_case(
            source, data=wish.data, work=wish.work, published=plan.filter, params=params
        )
        case = sampled(case, rows=pace.rows_a_market)
        folds = {
            each.name: folds_of(case, each, params.split, at_most=pace.folds_at_most)
            for each in _splits(source, wish, pace)
        }
        plans.append(Plan(case, folds, usable, pace, params))
    found = runner.searches(plans)
    settings = {key: each.settings for key, each in found.items()}
    results = runner.results(plans, settings)
    say("measuring")
    widest = readings.policy(load_book().table("policy", UNTIL), _currency(plans[0].case)).widest
    blocks = [
        block for each in plans for block in blocks_of(each, results, settings, widest=widest)
    ]
    return Report(
        command=command,
        made_at=datetime.now(UTC),
        commit=common.commit(),
        pace_name=wish.pace,
        pace=pace,
        filter=plan.filter,
        methods={method: label(method) for method in usable},
        left_out=tuple(method for method in wanted if method not in usable),
        cases=tuple(each.case for each in plans),
        found=found,
        blocks=tuple(blocks),
        outcomes=tuple(outcomes(blocks)),
        seconds=0.0,
    )


def _splits(source: Source, wish: Wish, pace: Pace) -> list[SplitPlan]:
    if wish.splits:
        return [each for each in source.splits if each.name in wish.splits]
    return list(source.splits[: pace.splits_at_most or None])


def _sources(wish: Wish) -> tuple[Source, ...]:
    plan, params = load_benchmark(), load_params()
    own = [
        added(each, params=params, data=wish.data, work=wish.work, published=plan.filter)
        for each in wish.adds
    ]
    shipped = chosen(plan.sources, wish.only) if wish.only or not own else ()
    sources = (*shipped, *own)
    if wish.splits:
        sources = tuple(s for s in sources if {plan.name for plan in s.splits} & {*wish.splits})
    if not sources:
        raise BadBenchmark(f"no data set has a split named {' or '.join(wish.splits)}")
    return sources


def _currency(case: Case) -> str:
    return case.markets[0].dataset.market.currency
