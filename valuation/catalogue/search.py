"""Search as people type: what begins with the text, then what contains it, then what is close."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from valuation.catalogue.catalogue import Catalogue
from valuation.catalogue.entries import Variant
from valuation.catalogue.free_text import FreeText, parse_free_text
from valuation.catalogue.index import Key
from valuation.catalogue.names import fold

CLOSE_ENOUGH = 60.0
MOST_CLOSE = 20
LONGEST = 80
ANY_BRAND = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A variant that a search found."""

    variant: str
    device_model: str
    name: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Searchable:
    """The spellings of a device model, the plainest first."""

    device_model: str
    root: str
    spellings: tuple[str, ...]
    newest_first: int


@dataclass(frozen=True, slots=True)
class SearchTable:
    """A catalogue with its searchable spellings."""

    catalogue: Catalogue
    device_models: tuple[Searchable, ...]


def build_search_table(catalogue: Catalogue) -> SearchTable:
    """Fold every name once; the index adds aliases."""
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for (_, key), found in catalogue.index.of_brand.items():
        keys[found.device_model].append(key)
    return SearchTable(
        catalogue,
        tuple(_searchable(catalogue, each, keys[each]) for each in catalogue.device_models),
    )


def search(*, table: SearchTable, text: str, limit: int) -> tuple[Hit, ...]:
    """Variants for the text, at most ``limit``; storage in the text puts its variants first."""
    if not fold(text[:LONGEST]):
        return ()
    whole, parsed = FreeText(text[:LONGEST], None, None), parse_free_text(text[:LONGEST])
    found = {key: whole for key in _containing(table, fold(whole.name))}
    found |= {key: parsed for key in _containing(table, fold(parsed.name)) if key not in found}
    if not found:
        found = {key: parsed for key in _close(table, fold(parsed.name))}
    hits: list[Hit] = []
    for device_model, asked in found.items():
        hits += (_hit(table.catalogue, each) for each in _ordered(table, device_model, asked))
        if len(hits) >= limit:
            break
    return tuple(hits[:limit])


def _searchable(catalogue: Catalogue, device_model_id: str, keys: list[str]) -> Searchable:
    device_model = catalogue.device_models[device_model_id]
    names = (device_model.name, catalogue.name(device_model), catalogue.name_zh(device_model))
    first_sale = device_model.first_sale
    return Searchable(
        device_model=device_model_id,
        root=catalogue.index.words.root(device_model.brand),
        spellings=tuple(dict.fromkeys([*map(fold, names), *keys])),
        newest_first=-first_sale.toordinal() if first_sale else 0,
    )


def _containing(table: SearchTable, folded: str) -> list[str]:
    """Device models with the text in a name: equal, begins with, contains; then the shortest."""
    asked = tuple(_asked(table, folded))
    ranked = []
    for entry in table.device_models:
        rank = _rank(entry, asked)
        if rank is not None:
            length = len(entry.spellings[0])
            ranked.append((rank, length, entry.newest_first, entry.device_model))
    return [device_model for *_, device_model in sorted(ranked)]


def _asked(table: SearchTable, folded: str) -> Iterator[Key]:
    """The text as it stands, and as a name of every brand that it begins with."""
    yield ANY_BRAND, folded
    words = table.catalogue.index.words
    for brand in words.leading(folded):
        yield words.root(brand), words.key(brand, folded)


def _rank(entry: Searchable, asked: tuple[Key, ...]) -> int | None:
    ranks = [
        0 if spelling == text else 1 if spelling.startswith(text) else 2
        for root, text in asked
        if root in (ANY_BRAND, entry.root)
        for spelling in entry.spellings
        if text in spelling
    ]
    return min(ranks, default=None)


def _close(table: SearchTable, folded: str) -> list[str]:
    from rapidfuzz import fuzz, process  # 37 ms to import

    spellings = {text: each.device_model for each in table.device_models for text in each.spellings}
    close = process.extract(
        folded, spellings.keys(), scorer=fuzz.ratio, limit=MOST_CLOSE, score_cutoff=CLOSE_ENOUGH
    )
    return list(dict.fromkeys(spellings[text] for text, _, _ in close))


def _ordered(table: SearchTable, device_model: str, asked: FreeText) -> list[Variant]:
    """The variants, those with the storage and the RAM of the text first."""
    return sorted(
        table.catalogue.variants_of(device_model),
        key=lambda each: (each.storage_gb != asked.storage_gb, each.ram_gb != asked.ram_gb),
    )


def _hit(catalogue: Catalogue, variant: Variant) -> Hit:
    return Hit(
        variant=variant.id,
        device_model=variant.device_model,
        name=catalogue.variant_name(variant),
        name_zh=catalogue.variant_name_zh(variant),
    )
