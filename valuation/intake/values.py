"""What a mapping says about single values: value maps, and lists of accepted values."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from valuation.intake.parsers import BadValue, Code, shown

ITSELF = "*"


def cleaned(text: str) -> str:
    """The text without surrounding space, full-width letters and digits made plain."""
    return unicodedata.normalize("NFKC", text).strip()


def folded(text: str) -> str:
    """The text as value maps and filters compare it: cleaned, without regard to case."""
    return cleaned(text).casefold()


@dataclass(frozen=True, slots=True)
class ValuePatterns:
    """Texts to look for, folded: exact ones, and ones with ``*`` for any letters, in order."""

    exact: Mapping[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...]

    @classmethod
    def of(cls, entries: Mapping[str, str]) -> "ValuePatterns":
        """Entries with wildcards become patterns, the others exact texts."""
        wild = {key for key in entries if "*" in key}
        return cls(
            exact={folded(key): value for key, value in entries.items() if key not in wild},
            patterns=tuple(
                (re.compile(re.escape(folded(key)).replace(r"\*", ".*")), value)
                for key, value in entries.items()
                if key in wild
            ),
        )

    @classmethod
    def listing(cls, values: Iterable[str]) -> "ValuePatterns":
        """A list of accepted texts, where only being found counts."""
        return cls.of({value: value for value in values})

    def find(self, text: str) -> str | None:
        """What stands beside the first entry that fits, None where none does."""
        key = folded(text)
        if key in self.exact:
            return self.exact[key]
        for pattern, value in self.patterns:
            if pattern.fullmatch(key):
                return value
        return None


@dataclass(frozen=True, slots=True)
class ValueMap:
    """The file's words for a field into ours; an empty target means absent.

    ``default`` stands for words without an entry: ``*`` keeps them, None rejects the line.
    """

    entries: ValuePatterns
    default: str | None

    def translate(self, text: str) -> str:
        """Our word for the file's; BadValue where the map has none and no default."""
        target = self.entries.find(text)
        if target is None:
            target = self.default
        if target is None:
            raise BadValue(Code.UNMAPPED_VALUE, f"{shown(text)} has no entry in the value map")
        return text if target == ITSELF else target


@dataclass(frozen=True, slots=True)
class Filter:
    """Lines to keep, or else to drop, by the value of one column; counted under ``rule``."""

    rule: str
    column: str
    listed: ValuePatterns
    keep: bool

    def passes(self, text: str) -> bool:
        """Whether a line with this value stays."""
        return (self.listed.find(text) is not None) == self.keep
