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
    models = _unique(tables["models"], device_model_of, "id")
    variants = _unique(tables["variants"], variant_of, "id")
    aliases = [(row, alias_of(row)) for row in tables["aliases"]]
    words = BrandWords(_entries(brands))
    _check_brands(brands, words)
    _check_device_models(models, brands, sources)
    _check_parents(variants, models, sources)
    for row, alias in aliases:
        if alias.device_model not in models:
            raise row.error(f"no device model {alias.device_model}")
    named = [*_names(models)]
    named += [NamedBy(row.place, a.device_model, a.alias, How.ALIAS) for row, a in aliases]
    return Catalogue(
        sources=_entries(sources),
        brands=words.brands,
        device_models=_entries(models),
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
    models: Placed[DeviceModel], brands: Placed[Brand], sources: Placed[Source]
) -> None:
    for row, model in models.values():
        if model.brand not in brands:
            raise row.error(f"no brand {model.brand}")
        if model.source not in sources:
            raise row.error(f"no source {model.source}")
        if model.successor is not None:
            _check_successor(row, model, models)


def _check_successor(row: Row, model: DeviceModel, models: Placed[DeviceModel]) -> None:
    if model.successor not in models or model.successor == model.id:
        raise row.error(f"successor: no other device model {model.successor}")
    later = models[model.successor][1].first_sale
    if model.first_sale and later and later < model.first_sale:
        raise row.error(f"successor {model.successor} was first sold before it")


def _check_parents(
    variants: Placed[Variant], models: Placed[DeviceModel], sources: Placed[Source]
) -> None:
    for row, variant in variants.values():
        if variant.device_model not in models:
            raise row.error(f"no device model {variant.device_model}")
        if variant.source not in sources:
            raise row.error(f"no source {variant.source}")


def _names(models: Placed[DeviceModel]) -> Iterator[NamedBy]:
    for row, model in models.values():
        for text in filter(None, (model.name, model.name_zh)):
            yield NamedBy(row.place, model.id, text, How.EXACT)
