"""Free text such as "Redmi Note 10 Pro 8+128" taken apart into name, storage and RAM."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

RAM_SIZES = frozenset({1, 2, 3, 4, 6, 8, 12, 16, 18, 24})
STORAGE_SIZES = frozenset({8, 16, 32, 64, 128, 256, 512, 1024, 2048})
# Bare numbers below this are part of names: iPhone 16, Find X8, Mate 20.
BARE_STORAGE_SIZES = frozenset({64, 128, 256, 512, 1024})

EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]")
AROUND = " /,|、-"  # what parts a name from its memory

_START = r"(?<![0-9A-Za-z.])"
_END = r"(?![0-9A-Za-z])"
_SIZE = r"(?P<size>\d{1,4})"
_UNIT = r"(?P<unit>tb?|gb?)"
_RAM = r"(?P<ram>\d{1,2})"
_SIGN = r"\s?[+/|、*]\s?"
# "4G" with a space behind it is a network as often as a memory.
_NOT_4G = r"(?:gb|(?<!4)(?<!4\s)g)"


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


STATED = _compiled(
    # 8+128, 12/256, 8GB+256GB, 8 GB RAM / 128 GB ROM
    rf"{_START}{_RAM}(?:\s?gb?)?(?:\s?ram)?{_SIGN}{_SIZE}(?:\s?{_UNIT})?(?:\s?rom)?{_END}",
    # 128/8, 256GB+12GB
    rf"{_START}{_SIZE}(?:\s?{_UNIT})?(?:\s?rom)?{_SIGN}{_RAM}(?:\s?gb?)?(?:\s?ram)?{_END}",
    # 8GB 128GB, 8g128g, 8G 128
    rf"{_START}{_RAM}\s?{_NOT_4G}(?:\s?ram)?[\s,]*{_SIZE}(?:\s?{_UNIT})?(?:\s?rom)?{_END}",
    # 128GB 8GB RAM
    rf"{_START}{_SIZE}\s?{_UNIT}(?:\s?rom)?[\s,/+]+{_RAM}\s?gb?\s?ram{_END}",
    # 128GB, 1TB
    rf"{_START}{_SIZE}\s?{_UNIT}(?:\s?rom)?{_END}",
    # a bare 128
    rf"(?<=[\s(/,、-]){_SIZE}(?=[\s)]|$)",
)
# What a name may end with as well: read only where the name that is left is known and has a digit.
PERHAPS = _compiled(
    rf"{_START}{_RAM}\s?g[\s,]*{_SIZE}(?:\s?{_UNIT})?(?:\s?rom)?{_END}",  # 4G 64
    rf"(?<=\s){_RAM}\s{_SIZE}$",  # 8 128
    r"(?<=\s)(?P<small>8|16|32)$",  # iPhone 6 16
)


@dataclass(frozen=True, slots=True)
class FreeText:
    """The name that is left, and the memory that the text states, in GB."""

    name: str
    storage_gb: int | None
    ram_gb: int | None


def parse_free_text(text: str) -> FreeText:
    """Name, storage and RAM; what is not stated plainly stays in the name."""
    plain = _plain(text)
    return next(_read(plain, STATED), FreeText(plain, None, None))


def readings(text: str) -> Iterator[FreeText]:
    """Every way to take memory out of a text, the plainest first."""
    plain = _plain(text)
    yield from _read(plain, STATED)
    yield from (each for each in _read(plain, PERHAPS) if re.search(r"\d", each.name))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _read(plain: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[FreeText]:
    for pattern in patterns:
        match = pattern.search(plain)
        while match is not None:
            stated = _memory(match)
            name = f"{plain[: match.start()]} {plain[match.end() :]}"
            if stated is not None and any(character.isalnum() for character in name):
                name = " ".join(EMPTY_BRACKETS.sub(" ", name).split())
                yield FreeText(name.strip(AROUND), *stated)
            # From the next character on: in "5G 8GB 128GB" the first pair is no memory.
            match = pattern.search(plain, match.start() + 1)


def _memory(match: re.Match[str]) -> tuple[int, int | None] | None:
    """Storage and RAM of a match, if devices with that much exist."""
    groups = match.groupdict()
    if groups.get("small"):
        return int(groups["small"]), None
    size, unit = int(groups["size"]), (groups.get("unit") or "").casefold()
    storage = size * 1024 if unit.startswith("t") else size
    ram = int(groups["ram"]) if groups.get("ram") else None
    stated = unit or ram is not None
    possible = storage in (STORAGE_SIZES if stated else BARE_STORAGE_SIZES)
    possible = possible and (ram is None or (ram in RAM_SIZES and ram < storage))
    return (storage, ram) if possible else None
