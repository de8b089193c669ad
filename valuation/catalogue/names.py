"""Names brought to one spelling, and the index from spelling to device model.

A key belongs to a root brand: Redmi, POCO and Black Shark trade under Xiaomi, so ``redmik70`` is a
key of Xiaomi whichever of the two a file names as the brand.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from valuation.catalogue.entries import Brand

SEPARATORS = re.compile(r"[\s\-.()\[\]{}_,'\"·]+")
# What tells no device model from another: "phone", "all networks", inches, "edition of a year".
EMPTY_WORDS = re.compile(r"游戏手机|手机|全网通|英寸|(?<=\d)寸|(?<=\d)inch(es)?|(?<=\d)款")
# The same for plain ASCII, as most names are: three times as fast.
ASCII_SEPARATORS = str.maketrans({
    "+": "plus", **{chr(each): None for each in range(128) if SEPARATORS.fullmatch(chr(each))},
})  # fmt: skip
ASCII_EMPTY_WORDS = re.compile(r"(?<=\d)inch(es)?")
NETWORK_EDITION = re.compile(r"([45]g)版")
SHORT_YEAR = re.compile(r"(?<!\d)(\d\d)款")
NETWORK = re.compile(r"[45]g")


def fold(text: str) -> str:
    """The spelling under which names are compared."""
    if text.isascii():
        folded = text.lower().translate(ASCII_SEPARATORS)
        return ASCII_EMPTY_WORDS.sub("", folded) if "inch" in folded else folded
    folded = unicodedata.normalize("NFKC", text).casefold().replace("+", "plus")
    if not folded.isascii():
        folded = SHORT_YEAR.sub(r"20\1款", NETWORK_EDITION.sub(r"\1", folded))
    return EMPTY_WORDS.sub("", SEPARATORS.sub("", folded))


@dataclass(frozen=True, slots=True)
class BrandWord:
    """A folded word for a brand; ``before_digit``: Mi 11 is a Xiaomi, the Mix 4 keeps its Mi."""

    word: str
    brand: str
    before_digit: bool

    def leads(self, folded: str) -> bool:
        """Whether the word stands in front of more."""
        rest = folded[len(self.word) : len(self.word) + 1]
        return folded.startswith(self.word) and (rest.isdigit() if self.before_digit else True)


@dataclass(frozen=True)
class BrandWords:
    """The words of all brands, longest first."""

    brands: Mapping[str, Brand]

    @cached_property
    def words(self) -> tuple[BrandWord, ...]:
        """Every word that may stand in front of a name."""
        found = {word for brand in self.brands.values() for word in _words_of(brand)}
        return tuple(sorted(found, key=lambda word: (-len(word.word), word.word)))

    @cached_property
    def _own(self) -> dict[str, tuple[BrandWord, ...]]:
        slugs = self.brands
        return {slug: tuple(w for w in self.words if w.brand == slug) for slug in slugs}

    @cached_property
    def _parts(self) -> dict[str, tuple[BrandWord, ...]]:
        return {
            slug: tuple(w for w in self.words if self.brands[w.brand].part_of == slug)
            for slug in self.brands
        }

    @cached_property
    def _own_fronts(self) -> dict[str, tuple[str, ...]]:
        return {slug: tuple(w.word for w in own) for slug, own in self._own.items()}

    @cached_property
    def _fronts(self) -> dict[str, tuple[str, ...]]:
        return {slug: tuple(w.word for w in parts) for slug, parts in self._parts.items()}

    @cached_property
    def _by_word(self) -> dict[str, str]:
        return {word.word: word.brand for word in self.words}

    def _whole_words(self, brand: str) -> tuple[BrandWord, ...]:
        return tuple(word for word in self._own[brand] if not word.before_digit)

    def brand(self, text: str) -> str | None:
        """The brand that a whole text names."""
        return self._by_word.get(fold(text))

    def root(self, brand: str) -> str:
        """The brand under which a brand's keys stand."""
        return self.brands[brand].part_of or brand

    def key(self, brand: str, folded: str) -> str:
        """A folded name without the brand's words in front, a part's words in one spelling."""
        root = self.root(brand)
        # "Mi 9" said of a Redmi is a contradiction, not a Redmi 9.
        own = self._own[root] if root == brand else self._whole_words(root)
        rest = _strip(folded, own) if folded.startswith(self._own_fronts[root]) else folded
        for word in self._parts[root] if rest.startswith(self._fronts[root]) else ():
            if word.leads(rest):
                named = "" if rest == word.word else _strip(rest, self._own[word.brand])
                return word.brand + named
        return rest if root == brand else brand + rest

    def part_left_out(self, key: str, root: str) -> str | None:
        """A root brand's key as people say it without the part: k40 of redmik40."""
        parts = (slug for slug, brand in self.brands.items() if brand.part_of == root)
        part = next((slug for slug in parts if key.startswith(slug)), "")
        return key[len(part) :] or None if part else None

    def leading(self, folded: str) -> Iterator[str]:
        """The brands whose words stand in front of a folded name."""
        yield from dict.fromkeys(word.brand for word in self.words if word.leads(folded))


def _words_of(brand: Brand) -> Iterator[BrandWord]:
    for name in (brand.slug, brand.name_en, brand.name_zh):
        if name:
            yield BrandWord(fold(name), brand.slug, before_digit=False)
    for alias in brand.aliases:
        yield BrandWord(fold(alias), brand.slug, before_digit=len(alias) <= 2)


def _strip(folded: str, words: Iterable[BrandWord]) -> str:
    """Take the words off the front; a second time for "Motorola Moto", and never all of it."""
    for _ in range(2):
        word = next((w for w in words if folded.startswith(w.word) and w.leads(folded)), None)
        if word is None or len(folded) == len(word.word):
            return folded
        folded = folded[len(word.word) :]
    return folded
