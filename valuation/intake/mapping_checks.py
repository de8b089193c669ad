"""Whether the parts of a mapping fit together and every word of it is one that we know."""

from collections.abc import Callable, Iterator

from valuation.domain.questions import BY_ID
from valuation.intake.fields import (
    CONTEXT,
    FIELDS,
    REQUIRED_FOR_SALES,
    REQUIRED_FOR_STOCK,
)
from valuation.intake.mapping import Mapping, Purpose
from valuation.intake.parsers import (
    CATEGORY,
    KIND,
    RAM,
    STORAGE,
    UNIT_STATE,
    BadValue,
    answers,
    as_it_is,
    country,
    currency,
    dates,
)
from valuation.intake.prices import launch_prices
from valuation.intake.toml_section import MappingError
from valuation.intake.values import ITSELF


def check(mapping: Mapping) -> None:
    """MappingError names the first thing that cannot be meant."""
    for rule in (_required, _one_source, _context_names, _columns_named, _words, _served):
        for problem in rule(mapping):
            raise MappingError(f"{mapping.name}: {problem}")


def _required(mapping: Mapping) -> Iterator[str]:
    sales = mapping.purpose is Purpose.SALES
    filled = _from_file(mapping) | set(mapping.constants)
    for field in REQUIRED_FOR_SALES if sales else REQUIRED_FOR_STOCK:
        if field not in filled:
            yield f"{mapping.purpose} need {field}: name its column under [columns]" + (
                "" if field in ("device_model", "price") else ", or its value under [constants]"
            )
    if sales and mapping.provenance is None:
        yield "sales need provenance under [constants]: real or demo"


def _one_source(mapping: Mapping) -> Iterator[str]:
    for field in sorted(_from_file(mapping) & set(mapping.constants)):
        yield f"{field} is a constant and comes from the file too: leave one of them out"
    for column in mapping.unused:
        if column in mapping.plan.used:
            yield f"column {column!r} is listed under unused and used as well"


def _context_names(mapping: Mapping) -> Iterator[str]:
    for name in mapping.context:
        if name in FIELDS:
            yield f"{name} is a field: name its column under [columns], not [context]"


def _columns_named(mapping: Mapping) -> Iterator[str]:
    for name, column in {**mapping.columns, **mapping.context}.items():
        if not column.strip() or column != column.strip():
            yield f"{name}: {column!r} is no column name (empty, or with space around it)"


def _words(mapping: Mapping) -> Iterator[str]:
    mapped = _from_file(mapping) | set(mapping.context)
    for field, words in mapping.values.items():
        if field not in mapped:
            yield f"[values.{field}] has no use: {field} comes from no column"
        targets = [*words.entries.exact.values(), *(word for _, word in words.entries.patterns)]
        for target in (*targets, words.default or ""):
            if target not in ("", ITSELF):
                yield from _unreadable(mapping, field, target, f"[values.{field}]")
    for field, constant in mapping.constants.items():
        yield from _unreadable(mapping, field, constant, f"[constants] {field}")


def _served(mapping: Mapping) -> Iterator[str]:
    known = [name for name in CONTEXT if name in _from_file(mapping) | set(mapping.constants)]
    known += mapping.context
    for name in mapping.serve:
        if name not in known:
            yield f"[serve] {name} is no context of this mapping; it has: {', '.join(known)}"


def _from_file(mapping: Mapping) -> set[str]:
    return set(mapping.columns).union(*(split.fields for split in mapping.splits))


def _unreadable(mapping: Mapping, field: str, word: str, place: str) -> Iterator[str]:
    try:
        _parser(mapping, field)(word)
    except BadValue as bad:
        yield f"{place}: {bad}"


def _parser(mapping: Mapping, field: str) -> Callable[[str], object]:
    if field in BY_ID:
        return answers(question=BY_ID[field])
    parsers: dict[str, Callable[[str], object]] = {
        "storage_gb": STORAGE,
        "ram_gb": RAM,
        "category": CATEGORY,
        "launch_price_cny": launch_prices(format=mapping.price),
        "currency": currency,
        "kind": KIND,
        "country": country,
        "sold_on": dates(format=mapping.date_format),
        "unit_state": UNIT_STATE,
    }
    return parsers.get(field, as_it_is)
