"""What is measured and at which pace: ``benchmark.toml`` as frozen dataclasses."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

SHIPPED = Path(__file__).with_name("benchmark.toml")


class BadBenchmark(ValueError):
    """A key that the benchmark does not know, or lacks, or a data set that cannot be read."""


class Kind(StrEnum):
    """How a split holds rows out."""

    SELLER = "seller"
    CONFIGURATION = "configuration"
    MODEL_STORAGE = "model-storage"
    DEVICE_MODEL = "device-model"
    RANDOM = "random"
    RANDOM_FOLDS = "random-folds"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """One way to hold rows out: ``folds`` of groups, ``seeds`` at random, or the latest ``share``
    of the sales."""

    name: str
    kind: Kind
    folds: int = 0
    seeds: tuple[int, ...] = ()
    share: float = 0.2


@dataclass(frozen=True, slots=True)
class Simulation:
    """Sales that the demo market makes instead of a file."""

    sales: int
    seed: int
    until: date


@dataclass(frozen=True, slots=True)
class Source:
    """One data set: files or a simulation, the mapping, and what is done with it.

    ``headline`` is the metric that its targets and its plot speak of; ``search`` names the split
    whose groups a search holds out; ``scopes`` are ``all`` and categories of device.
    """

    name: str
    title: str
    mapping: str
    headline: str
    search: str
    splits: tuple[SplitPlan, ...]
    files: tuple[str, ...] = ()
    simulate: Simulation | None = None
    scopes: tuple[str, ...] = ("all",)

    def plan(self, name: str) -> SplitPlan:
        """The split of that name."""
        return next(plan for plan in self.splits if plan.name == name)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is done; 0 rows, folds or splits stand for all of them."""

    search_seconds: float
    search_rows: int
    rows_a_market: int
    folds_at_most: int
    splits_at_most: int
    draws: int


@dataclass(frozen=True, slots=True)
class Filter:
    """The published filter: which lines of a file are scored."""

    days_before_first_sale: int
    drop_duplicates: bool
    least_price: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The whole plan."""

    filter: Filter
    paces: Mapping[str, Pace] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()


def load_benchmark(path: Path = SHIPPED) -> Benchmark:
    """The plan of a file; BadBenchmark names the key."""
    with path.open("rb") as file:
        data = tomllib.load(file)
    return Benchmark(
        filter=_made(Filter, data["filter"], "filter"),
        paces={name: _made(Pace, each, name) for name, each in data["pace"].items()},
        sources=tuple(_source(each) for each in data["dataset"]),
    )


def _source(data: Mapping[str, Any]) -> Source:
    name = str(data.get("name"))
    simulate = data.get("simulate")
    source = _made(
        Source,
        {
            **{key: value for key, value in data.items() if key not in ("split", "simulate")},
            "files": tuple(data.get("files", ())),
            "scopes": tuple(data.get("scopes", ("all",))),
            "splits": tuple(_plan(each, name) for each in data.get("split", ())),
            "simulate": None if simulate is None else _made(Simulation, simulate, name),
        },
        name,
    )
    if source.search not in [plan.name for plan in source.splits]:
        raise BadBenchmark(f"{name}: there is no split {source.search!r} to search on")
    return source


def _plan(data: Mapping[str, Any], where: str) -> SplitPlan:
    kind, seeds = Kind(data["kind"]), tuple(data.get("seeds", ()))
    return _made(SplitPlan, {**data, "kind": kind, "seeds": seeds}, where)


Made = TypeVar("Made")


def _made(kind: type[Made], values: Mapping[str, Any], where: str) -> Made:
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]  # always a dataclass
    if unknown := sorted(values.keys() - known):
        raise BadBenchmark(f"{where} has no key {unknown[0]!r}; it has {', '.join(sorted(known))}")
    try:
        return kind(**values)
    except TypeError as error:
        raise BadBenchmark(f"{where}: {error}") from error


def chosen(sources: Sequence[Source], names: Sequence[str]) -> tuple[Source, ...]:
    """The data sets of those names, all without any; BadBenchmark where there is none."""
    known = [source.name for source in sources]
    if unknown := sorted(set(names) - set(known)):
        raise BadBenchmark(f"there is no data set {unknown[0]!r}; there are {', '.join(known)}")
    return tuple(source for source in sources if not names or source.name in names)
