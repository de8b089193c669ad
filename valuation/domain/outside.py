"""Devices that the catalogue does not hold, known by what they are called.

A laptop, a watch or an appliance has its category, or the kind of appliance, where the catalogue
has a family: ``lenovo/laptop/thinkpad-t14/16gb-512gb``, ``bosch/washing-machine/serie-6/any``. The
same words lead to the same slugs, in a file of sales and at the till.
"""

import re
import unicodedata

from valuation.domain.device import CATALOGUED, Category, Device, DeviceFacts

OUTSIDE = "outside"
UNKNOWN_BRAND = "unknown"
MOST_WEIGHT_G = 1_000_000


def is_beyond(category: Category | None) -> bool:
    """Whether the catalogue holds no device of the category that was stated."""
    return category is not None and category not in CATALOGUED


def outside_device(
    *,
    brand: str | None,
    model: str,
    category: Category | None,
    kind: str | None = None,
    storage_gb: float | None = None,
    ram_gb: float | None = None,
    weight_g: float | None = None,
    launch_price_cny: int | None = None,
) -> Device:
    """The device of these words, sizes in GB, weight in grams, launch price in whole yuan.

    ``kind``: of an appliance, e.g. ``washing-machine``.
    """
    maker = slug(brand or UNKNOWN_BRAND)
    named = kind if kind and category is Category.APPLIANCE else str(category)
    family = f"{maker}/{slug(named) if is_beyond(category) else OUTSIDE}"
    device_model = f"{family}/{slug(model)}"
    return Device(
        brand=maker,
        family=family,
        device_model=device_model,
        variant=f"{device_model}/{size_slug(storage_gb=storage_gb, ram_gb=ram_gb)}",
        name=f"{brand or ''} {model}".strip(),
        facts=DeviceFacts(
            category=category, storage_gb=storage_gb, ram_gb=ram_gb, weight_g=weight_g,
            launch_price_cny=launch_price_cny,
        ),
        in_catalogue=False,
    )  # fmt: skip


def kind_of(variant: str | None, category: str | None) -> str | None:
    """Which kind of appliance a device is, as its slug says; None where it does not."""
    if variant is None or category != Category.APPLIANCE:
        return None
    kind = variant.split("/")[1]
    return None if kind == Category.APPLIANCE else kind


def slug(text: str) -> str:
    """Lower case words joined by hyphens; other scripts keep their letters."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("+", " plus ")
    return re.sub(r"[\W_]+", "-", folded).strip("-") or "unnamed"


def size_slug(*, storage_gb: float | None, ram_gb: float | None) -> str:
    """Memory as a variant's slug has it: ``16gb-512gb``; ``any`` where neither is known."""
    ram = f"{ram_gb:g}gb-" if ram_gb else ""
    return f"{ram}{storage_gb:g}gb" if storage_gb else f"{ram}any"
