"""Free text gives up its memory sizes, and keeps numbers that belong to names."""

import pytest

from valuation.catalogue import parse_free_text


@pytest.mark.parametrize(
    ("text", "name", "storage", "ram"),
    [
        ("iPhone 13 128", "iPhone 13", 128, None),
        ("iphone 13 pro max 256gb", "iphone 13 pro max", 256, None),
        ("Redmi Note 10 Pro 8+128", "Redmi Note 10 Pro", 128, 8),
        ("华为 Mate 40 Pro 8GB+256GB", "华为 Mate 40 Pro", 256, 8),
        ("小米 12S Ultra 12/256", "小米 12S Ultra", 256, 12),
        ("小米 12S Ultra（12GB+512GB）", "小米 12S Ultra", 512, 12),
        ("Find X5 Pro 12 + 256", "Find X5 Pro", 256, 12),
        ("Mi 11 8GB 256GB", "Mi 11", 256, 8),
        ("Mi 11 8GB RAM 256GB ROM", "Mi 11", 256, 8),
        ("Mi 11 256GB 8GB RAM", "Mi 11", 256, 8),
        ("iPhone 15 Pro 1TB", "iPhone 15 Pro", 1024, None),
        ("Galaxy S10+ 128GB", "Galaxy S10+", 128, None),
        ("128GB iPhone 12", "iPhone 12", 128, None),
    ],
)
def test_stated_memory_is_taken_out(
    text: str, name: str, storage: int | None, ram: int | None
) -> None:
    parsed = parse_free_text(text)
    assert (parsed.name, parsed.storage_gb, parsed.ram_gb) == (name, storage, ram)


@pytest.mark.parametrize(
    "text",
    ["iPhone 16", "Mate 20", "Redmi Note 10 5G", "Galaxy A52 4G", "iPhone 8+", "128", "Nokia 105"],
)
def test_number_of_a_name_is_no_storage(text: str) -> None:
    parsed = parse_free_text(text)
    assert (parsed.name, parsed.storage_gb, parsed.ram_gb) == (text, None, None)
