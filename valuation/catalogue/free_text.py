"""Free text such as "Redmi Note 10 Pro 8+128" taken apart into name, storage and RAM."""

import re
import unicodedata
from dataclasses import dataclass

RAM_SIZES = frozenset({1, 2, 3, 4, 6, 8, 12, 16, 18, 24})
STORAGE_SIZES = frozenset({8, 16, 32, 64, 128, 256, 512, 1024, 2048})
# Bare numbers below this are part of names: iPhone 16, Find X8, Mate 20.
BARE_STORAGE_SIZES = frozenset({64, 128, 256, 512, 1024})

EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]")

_START = r"(?<![0-9A-Za-z.])"
_END = r"(?![0-9A-Za-z])"
_SIZE = r"(?P<size>\d{1,4})"
_UNIT = r"(?P<unit>tb?|gb?)"
_RAM = r"(?P<ram>\d{1,2})"
PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 8+128, 12/256, 8GB+256GB, 8 GB RAM / 128 GB ROM
        rf"{_START}{_RAM}(?:\s?gb?)?(?:\s?ram)?(?P<gap>\s?)[+/](?P=gap){_SIZE}(?:\s?{_UNIT})?"
        rf"(?:\s?rom)?{_END}",
        # 8GB 128GB
        rf"{_START}{_RAM}\s?gb?(?:\s?ram)?[\s,]+{_SIZE}\s?{_UNIT}(?:\s?rom)?{_END}",
        # 128GB 8GB RAM
        rf"{_START}{_SIZE}\s?{_UNIT}(?:\s?rom)?[\s,/+]+{_RAM}\s?gb?\s?ram{_END}",
        # 128GB, 1TB
        rf"{_START}{_SIZE}\s?{_UNIT}(?:\s?rom)?{_END}",
        # a bare 128 at the end
        rf"(?<=[\s(]){_SIZE}\)?$",
    )
)


@dataclass(frozen=True, slots=True)
class FreeText:
    """The name that is left, and the memory that the text states, in GB."""

    name: str
    storage_gb: int | None
    ram_gb: int | None


def parse_free_text(text: str) -> FreeText:
    """Name, storage and RAM; what is not stated plainly stays in the name."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for pattern in PATTERNS:
        for match in pattern.finditer(plain):
            stated = _memory(match)
            name = f"{plain[: match.start()]} {plain[match.end() :]}"
            if stated is not None and any(character.isalnum() for character in name):
                return FreeText(" ".join(EMPTY_BRACKETS.sub(" ", name).split()), *stated)
    return FreeText(plain, None, None)


def _memory(match: re.Match[str]) -> tuple[int, int | None] | None:
    """Storage and RAM of a match, if devices with that much exist."""
    groups = match.groupdict()
    size, unit = int(groups["size"]), (groups.get("unit") or "").casefold()
    storage = size * 1024 if unit.startswith("t") else size
    ram = int(groups["ram"]) if groups.get("ram") else None
    stated = unit or ram is not None
    possible = storage in (STORAGE_SIZES if stated else BARE_STORAGE_SIZES)
    possible = possible and (ram is None or (ram in RAM_SIZES and ram < storage))
    return (storage, ram) if possible else None
