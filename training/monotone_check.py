"""The promise of monotone prices, tried on the calibrated quantiles of a finished bundle.

For sampled devices with random answers: no answer made worse, no smaller storage of the same device
model and no later day may raise a quantile. Every step is one pair of rows, priced together.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np

from training.dataset import take_columns
from valuation.domain.device import Device
from valuation.domain.questions import BY_ID
from valuation.features import Columns, FeatureRow, FeatureSpecification, Floats, columns_of

TOLERANCE = 1e-9  # log price; the last bits of a sum depend on how many rows are summed at once
LATER_DAYS = (1, 30, 91, 182, 365, 730)
MEMORY = re.compile(r"\d+(\.\d+)?[gt]b-?")


class Pricer(Protocol):
    """What the check asks of a price model."""

    @property
    def specification(self) -> FeatureSpecification: ...
    @property
    def devices(self) -> Mapping[str, Device]: ...
    @property
    def levels(self) -> tuple[float, ...]: ...
    def log_quantiles(self, columns: Columns) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Violation:
    """A pair of which the worse has the higher quantile; prices in major units."""

    step: str
    better: str
    worse: str
    level: float
    better_price: float
    worse_price: float

    def __str__(self) -> str:
        return (
            f"{self.step}: p{100 * self.level:.0f} of {self.worse} is {self.worse_price:,.2f}, "
            f"above {self.better_price:,.2f} of {self.better}"
        )


@dataclass(frozen=True, slots=True)
class Step:
    """Two rows by position, the second worse than the first."""

    name: str
    better: int
    worse: int


def violations(
    *, model: Pricer, sample: int, as_of: date, rng: np.random.Generator
) -> list[Violation]:
    """Every broken pair among ``sample`` devices of the bundle, or all where it has fewer."""
    variants = sorted(model.devices)
    size = min(sample, len(variants))
    picked = sorted(rng.choice(len(variants), size=size, replace=False).tolist())
    return [
        found
        for position in picked
        for found in _of_device(model, model.devices[variants[position]], as_of, rng)
    ]


def _of_device(
    model: Pricer, device: Device, as_of: date, rng: np.random.Generator
) -> Iterator[Violation]:
    row = _random_row(model.specification, device, as_of, rng)
    yield from _broken(model, *_answers(model.specification, row))
    yield from _broken(model, *_storage(model.devices, row))
    yield from _broken(model, *_time(row))


def _random_row(
    specification: FeatureSpecification, device: Device, as_of: date, rng: np.random.Generator
) -> FeatureRow:
    """The device with random answers and context, so that corners besides the best are tried."""
    levels = {q: int(rng.integers(BY_ID[q].best + 1)) for q in specification.answers}
    context = {
        name: str(words[int(rng.integers(len(words)))])
        for name, words in specification.context.items()
        if words
    }
    return FeatureRow(device=device, as_of=as_of, levels=levels, context=context)


def _answers(
    specification: FeatureSpecification, row: FeatureRow
) -> tuple[Columns, list[str], list[Step]]:
    """Every taught question from best to worst, one level a step, the others held."""
    rows, names, steps = [row], [row.device.variant], []
    for question in specification.answers:
        for level in range(BY_ID[question].best, -1, -1):
            rows.append(replace(row, levels={**row.levels, question: level}))
            names.append(f"{row.device.variant} with {question}={BY_ID[question].value(level)}")
            if level < BY_ID[question].best:
                steps.append(Step(question, len(rows) - 2, len(rows) - 1))
    return columns_of(rows), names, steps


def _storage(
    devices: Mapping[str, Device], row: FeatureRow
) -> tuple[Columns, list[str], list[Step]]:
    """The device against its variants with more memory and the same version."""
    others = [it for it in devices.values() if has_more(it, row.device)]
    rows = [row, *(replace(row, device=other) for other in others)]
    steps = [Step("storage or RAM", position, 0) for position in range(1, len(rows))]
    return columns_of(rows), [it.device.variant for it in rows], steps


def _time(row: FeatureRow) -> tuple[Columns, list[str], list[Step]]:
    """The device as it is, older, and some days later.

    Days are taken from the first sales rather than added to ``as_of``, which holds the season: that
    may raise a price. ``older`` moves the age alone, ``later`` the successor's launch with it.
    """
    moves = [
        (0, 0, ""),
        *((d, 0, "older") for d in LATER_DAYS),
        *((d, d, "later") for d in LATER_DAYS),
    ]
    columns = take_columns(columns_of([row]), np.zeros(len(moves), dtype=np.intp))
    columns = replace(
        columns,
        first_sale=columns.first_sale - np.array([age for age, _, _ in moves]),
        successor_first_sale=columns.successor_first_sale - np.array([s for _, s, _ in moves]),
    )
    names = [f"{row.device.variant}, {age} days {word}" for age, _, word in moves]
    words = [word for _, _, word in moves]
    steps = [
        Step(word, position - 1 if words[position - 1] == word else 0, position)
        for position, word in enumerate(words)
        if position
    ]
    return columns, names, steps


def has_more(other: Device, device: Device) -> bool:
    """Whether ``other`` is the same device model and version with more storage or RAM and less of
    neither."""
    if other.device_model != device.device_model or _version(other) != _version(device):
        return False
    ours = (device.facts.storage_gb, device.facts.ram_gb)
    theirs = (other.facts.storage_gb, other.facts.ram_gb)
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None]
    unknown = [(a is None) != (b is None) for a, b in zip(ours, theirs, strict=True)]
    return not any(unknown) and all(b >= a for a, b in pairs) and any(b > a for a, b in pairs)


def _version(device: Device) -> str:
    """What a variant's slug says besides memory: a regional version or a cellular one."""
    return MEMORY.sub("", device.variant.rsplit("/", 1)[-1]).strip("-")


def _broken(
    model: Pricer, columns: Columns, names: list[str], steps: list[Step]
) -> Iterator[Violation]:
    logs = model.log_quantiles(columns)
    for step in steps:
        for position, level in enumerate(model.levels):
            better, worse = logs[step.better, position], logs[step.worse, position]
            if not worse <= better + TOLERANCE:
                prices = float(np.exp(better)), float(np.exp(worse))
                yield Violation(step.name, names[step.better], names[step.worse], level, *prices)
