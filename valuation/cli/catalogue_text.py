"""The catalogue as tables for a person at a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from valuation.catalogue.catalogue import Catalogue
from valuation.catalogue.comparison import Comparison
from valuation.catalogue.coverage import Coverage
from valuation.catalogue.entries import DeviceModel, number_text
from valuation.domain.redaction import redacted


def print_comparison(found: Comparison) -> None:
    """Counts by field, then every disagreement."""
    counts = [(each.field, each.compared, each.disagreeing) for each in found.fields]
    _print(("Field", "Compared", "Disagreeing"), counts)
    rows = [
        (each.subject, each.field, each.ours, each.theirs, each.our_source, each.place)
        for each in found.disagreements
    ]
    if rows:
        _print(("Device", "Field", "Ours", "Theirs", "Our source", "First seen"), rows)


def print_coverage(found: Coverage) -> None:
    """The shares, then the most frequent misses."""
    console = _console()
    console.print(
        f"{found.rows:,} rows: device model recognised in {found.share_of_device_models:.1%}, "
        f"variant in {found.share_of_variants:.1%}"
    )
    rows = [
        (miss.rows, miss.reason.value, miss.words.brand or "", redacted(miss.words.text),
         number_text(miss.words.storage_gb), number_text(miss.words.ram_gb))
        for miss in found.misses
    ]  # fmt: skip
    if rows:
        _print(("Rows", "Reason", "Brand", "Words", "Storage", "RAM"), rows)


def print_unverified(counts: Mapping[str, tuple[int, int]]) -> None:
    """Rows from memory beside all rows."""
    rows = [(name, memory, whole) for name, (memory, whole) in counts.items()]
    _print(("Rows of", "From memory", "Of"), rows)


def described(catalogue: Catalogue, found: DeviceModel) -> dict[str, object]:
    """A device model with all that hangs on it, as JSON-able data."""
    return {
        "id": found.id,
        "name": catalogue.name(found),
        "name_zh": catalogue.name_zh(found),
        "category": found.category.value,
        "first_sale": f"{found.first_sale:%Y-%m}" if found.first_sale else None,
        "first_sale_region": found.first_sale_region.value if found.first_sale_region else None,
        "weight_g": found.weight_g,
        "battery_mah": found.battery_mah,
        "screen_in": found.screen_in,
        "successor": found.successor,
        "source": _source(catalogue, found.source),
        "aliases": [each.alias for each in catalogue.aliases if each.device_model == found.id],
        "variants": [
            {
                "id": variant.id,
                "ram_gb": variant.ram_gb,
                "storage_gb": variant.storage_gb,
                "version": variant.version,
                "launch_price_cny": variant.launch_price_cny,
                "source": _source(catalogue, variant.source),
            }
            for variant in catalogue.variants_of(found.id)
        ],
    }


def print_device_model(told: Mapping[str, Any]) -> None:
    """What ``described`` says."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, said in told.items():
        if name != "variants" and said not in (None, []):
            shown = ", ".join(said) if isinstance(said, list) else str(said)
            facts.add_row(name.replace("_", " "), shown)
    _console().print(facts)
    rows = [
        (each["id"].rpartition("/")[2], number_text(each["ram_gb"]),
         number_text(each["storage_gb"]), each["launch_price_cny"] or "", each["source"])
        for each in told["variants"]
    ]  # fmt: skip
    _print(("Variant", "RAM", "Storage", "Launch price CNY", "Source"), rows)


def _source(catalogue: Catalogue, key: str) -> str:
    """The source's title and date; ``unverified`` for a row from memory."""
    source = catalogue.sources.get(key)
    return ", ".join(filter(None, (source.title, source.date))) if source else key


def _console() -> Console:
    return Console(markup=False, emoji=False, highlight=False)


def _print(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    _console().print(table)
