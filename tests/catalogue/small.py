"""A catalogue of five device models, as rows that a test may spoil."""

from pathlib import Path

from valuation.catalogue import Catalogue, CatalogueRows, from_rows
from valuation.catalogue.parsing import COLUMNS

Cells = dict[str, str]


def cells(table: str, text: str) -> Cells:
    """A row from its cells between bars."""
    return dict(zip(COLUMNS[table], text.split("|"), strict=True))


def brand(text: str, aliases: str = "", part_of: str = "") -> Cells:
    slug, name_en, name_zh = text.split("|")
    return {
        "slug": slug,
        "name_en": name_en,
        "name_zh": name_zh,
        "aliases": aliases,
        "part_of": part_of,
    }


def small_rows() -> CatalogueRows:
    """Apple, Xiaomi with Redmi, Samsung: every kind of name that the look-up must tell apart."""
    return {
        "sources": [
            cells("sources", "unverified|from memory|||"),
            cells("sources", "maker|Maker's pages|2024|facts|"),
        ],
        "brands": [
            brand("apple|Apple|苹果"),
            brand("samsung|Samsung|三星"),
            brand("xiaomi|Xiaomi|小米", aliases="mi"),
            brand("redmi|Redmi|红米", part_of="xiaomi"),
        ],
        "models": [
            cells(
                "models",
                "apple/iphone/iphone-13|phone|iPhone 13|苹果 iPhone 13|2021-09|cn|174|3240|6.1"
                "|apple/iphone/iphone-14|maker",
            ),
            cells(
                "models",
                "apple/iphone/iphone-14|phone|iPhone 14||2022-09|cn|172|3279|6.1||unverified",
            ),
            cells(
                "models",
                "samsung/galaxy-a/galaxy-a52-5g|phone|Galaxy A52 5G||2021-03|global|189|4500|6.5"
                "||maker",
            ),
            cells("models", "xiaomi/mi/xiaomi-12|phone|Xiaomi 12|小米 12|2021-12|cn|||||maker"),
            cells(
                "models", "xiaomi/redmi/redmi-12|phone|Redmi 12|红米 12|2023-06|global|||||maker"
            ),
        ],
        "variants": [
            cells("variants", "apple/iphone/iphone-13/128gb|4|128||5999|maker"),
            cells("variants", "apple/iphone/iphone-13/256gb|4|256||6799|maker"),
            cells("variants", "apple/iphone/iphone-14/1tb|6|1024|||unverified"),
            cells("variants", "samsung/galaxy-a/galaxy-a52-5g/6gb-128gb|6|128|||maker"),
            cells("variants", "xiaomi/mi/xiaomi-12/8gb-128gb|8|128||3699|maker"),
            cells("variants", "xiaomi/mi/xiaomi-12/8gb-256gb|8|256||3999|maker"),
            cells("variants", "xiaomi/mi/xiaomi-12/12gb-256gb|12|256||4399|maker"),
            cells("variants", "xiaomi/mi/xiaomi-12/12gb-256gb-us|12|256|us||maker"),
            cells("variants", "xiaomi/redmi/redmi-12/4gb-128gb|4|128|||maker"),
        ],
        "aliases": [cells("aliases", "apple/iphone/iphone-13|苹果13")],
    }


def small_catalogue() -> Catalogue:
    return from_rows(small_rows())


def write_folder(folder: Path, rows: CatalogueRows) -> None:
    """The rows as a catalogue folder: one file a table."""
    for table, entries in rows.items():
        lines = [",".join(COLUMNS[table])]
        lines += [",".join(f'"{cell}"' for cell in entry.values()) for entry in entries]
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
