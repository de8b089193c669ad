"""The catalogue in memory: frozen, checked, with a digest, to rows and back."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from valuation.catalogue.entries import (
    UNVERIFIED,
    Alias,
    Brand,
    DeviceModel,
    Source,
    Variant,
    number_text,
)
from valuation.catalogue.freezing import (
    Cells,
    alias_cells,
    brand_cells,
    device_model_cells,
    source_cells,
    variant_cells,
)
from valuation.catalogue.index import NameIndex
from valuation.domain.device import Device, DeviceFacts

CatalogueRows = dict[str, list[Cells]]


class UnknownVariant(LookupError):
    """No variant of the catalogue has this id."""

    def __init__(self, variant_id: str) -> None:
        super().__init__(f"the catalogue has no variant {variant_id[:80]!r}")


@dataclass(frozen=True, slots=True)
class Unverified:
    """How many rows were written from memory."""

    device_models: int
    variants: int


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Sources, brands, device models and variants by id; only ``assemble`` makes one."""

    sources: Mapping[str, Source]
    brands: Mapping[str, Brand]
    device_models: Mapping[str, DeviceModel]
    variants: Mapping[str, Variant]
    aliases: tuple[Alias, ...]
    index: NameIndex

    @cached_property
    def _variants_of(self) -> Mapping[str, tuple[Variant, ...]]:
        grouped: defaultdict[str, list[Variant]] = defaultdict(list)
        for variant in self.variants.values():
            grouped[variant.device_model].append(variant)
        return {key: tuple(sorted(group, key=_size)) for key, group in grouped.items()}

    def variants_of(self, device_model_id: str) -> tuple[Variant, ...]:
        """The variants of a device model, the smallest first."""
        return self._variants_of.get(device_model_id, ())

    def device(self, variant_id: str) -> Device:
        """The variant as the price model sees it; UnknownVariant where there is none."""
        variant = self.variants.get(variant_id)
        if variant is None:
            raise UnknownVariant(variant_id)
        device_model = self.device_models[variant.device_model]
        return Device(
            brand=device_model.brand,
            family=device_model.family,
            device_model=device_model.id,
            variant=variant.id,
            name=self.variant_name(variant),
            facts=self._facts(device_model, variant),
        )

    def device_model_facts(self, device_model_id: str) -> DeviceFacts:
        """What is known of a device model whatever the variant."""
        return self._facts(self.device_models[device_model_id], None)

    def _facts(self, device_model: DeviceModel, variant: Variant | None) -> DeviceFacts:
        successor = self.device_models.get(device_model.successor or "")
        return DeviceFacts(
            category=device_model.category,
            first_sale=device_model.first_sale,
            successor_first_sale=successor.first_sale if successor else None,
            weight_g=device_model.weight_g,
            battery_mah=device_model.battery_mah,
            screen_in=device_model.screen_in,
            ram_gb=variant.ram_gb if variant else None,
            storage_gb=variant.storage_gb if variant else None,
            launch_price_cny=self._launch_price(device_model.id),
        )

    def _launch_price(self, device_model_id: str) -> int | None:
        """The lowest launch price of the device model's variants.

        One for all of them: a larger variant whose own launch price is unknown would otherwise be
        priced below a smaller one. What more storage is worth is learned from sales.
        """
        prices = (variant.launch_price_cny for variant in self.variants_of(device_model_id))
        return min((price for price in prices if price is not None), default=None)

    def name(self, device_model: DeviceModel) -> str:
        """Apple iPhone 13."""
        return _with_brand(self.brands[device_model.brand].name_en, device_model.name)

    def name_zh(self, device_model: DeviceModel) -> str:
        """苹果 iPhone 13, 红米 K70; without a Chinese name the other one."""
        brand = self.brands[device_model.brand]
        name = device_model.name_zh or device_model.name
        if name.startswith(self._part_names.get(brand.slug, ())):
            return name
        return _with_brand(brand.name_zh or brand.name_en, name)

    @cached_property
    def _part_names(self) -> Mapping[str, tuple[str, ...]]:
        """The Chinese names of the brands that are part of a brand, by its slug."""
        named: defaultdict[str, list[str]] = defaultdict(list)
        for brand in self.brands.values():
            if brand.part_of and brand.name_zh:
                named[brand.part_of].append(brand.name_zh)
        return {slug: tuple(names) for slug, names in named.items()}

    def variant_name(self, variant: Variant) -> str:
        """Apple iPhone 13 128 GB."""
        return f"{self.name(self.device_models[variant.device_model])} {_memory(variant)}"

    def variant_name_zh(self, variant: Variant) -> str:
        """苹果 iPhone 13 128 GB."""
        return f"{self.name_zh(self.device_models[variant.device_model])} {_memory(variant)}"

    @property
    def unverified(self) -> Unverified:
        """Counts of the rows that no source vouches for."""
        return Unverified(
            device_models=sum(each.source == UNVERIFIED for each in self.device_models.values()),
            variants=sum(each.source == UNVERIFIED for each in self.variants.values()),
        )

    @cached_property
    def longest_name(self) -> int:
        """Characters of the longest name of a device model."""
        models = self.device_models.values()
        return max(max(len(self.name(each)), len(self.name_zh(each))) for each in models)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, whatever the order of the rows."""
        text = json.dumps(self.to_rows(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_rows(self) -> CatalogueRows:
        """The content as rows of text, ready for JSON; ``from_rows`` reads them."""
        aliases = sorted(self.aliases, key=lambda alias: (alias.device_model, alias.alias))
        device_models = [self.device_models[key] for key in sorted(self.device_models)]
        return {
            "sources": [source_cells(self.sources[key]) for key in sorted(self.sources)],
            "brands": [brand_cells(self.brands[key]) for key in sorted(self.brands)],
            "models": [device_model_cells(device_model) for device_model in device_models],
            "variants": [variant_cells(self.variants[key]) for key in sorted(self.variants)],
            "aliases": [alias_cells(alias) for alias in aliases],
        }

    def rows_of(self, device_model_ids: Iterable[str]) -> CatalogueRows:
        """The rows of some device models alone, with the successors that they point to."""
        kept = self._with_successors(device_model_ids)
        rows = self.to_rows()
        rows["models"] = [row for row in rows["models"] if row["id"] in kept]
        rows["variants"] = [r for r in rows["variants"] if r["id"].rpartition("/")[0] in kept]
        rows["aliases"] = [row for row in rows["aliases"] if row["device_model"] in kept]
        return rows

    def _with_successors(self, device_model_ids: Iterable[str]) -> set[str]:
        kept: set[str] = set()
        for device_model_id in device_model_ids:
            current: str | None = device_model_id
            while current is not None and current not in kept:
                kept.add(current)
                current = self.device_models[current].successor
        return kept


def _size(variant: Variant) -> tuple[float, float, str]:
    return (variant.storage_gb, variant.ram_gb or 0.0, variant.version)


def _with_brand(brand: str, name: str) -> str:
    """The brand in front, unless the name already starts with it."""
    return name if name.casefold().startswith(brand.casefold()) else f"{brand} {name}"


def _memory(variant: Variant) -> str:
    large = variant.storage_gb >= 1024
    size = f"{number_text(variant.storage_gb / 1024)} TB" if large else (
        f"{number_text(variant.storage_gb)} GB"
    )  # fmt: skip
    ram = f"{number_text(variant.ram_gb)} + " if variant.ram_in_id else ""
    return f"{ram}{size} {variant.version}".strip()
