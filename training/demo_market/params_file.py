"""Reads the knobs from TOML and refuses what is unknown, missing or would break a promise."""

import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar, get_origin, get_type_hints

from training.demo_market.params import (
    Condition,
    Demand,
    DemoParams,
    Depreciation,
    Memory,
    Noise,
    Pair,
    Place,
    Recording,
    Wear,
)
from training.demo_market.promises import broken_promise

KNOB = frozenset({"value", "says", "source"})
Room = TypeVar("Room")


class BadParams(ValueError):
    """The file of knobs has an unknown, missing or impossible entry; the message names it."""


def load_params(path: Path) -> DemoParams:
    """The knobs of a TOML file; BadParams names an entry that is unknown, missing or impossible."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    _same_names("the file", {field.name for field in fields(DemoParams)}, raw)
    params = DemoParams(
        depreciation=_room(Depreciation, raw, "depreciation"),
        memory=_room(Memory, raw, "memory"),
        condition=_room(Condition, raw, "condition"),
        place=_room(Place, raw, "place"),
        demand=_room(Demand, raw, "demand"),
        wear=_room(Wear, raw, "wear"),
        noise=_room(Noise, raw, "noise"),
        recording=_room(Recording, raw, "recording"),
    )
    if (knob := broken_promise(params)) is not None:
        raise BadParams(f"{knob} would break a promise of the demo market")
    return params


def _room(kind: type[Room], raw: Mapping[str, object], name: str) -> Room:
    hints = get_type_hints(kind)
    knobs = _table(raw[name], f"[{name}]")
    _same_names(f"[{name}]", set(hints), knobs)
    return kind(**{key: _knob(hints[key], knobs[key], f"{name}.{key}") for key in hints})


def _knob(hint: object, raw: object, place: str) -> object:
    """One value; a knob without its sentence and its source is refused."""
    table = _table(raw, f"[{place}]")
    _same_names(f"[{place}]", KNOB, table)
    if not (table["says"] and table["source"]):
        raise BadParams(f"[{place}] says nothing, or names no source")
    return _value(hint, table["value"], place)


def _value(hint: object, value: object, place: str) -> object:
    if hint is float:
        return _number(value, place)
    if get_origin(hint) is Mapping:
        names = _table(value, place)
        return MappingProxyType({key: _number(names[key], place) for key in sorted(names)})
    if not isinstance(value, list) or (hint == Pair and len(value) != 2):
        raise BadParams(f"{place} is a list of {'two ' if hint == Pair else ''}numbers: {value!r}")
    return tuple(_number(item, place) for item in value)


def _number(value: object, place: str) -> float:
    if type(value) not in (int, float) or not math.isfinite(float(str(value))):
        raise BadParams(f"{place} holds numbers, and {value!r} is none")
    return float(str(value))


def _table(value: object, place: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadParams(f"{place} is a table, not {value!r}")
    return value


def _same_names(place: str, wanted: Collection[str], given: Collection[str]) -> None:
    if unknown := sorted(set(given) - set(wanted)):
        raise BadParams(f"{place} has unknown entries: {', '.join(unknown)}")
    if missing := sorted(set(wanted) - set(given)):
        raise BadParams(f"{place} lacks entries: {', '.join(missing)}")
