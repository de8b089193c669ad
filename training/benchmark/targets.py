"""What is to be reached, as data, and whether it was.

The figures are those of the issue "Prices that deserve belief"; errors are shares, 0.11 is 11%.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from training.benchmark.blocks import Block
from training.benchmark.measure import LESS_IS_BETTER
from training.benchmark.methods import LOOKUP, US
from training.benchmark.settings import Kind

FLOOR = "floor"  # the simulator's own medians
BEST_PEER = "best peer"


@dataclass(frozen=True, slots=True)
class Target:
    """A figure to be reached: at most ``reach``, or at least where ``at_least``; ``of`` names what
    the figure is a multiple of, None for the figure itself."""

    case: str
    split: str
    metric: str
    reach: float
    aim: float | None = None
    scope: str = "all"
    of: str | None = None
    method: str = US
    at_least: bool = False


TARGETS = (
    Target("vn", "seller", "mdape", 0.11, 0.105),
    Target("vn", "seller", "log_mae", 0.88, of=LOOKUP),
    Target("vn", "device-model", "mdape", 0.26, 0.24),
    Target("cn", "configuration", "mean_error", 0.11, 0.10),
    Target("cn", "published", "mean_error", 0.105, 0.10),
    Target("cn", "device-model", "mean_error", 0.16, 0.15),
    Target("sea", "model-storage", "mdape", 0.15, 0.14),
    Target("sea", "model-storage", "mdape", 0.16, 0.14, scope="phone"),
    Target("demo", "time", "log_mae", 1.10, 1.05, of=FLOOR),
    Target("demo", "time", "log_mae", 1.30, of=FLOOR, method=LOOKUP, at_least=True),
)
HELD_OUT_COVERAGE = 0.76  # of device models held out whole
OF_BEST_PEER = 0.90  # interval score: at least 10% better
HEADLINES = {"cn": "mean_error"}  # first in MdAPE, but on cn in the mean error


@dataclass(frozen=True, slots=True)
class Outcome:
    """A target with what was measured; ``short``: how much is lacking, 0 where it is reached."""

    where: str
    what: str
    reach: str
    aim: str
    measured: str
    reached: bool
    aimed: bool | None
    short: float


def outcomes(blocks: Sequence[Block]) -> list[Outcome]:
    """Every target of what was run, then what holds for all data: first, coverage, intervals."""
    ours = [block for block in blocks if US in block.figures]
    found = [
        outcome
        for target in TARGETS
        for block in blocks
        if (block.case, block.split, block.scope) == (target.case, target.split, target.scope)
        and (outcome := _outcome(target, block)) is not None
    ]
    for block in ours:
        found += _of_all(block)
    return found


def _outcome(target: Target, block: Block) -> Outcome | None:
    base = _base(target, block)
    if base is None or target.method not in block.figures:
        return None
    measured = block.figures[target.method][target.metric].value / base
    short = (target.reach - measured) if target.at_least else (measured - target.reach)
    aimed = None if target.aim is None else measured <= target.aim
    sign = "≥" if target.at_least else "≤"
    suffix = "" if target.of is None else f" × {target.of}"
    who = "" if target.method == US else f"{target.method}: "
    return Outcome(
        where=name_of(block),
        what=f"{who}{target.metric}",
        reach=f"{sign} {_shown(target.reach, target)}{suffix}",
        aim="" if target.aim is None else f"{sign} {_shown(target.aim, target)}{suffix}",
        measured=f"{_shown(measured, target)}{suffix}",
        reached=short <= 0,
        aimed=aimed,
        short=max(short, 0.0),
    )


def _base(target: Target, block: Block) -> float | None:
    """What the figure is a multiple of; None where it was not measured."""
    if target.of is None:
        return 1.0
    if target.of == FLOOR:
        return block.floor
    found = block.figures.get(target.of)
    return None if found is None else found[target.metric].value


def _shown(value: float, target: Target) -> str:
    return f"{value:.2f}" if target.of else f"{value:.1%}"


def _of_all(block: Block) -> list[Outcome]:
    """What is asked of every data set and split."""
    where, found = name_of(block), []
    ranked = (HEADLINES.get(block.case, "mdape"), "log_mae", "pinball", "interval_score")
    for metric in (name for name in LESS_IS_BETTER if name in ranked and name in block.against):
        against = block.against[metric]
        behind = against.paired.verdict == "behind"
        relative = against.paired.difference / against.theirs
        found.append(
            Outcome(where, f"{metric} beside {against.peer}", "first or tie", "",
                    f"{against.paired.verdict} ({relative:+.1%})", not behind, None,
                    relative if behind else 0.0)
        )  # fmt: skip
    if "interval_score" in block.against:
        against = block.against["interval_score"]
        ratio = 1 + against.paired.difference / against.theirs
        found.append(
            Outcome(where, f"interval score of {BEST_PEER}", f"≤ {OF_BEST_PEER:.2f} ×", "",
                    f"{ratio:.2f} ×", ratio <= OF_BEST_PEER, None, max(ratio - OF_BEST_PEER, 0.0))
        )  # fmt: skip
    return [*found, *_coverage(block)]


def _coverage(block: Block) -> list[Outcome]:
    where, found = name_of(block), []
    if block.segments:
        failing = sum(segment.fails for segment in block.segments)
        found.append(
            Outcome(where, "segments whose coverage fails", "0", "",
                    f"{failing} of {len(block.segments)}", failing == 0, None, float(failing))
        )  # fmt: skip
    if block.kind is Kind.DEVICE_MODEL:
        coverage = block.figures[US]["coverage"].value
        short = max(HELD_OUT_COVERAGE - coverage, 0.0)
        found.append(
            Outcome(where, "coverage", f"≥ {HELD_OUT_COVERAGE:.0%}", "", f"{coverage:.1%}",
                    short == 0, None, short)
        )  # fmt: skip
    return found


def name_of(block: Block) -> str:
    """The row's name in tables."""
    scope = "" if block.scope == "all" else f", {block.scope}s"
    return f"{block.case}, {block.split}{scope}"
