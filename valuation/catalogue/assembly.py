"""Rows become a catalogue here, and only if every one of them can be right."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from valuation.catalogue.catalogue import Catalogue, CatalogueRows
from valuation.catalogue.cells import Row, mapping_rows
from valuation.catalogue.entries import Brand, DeviceModel, Source, Variant
from valuation.catalogue.index import How, NamedBy, build_index
from valuation.catalogue.names import BrandWords
from valuation.catalogue.parsing import (
    COLUMNS,
    alias_of,
    brand_of,
    device_model_of,
    source_of,
    variant_of,
)

Tables = Mapping[str, Iterable[Row]]
Entry = TypeVar("Entry", Brand, DeviceModel, Source, Variant)
Placed = dict[str, tuple[Row, Entry]]


def from_rows(rows: CatalogueRows) -> Catalogue:
    """A catalogue from the rows that ``Catalogue.to_rows`` gave; CatalogueError if damaged."""
    return assemble({table: mapping_rows(table, COLUMNS[table], rows[table]) for table in COLUMNS})


def assemble(tables: Tables) -> Catalogue:
    """A catalogue from rows with places; CatalogueError names the first that cannot be right."""
    sources = _unique(tables["sources"], source_of, "key")
    brands = _unique(tables["brands"], brand_of, "slug")
    device_models = _unique(tables["models"], device_model_of, "id")
    variants = _unique(tables["variants"], variant_of, "id")
    aliases = [(row, alias_of(row)) for row in tables["aliases"]]
    words = BrandWords(_entries(brands))
    _check_brands(brands, words)
    _check_device_models(device_models, brands, sources)
    _check_parents(variants, device_models, sources)
    for row, alias in aliases:
        if alias.device_model not in device_models:
            raise row.error(f"no device model {alias.device_model}")
    named = [*_names(device_models)]
    named += [NamedBy(row, a.device_model, a.alias, How.ALIAS) for row, a in aliases]
    return Catalogue(
        sources=_entries(sources),
        brands=words.brands,
        device_models=_entries(device_models),
        variants=_entries(variants),
        aliases=tuple(alias for _, alias in aliases),
        index=build_index(words=words, names=named),
    )


def _unique(rows: Iterable[Row], parse: Callable[[Row], Entry], column: str) -> Placed[Entry]:
    placed: Placed[Entry] = {}
    for row in rows:
        key = row.cells[column].strip()
        if key in placed:
            raise row.error(f"{column} {key!r} already stands at {placed[key][0].place}")
        placed[key] = (row, parse(row))
    return placed


def _entries(placed: Placed[Entry]) -> dict[str, Entry]:
    return {key: entry for key, (_, entry) in placed.items()}


def _check_brands(brands: Placed[Brand], words: BrandWords) -> None:
    taken: dict[str, str] = {}
    for word in words.words:
        other = taken.setdefault(word.word, word.brand)
        if other != word.brand:
            raise brands[word.brand][0].error(f"{word.word!r} is a word of {other} too")
    for row, brand in brands.values():
        if brand.part_of and brand.part_of not in brands:
            raise row.error(f"part_of: no brand {brand.part_of}")


def _check_device_models(
    device_models: Placed[DeviceModel], brands: Placed[Brand], sources: Placed[Source]
) -> None:
    for row, device_model in device_models.values():
        if device_model.brand not in brands:
            raise row.error(f"no brand {device_model.brand}")
        if device_model.source not in sources:
            raise row.error(f"no source {device_model.source}")
        if device_model.successor is not None:
            _check_successor(row, device_model, device_models)


def _check_successor(
    row: Row, device_model: DeviceModel, device_models: Placed[DeviceModel]
) -> None:
    if device_model.successor not in device_models or device_model.successor == device_model.id:
        raise row.error(f"successor: no other device model {device_model.successor}")
    later = device_models[device_model.successor][1].first_sale
    if device_model.first_sale and later and later < device_model.first_sale:
        raise row.error(f"successor {device_model.successor} was first sold before it")


def _check_parents(
    variants: Placed[Variant], device_models: Placed[DeviceModel], sources: Placed[Source]
) -> None:
    for row, variant in variants.values():
        if variant.device_model not in device_models:
            raise row.error(f"no device model {variant.device_model}")
        if variant.source not in sources:
            raise row.error(f"no source {variant.source}")


def _names(device_models: Placed[DeviceModel]) -> Iterator[NamedBy]:
    for row, device_model in device_models.values():
        for text in filter(None, (device_model.name, device_model.name_zh)):
            yield NamedBy(row, device_model.id, text, How.EXACT)
