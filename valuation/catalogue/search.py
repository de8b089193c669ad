"""Search as people type: what begins with the text, then what contains it, then what is close."""

from collections.abc import Iterator
from dataclasses import dataclass

from valuation.catalogue.catalogue import Catalogue
from valuation.catalogue.entries import Variant
from valuation.catalogue.free_text import FreeText, parse_free_text
from valuation.catalogue.names import fold

CLOSE_ENOUGH = 75.0
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Hit:
    """A variant that a search found."""

    variant: str
    device_model: str
    name: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Searchable:
    """The spellings of a device model, with and without its brand, the newest device first."""

    device_model: str
    keys: tuple[str, ...]
    newest_first: int


@dataclass(frozen=True, slots=True)
class SearchTable:
    """A catalogue with its searchable spellings."""

    catalogue: Catalogue
    device_models: tuple[Searchable, ...]


def build_search_table(catalogue: Catalogue) -> SearchTable:
    """Fold every name once."""
    aliases: dict[str, list[str]] = {}
    for alias in catalogue.aliases:
        aliases.setdefault(alias.device_model, []).append(alias.alias)
    rows = []
    for key, device_model in catalogue.device_models.items():
        names = [device_model.name, device_model.name_zh, catalogue.name(device_model)]
        names += [catalogue.name_zh(device_model), *aliases.get(key, ())]
        folded = dict.fromkeys(fold(name) for name in names if name)
        first_sale = device_model.first_sale
        newest = -first_sale.toordinal() if first_sale else 0
        rows.append(Searchable(key, tuple(folded), newest))
    return SearchTable(catalogue, tuple(rows))


def search(*, table: SearchTable, text: str, limit: int) -> tuple[Hit, ...]:
    """Variants for the text, at most ``limit``; storage in the text puts its variants first."""
    if not fold(text[:LONGEST]):
        return ()
    whole, parsed = FreeText(text[:LONGEST], None, None), parse_free_text(text[:LONGEST])
    found: dict[str, Hit] = {}
    for asked in dict.fromkeys((whole, parsed)):
        for hit in _hits(table, asked):
            if len(found) == limit:
                return tuple(found.values())
            found.setdefault(hit.variant, hit)
    return tuple(found.values())


def _hits(table: SearchTable, asked: FreeText) -> Iterator[Hit]:
    folded = fold(asked.name)
    ranked = sorted(
        (rank, entry.newest_first, entry.device_model)
        for entry in table.device_models
        if (rank := _rank(entry.keys, folded)) is not None
    )
    device_models = [key for *_, key in ranked] or _close(table, folded)
    for device_model in device_models:
        variants = table.catalogue.variants_of(device_model)
        for variant in sorted(variants, key=lambda v: v.storage_gb != asked.storage_gb):
            yield _hit(table.catalogue, variant)


def _rank(keys: tuple[str, ...], folded: str) -> tuple[int, int] | None:
    """Equal, begins with, contains: and then how much else the name says."""
    ranks = [
        (0 if key == folded else 1 if key.startswith(folded) else 2, len(key))
        for key in keys
        if folded in key
    ]
    return min(ranks, default=None)


def _close(table: SearchTable, folded: str) -> list[str]:
    from rapidfuzz import fuzz, process  # 37 ms to import

    spellings = {key: entry for entry in table.device_models for key in entry.keys}
    close = process.extract(
        folded, spellings.keys(), scorer=fuzz.WRatio, limit=10, score_cutoff=CLOSE_ENOUGH
    )
    return list(dict.fromkeys(spellings[key].device_model for key, _, _ in close))


def _hit(catalogue: Catalogue, variant: Variant) -> Hit:
    return Hit(
        variant=variant.id,
        device_model=variant.device_model,
        name=catalogue.variant_name(variant),
        name_zh=catalogue.variant_name_zh(variant),
    )
