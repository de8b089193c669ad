"""Entries back to the rows of text that they were read from, in one canonical spelling."""

from valuation.catalogue.entries import Alias, Brand, DeviceModel, Source, Variant, number_text

Cells = dict[str, str]


def source_cells(source: Source) -> Cells:
    """The row of a source."""
    return {
        "key": source.key,
        "title": source.title,
        "date": source.date,
        "licence": source.licence,
        "address": source.address,
    }


def brand_cells(brand: Brand) -> Cells:
    """The row of a brand."""
    return {
        "slug": brand.slug,
        "name_en": brand.name_en,
        "name_zh": brand.name_zh,
        "aliases": "|".join(brand.aliases),
        "part_of": brand.part_of or "",
    }


def device_model_cells(device_model: DeviceModel) -> Cells:
    """The row of a device model."""
    first_sale = device_model.first_sale
    return {
        "id": device_model.id,
        "category": device_model.category.value,
        "name": device_model.name,
        "name_zh": device_model.name_zh,
        "first_sale": f"{first_sale:%Y-%m}" if first_sale else "",
        "first_sale_region": device_model.first_sale_region or "",
        "weight_g": number_text(device_model.weight_g),
        "battery_mah": number_text(device_model.battery_mah),
        "screen_in": number_text(device_model.screen_in),
        "successor": device_model.successor or "",
        "source": device_model.source,
    }


def variant_cells(variant: Variant) -> Cells:
    """The row of a variant."""
    price = variant.launch_price_cny
    return {
        "id": variant.id,
        "ram_gb": number_text(variant.ram_gb),
        "storage_gb": number_text(variant.storage_gb),
        "version": variant.version,
        "launch_price_cny": "" if price is None else str(price),
        "source": variant.source,
    }


def alias_cells(alias: Alias) -> Cells:
    """The row of an alias."""
    return {"device_model": alias.device_model, "alias": alias.alias}
