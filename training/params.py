"""The knobs of ``params.toml`` as frozen dataclasses; an unknown or missing key is an error."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

SHIPPED = Path(__file__).with_name("params.toml")


class BadParameter(ValueError):
    """A key that no knob has, a knob without a key, or a value of another type."""


@dataclass(frozen=True, slots=True)
class SaleRules:
    """Which sales count."""

    days_before_first_sale: int
    drop_duplicates: bool
    outlier_factor: float
    outlier_minimum: int
    least_price: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SplitRules:
    """How sales are held out."""

    test_share: float
    calibration_share: float
    dated_from_days: int
    test_folds: int
    calibration_folds: int
    unsold_folds: int
    least_cell: int


@dataclass(frozen=True, slots=True)
class SpecificationRules:
    """What counts as taught."""

    least_answers: int
    least_level: int
    ages_days: int
    least_context: int
    least_brand: int
    least_code: int


@dataclass(frozen=True, slots=True)
class LadderRules:
    """How much a rung is pooled towards its parent."""

    rounds: int
    ridge: float
    huber: float
    answer_share: float
    least_step: float
    least_point: float
    age_share: float


@dataclass(frozen=True, slots=True)
class BoosterRules:
    """Size and pace of one kind of boosters."""

    trees: int
    leaves: int
    learning_rate: float
    leaf_minimum: int
    leaf_share: float
    column_share: float
    row_share: float
    ridge: float
    smoothing: float


@dataclass(frozen=True, slots=True)
class MixRules:
    """How much the direct boosters say."""

    shares: tuple[float, ...]
    least_gain: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "shares", tuple(self.shares))


@dataclass(frozen=True, slots=True)
class EvaluationRules:
    """How the result is measured."""

    minimum: int
    resamples: int
    golden: int
    guarantees: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "guarantees", tuple(self.guarantees))


@dataclass(frozen=True, slots=True)
class Params:
    """All knobs of a training run."""

    run_type: str
    run_note: str
    seed: int
    sales: SaleRules
    split: SplitRules
    specification: SpecificationRules
    ladder: LadderRules
    boosters: BoosterRules
    direct: BoosterRules
    mix: MixRules
    evaluation: EvaluationRules


SECTIONS: Mapping[str, type] = {
    "sales": SaleRules,
    "split": SplitRules,
    "specification": SpecificationRules,
    "ladder": LadderRules,
    "boosters": BoosterRules,
    "direct": BoosterRules,
    "mix": MixRules,
    "evaluation": EvaluationRules,
}
Section = TypeVar("Section")


def load_params(path: Path = SHIPPED) -> Params:
    """The knobs of a file; BadParameter names the key."""
    with path.open("rb") as file:
        data = tomllib.load(file)
    sections: dict[str, object] = {
        name: _section(kind, data.get(name, {}), name) for name, kind in SECTIONS.items()
    }
    return _section(Params, {**data, **sections}, "")


def _section(kind: type[Section], values: Mapping[str, Any], name: str) -> Section:
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # always a dataclass
    where = f"[{name}]" if name else "the top"
    if unknown := sorted(values.keys() - known):
        raise BadParameter(f"{where} has no knob {unknown[0]!r}; it has {', '.join(sorted(known))}")
    if missing := sorted(known - values.keys()):
        raise BadParameter(f"{where} lacks {missing[0]!r}")
    return kind(**values)
