"""The one feature path: devices, answers and a date in, the boosters' columns out.

Training and serving both call ``feature_matrix``; a single quote is columns of length one. Every
feature is a function of (device, answers, context, ``as_of``, specification): nothing that became
known after ``as_of`` enters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from valuation.domain.device import Device, UnitState

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]

EPOCH = date(1970, 1, 1)
UNKNOWN = -1.0  # code of a category that the vocabulary does not have


@dataclass(frozen=True, slots=True)
class Columns:
    """``n`` devices with their answers, as columns; NaN or None where a value is absent.

    Dates are days since 1970-01-01; ``answers`` holds levels of the question registry.
    """

    brand: Words
    family: Words
    device_model: Words
    variant: Words
    category: Words
    unit_state: Words
    as_of: Floats
    first_sale: Floats
    successor_first_sale: Floats
    weight_g: Floats
    battery_mah: Floats
    screen_in: Floats
    ram_gb: Floats
    storage_gb: Floats
    launch_price_cny: Floats
    answers: Mapping[str, Floats]
    context: Mapping[str, Words]

    def __len__(self) -> int:
        return len(self.brand)


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One device to price: levels of the taught questions and the shop's context. It and its
    successor are ``ahead_days`` older than on ``as_of``, whose season stays."""

    device: Device
    as_of: date
    levels: Mapping[str, int]
    context: Mapping[str, str]
    unit_state: UnitState = UnitState.USED
    ahead_days: int = 0


@dataclass(frozen=True)
class FeatureSpecification:
    """What a price model was taught: frozen in its bundle.

    ``answers``: question id → level that stands in for an absent one in *training* rows.
    ``vocabulary``: categorical column → its values in the order of their codes.
    ``typical``: fill for absent facts, beside a flag column. ``lowest`` and ``highest``: the levels
    of an answer that enough sales had, where not the worst or the best. ``launch``: ln launch price
    by brand or family, for devices whose own is unknown. ``ages_until``: day number after which
    nobody knows how prices moved; devices stop ageing there.
    """

    answers: Mapping[str, float]
    context: Mapping[str, tuple[str, ...]]
    default_context: Mapping[str, str]
    vocabulary: Mapping[str, tuple[str, ...]]
    typical: Mapping[str, float]
    dated: bool
    lowest: Mapping[str, int] = field(default_factory=dict)
    highest: Mapping[str, int] = field(default_factory=dict)
    launch: Mapping[str, float] = field(default_factory=dict)
    ages_until: float | None = None

    def names(self) -> tuple[str, ...]:
        """The columns of the matrix, in their order."""
        return self._names

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return (
            *(name for fact in FACTS for name in (fact, f"has_{fact}")),
            *SUCCESSOR,
            *sorted(self.vocabulary),
            *(SEASON if self.dated else ()),
            *(f"context_{name}" for name in sorted(self.context)),
            *(f"answer_{question}" for question in sorted(self.answers)),
        )

    @cached_property
    def codes(self) -> Mapping[str, Mapping[str, float]]:
        """Code of each word, by categorical column."""
        words = {**self.vocabulary, **{f"context_{k}": v for k, v in self.context.items()}}
        return {
            name: {word: float(code) for code, word in enumerate(known)}
            for name, known in words.items()
        }

    @cached_property
    def typical_facts(self) -> Floats:
        """What stands in for each absent fact, shape (facts, 1)."""
        return np.array([[self.typical[name]] for name in FACTS])

    @cached_property
    def typical_answers(self) -> Floats:
        """What stands in for each absent answer, shape (questions, 1)."""
        return np.array([[level] for level in self.answers.values()])

    def monotone(self) -> tuple[int, ...]:
        """Per column +1 where more is never worth less, -1 where never more, 0 otherwise."""
        rising = {"storage_gb", "ram_gb", *(f"answer_{q}" for q in self.answers)}
        falling = {"age_days", *SUCCESSOR}
        return tuple((name in rising) - (name in falling) for name in self.names())

    def categorical(self) -> tuple[int, ...]:
        """Positions of the columns that hold codes of a vocabulary."""
        coded = {*self.vocabulary, *(f"context_{name}" for name in self.context)}
        return tuple(i for i, name in enumerate(self.names()) if name in coded)

    def to_json(self) -> dict[str, object]:
        """The specification as JSON-able data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, dict[str, object]]) -> "FeatureSpecification":
        """The inverse of ``to_json``; KeyError or TypeError where a part is missing."""
        return cls(
            answers={k: float(str(v)) for k, v in data["answers"].items()},
            context={k: _texts(v) for k, v in data["context"].items()},
            default_context={k: str(v) for k, v in data["default_context"].items()},
            vocabulary={k: _texts(v) for k, v in data["vocabulary"].items()},
            typical={k: float(str(v)) for k, v in data["typical"].items()},
            dated=bool(data["dated"]),
            launch={k: float(str(v)) for k, v in data.get("launch", {}).items()},
            ages_until=None if data.get("ages_until") is None else float(str(data["ages_until"])),
            lowest={k: int(str(v)) for k, v in data.get("lowest", {}).items()},
            highest={k: int(str(v)) for k, v in data.get("highest", {}).items()},
        )


FACTS = (
    "age_days", "storage_gb", "ram_gb", "log_launch_price", "weight_g", "battery_mah", "screen_in",
)  # fmt: skip
LAUNCH = FACTS.index("log_launch_price")
SUCCESSOR = ("superseded", "days_superseded")
SEASON = ("season_sin", "season_cos")


def feature_matrix(columns: Columns, specification: FeatureSpecification) -> Floats:
    """The matrix of ``specification.names()``, shape (n, k), in that order, no NaN.

    Units: days, GB, natural log of whole yuan, grams, mAh, inches, levels, codes.
    """
    values = {**_facts(columns, specification), **_successor(columns, specification)}
    for name in specification.vocabulary:
        values[name] = _codes(getattr(columns, name), specification.codes[name])
    if specification.dated:
        values |= _season(columns)
    for name in specification.context:
        words = context_words(columns, name, specification)
        values[f"context_{name}"] = _codes(words, specification.codes[f"context_{name}"])
    values |= _answers(columns, specification)
    # One array and a copy by rows: to stack columns one by one takes a quote ten times as long.
    return np.array([values[name] for name in specification.names()]).T.copy()


def columns_of(rows: Sequence[FeatureRow]) -> Columns:
    """Columns of devices given one by one, as a quote does."""
    facts = [row.device.facts for row in rows]
    aged = [(row.device.facts, row.ahead_days) for row in rows]
    questions = sorted({question for row in rows for question in row.levels})
    names = sorted({name for row in rows for name in row.context})
    return Columns(
        brand=_words([row.device.brand for row in rows]),
        family=_words([row.device.family for row in rows]),
        device_model=_words([row.device.device_model for row in rows]),
        variant=_words([row.device.variant for row in rows]),
        category=_words([row.device.category.value for row in rows]),
        unit_state=_words([row.unit_state.value for row in rows]),
        as_of=_floats([day_number(row.as_of) for row in rows]),
        first_sale=_floats([day_number(f.first_sale, d) for f, d in aged]),
        successor_first_sale=_floats([day_number(f.successor_first_sale, d) for f, d in aged]),
        weight_g=_floats([fact.weight_g for fact in facts]),
        battery_mah=_floats([fact.battery_mah for fact in facts]),
        screen_in=_floats([fact.screen_in for fact in facts]),
        ram_gb=_floats([fact.ram_gb for fact in facts]),
        storage_gb=_floats([fact.storage_gb for fact in facts]),
        launch_price_cny=_floats([fact.launch_price_cny for fact in facts]),
        answers={q: _floats([row.levels.get(q) for row in rows]) for q in questions},
        context={name: _words([row.context.get(name) for row in rows]) for name in names},
    )


def day_number(day: date | None, earlier: int = 0) -> int | None:
    """Days since 1970-01-01; who looks ahead takes a launch for so many days ``earlier``."""
    return None if day is None else (day - EPOCH).days - earlier


def _facts(columns: Columns, specification: FeatureSpecification) -> dict[str, Floats]:
    age = np.maximum(_as_of(columns, specification) - columns.first_sale, 0.0)
    price = columns.launch_price_cny
    raw = {
        "age_days": age,
        "storage_gb": columns.storage_gb,
        "ram_gb": columns.ram_gb,
        "log_launch_price": np.log(np.where(price > 0, price, np.nan)),
        "weight_g": columns.weight_g,
        "battery_mah": columns.battery_mah,
        "screen_in": columns.screen_in,
    }
    # All facts in one array: a quote has few rows, so each operation costs more than its numbers.
    facts = np.array([raw[name] for name in FACTS])
    absent = np.isnan(facts)
    filled = np.where(absent, specification.typical_facts, facts)
    if absent[LAUNCH].any():
        filled[LAUNCH] = np.where(absent[LAUNCH], _launch(columns, specification), facts[LAUNCH])
    flags = (~absent).astype(np.float64)
    return {
        **dict(zip(FACTS, filled, strict=True)),
        **dict(zip((f"has_{name}" for name in FACTS), flags, strict=True)),
    }


def _launch(columns: Columns, specification: FeatureSpecification) -> Floats:
    """The usual ln launch price of each row's family, else of its brand, else of all."""
    known, typical = specification.launch, specification.typical["log_launch_price"]
    pairs = zip(columns.family, columns.brand, strict=True)
    return np.array([known.get(f, known.get(b, typical)) for f, b in pairs], dtype=np.float64)


def _as_of(columns: Columns, specification: FeatureSpecification) -> Floats:
    """The day of each row, not later than the last on which ages mean something."""
    until = specification.ages_until
    return columns.as_of if until is None else np.minimum(columns.as_of, until)


def _successor(columns: Columns, specification: FeatureSpecification) -> dict[str, Floats]:
    """A successor counts from its first sale on, never before."""
    days = _as_of(columns, specification) - columns.successor_first_sale
    known = np.where(np.isnan(days), -1.0, days)
    return {
        "superseded": (known >= 0).astype(np.float64),
        "days_superseded": np.maximum(known, 0.0),
    }


def _season(columns: Columns) -> dict[str, Floats]:
    angle = 2 * np.pi * (columns.as_of % 365.25) / 365.25
    return {"season_sin": np.sin(angle), "season_cos": np.cos(angle)}


def context_words(columns: Columns, name: str, specification: FeatureSpecification) -> Words:
    """The context of each row; one that a row does not name is the default, if there is one."""
    given = columns.context.get(name, [None] * len(columns))
    default = specification.default_context.get(name)
    return _words([default if word is None else word for word in given])


def _answers(columns: Columns, specification: FeatureSpecification) -> dict[str, Floats]:
    """The level of each question; where it is absent, what stands in for it."""
    if not specification.answers:
        return {}
    blank = np.full(len(columns), np.nan)
    levels = np.array([columns.answers.get(each, blank) for each in specification.answers])
    filled = np.where(np.isnan(levels), specification.typical_answers, levels)
    return dict(zip((f"answer_{each}" for each in specification.answers), filled, strict=True))


def _codes(words: Words, codes: Mapping[str, float]) -> Floats:
    return np.array([codes.get(word, UNKNOWN) for word in words], dtype=np.float64)


def _words(values: Sequence[str | None]) -> Words:
    return np.array(values, dtype=object)


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list | tuple):
        raise TypeError(f"a list of words was expected, not {values!r}")
    return tuple(str(value) for value in values)
