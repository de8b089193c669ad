"""Mapping files: TOML that a data scientist writes, checked key by key."""

import hashlib
import re
import tomllib
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, TypeVar

from valuation.domain.market import Provenance
from valuation.intake.fields import CONSTANTS, FIELDS, MEMORY
from valuation.intake.mapping import Mapping, Move, Purpose, Split
from valuation.intake.mapping_checks import check
from valuation.intake.parsers import ISO_DATE
from valuation.intake.prices import PriceFormat, PriceUnit
from valuation.intake.rows import FileOptions
from valuation.intake.toml_section import MappingError, Section
from valuation.intake.values import Filter, ValueMap, ValuePatterns, folded

KEYS = (
    "title", "purpose", "unused", "absent", "file", "price", "date", "constants",
    "columns", "context", "values", "keep", "drop", "serve", "split", "move",
)  # fmt: skip

Choice = TypeVar("Choice", bound=StrEnum)


def shipped_mappings() -> tuple[str, ...]:
    """Names of the mappings that come with the service."""
    names = (each.name for each in _shipped().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load_mapping(source: str | Path) -> Mapping:
    """A mapping by the path of its file or by a shipped name; MappingError where it is unsound."""
    shipped = _shipped() / f"{source}.toml"
    if isinstance(source, str) and source in shipped_mappings():
        return parse_mapping(name=source, content=shipped.read_bytes())
    path = Path(source)
    if not path.is_file():
        names = ", ".join(shipped_mappings())
        raise MappingError(f"there is no mapping file {source}; shipped ones: {names}")
    return parse_mapping(name=path.stem, content=path.read_bytes())


def parse_mapping(*, name: str, content: bytes) -> Mapping:
    """A mapping from the bytes of its file; MappingError where it is unsound."""
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise MappingError(f"{name}: no TOML in UTF-8: {broken}") from broken
    root = Section(name, data).only(KEYS)
    mapping = _mapping(name, root, hashlib.sha256(content).hexdigest())
    check(mapping)
    return mapping


def _mapping(name: str, root: Section, digest: str) -> Mapping:
    constants = root.section("constants").only(CONSTANTS)
    file = _file_options(root.section("file").only(("delimiter", "sheet", "decimal")))
    price = root.section("price").only(("unit",))
    return Mapping(
        name=name,
        title=root.text("title") or name,
        purpose=_choice(root, "purpose", Purpose, Purpose.SALES),
        digest=digest,
        file=file,
        price=PriceFormat(_choice(price, "unit", PriceUnit, PriceUnit.MAJOR), file.decimal),
        date_format=root.section("date").only(("format",)).text("format") or ISO_DATE,
        provenance=_provenance(constants),
        absent=frozenset(folded(word) for word in root.texts("absent")),
        columns=root.section("columns").only(FIELDS).pairs(),
        constants={key: value for key, value in constants.pairs().items() if key != "provenance"},
        context=root.section("context").pairs(),
        values=_values(root.section("values")),
        splits=tuple(_split(each) for each in root.sections("split")),
        moves=tuple(_move(each) for each in root.sections("move")),
        filters=(*_filters(root, "keep"), *_filters(root, "drop")),
        serve=root.section("serve").pairs(),
        unused=root.texts("unused"),
    )


def _shipped() -> Traversable:
    return files("valuation.intake") / "mappings"


def _choice(section: Section, key: str, choices: type[Choice], default: Choice) -> Choice:
    text = section.text(key, default) or ""
    if text not in list(choices):
        raise section.error(f"{key} is one of {', '.join(choices)}, not {text!r}")
    return choices(text)


def _provenance(constants: Section) -> Provenance | None:
    if "provenance" not in constants.data:
        return None
    return _choice(constants, "provenance", Provenance, Provenance.REAL)


def _file_options(section: Section) -> FileOptions:
    delimiter = section.text("delimiter", ",") or ""
    if len(delimiter) != 1:
        raise section.error("delimiter is one character")
    return FileOptions(delimiter, section.text("sheet"), _decimal(section))


def _decimal(section: Section) -> Literal[".", ","] | None:
    match section.text("decimal"):
        case "." | "," | None as mark:
            return mark
        case other:
            raise section.error(f"decimal is '.' or ',', not {other!r}")


def _values(section: Section) -> dict[str, ValueMap]:
    maps = {}
    for field in section.data:
        entries = section.section(field).pairs()
        default = entries.pop("default", None)
        if len({folded(key) for key in entries} - {""}) < len(entries):
            raise section.error(f"{field} has an empty key, or two that differ in case only")
        maps[field] = ValueMap(ValuePatterns.of(entries), default)
    return maps


def _split(section: Section) -> Split:
    section.only(("column", "patterns"))
    column = section.text("column")
    if not column:
        raise section.error("column names the column to split")
    try:
        patterns = tuple(re.compile(each, re.IGNORECASE) for each in section.texts("patterns"))
    except re.error as broken:
        raise section.error(f"patterns: {broken}") from broken
    split = Split(column, patterns)
    if not split.fields or not set(split.fields) <= set(FIELDS):
        raise section.error(
            f"patterns need groups like (?P<device_model>…), named among: {', '.join(FIELDS)}"
        )
    return split


def _move(section: Section) -> Move:
    section.only(("from", "to", "at_most_gb", "when", "unless"))
    source, target = section.text("from"), section.text("to")
    if source not in MEMORY or target not in MEMORY or source == target:
        raise section.error(f"from and to are one each of {', '.join(MEMORY)}")
    return Move(
        source=source,
        target=target,
        at_most=section.number("at_most_gb"),
        when=_conditions(section.section("when")),
        unless=_conditions(section.section("unless")),
    )


def _conditions(section: Section) -> dict[str, ValuePatterns]:
    return {column: ValuePatterns.listing(values) for column, values in section.lists().items()}


def _filters(root: Section, key: Literal["keep", "drop"]) -> tuple[Filter, ...]:
    return tuple(
        Filter(f"{key} {column}", column, ValuePatterns.listing(values), key == "keep")
        for column, values in root.section(key).lists().items()
    )
