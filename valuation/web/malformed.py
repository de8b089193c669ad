"""Where a body that is not read as JSON goes wrong, as a JSON pointer: for error messages alone."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# Strings, closed or cut off; marks; and words, whether JSON knows them or not.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
DEEPEST = 8  # nothing that is accepted lies deeper

Place = tuple[str, ...]


@dataclass(slots=True)
class _Level:
    """An object or array that is open, and the member that is being read."""

    is_object: bool
    member: str | None = None
    position: int = 0
    names: set[str] = field(default_factory=set)


class _Walk:
    """The parts of a text one by one, and the way from the top to where they stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._levels: list[_Level] = []
        self.repeated = False

    def __iter__(self) -> Iterator[re.Match[str]]:
        for match in TOKEN.finditer(self._text):
            yield match
            self._take(match.group())

    @property
    def place(self) -> Place:
        """The names and positions from the top, as far down as anything is read."""
        return tuple(each.member for each in self._levels[:DEEPEST] if each.member is not None)

    @property
    def too_deep(self) -> bool:
        """Whether this lies deeper than anything that is read."""
        return len(self._levels) > DEEPEST

    def _take(self, part: str) -> None:
        level = self._levels[-1] if self._levels else None
        if part in "{[":
            self._levels.append(_Level(part == "{", None if part == "{" else "0"))
        elif part in "}]":
            self._levels = self._levels[:-1]
            self._value_read()
        elif part == "," and level is not None and not level.is_object:
            level.position += 1
            level.member = str(level.position)
        elif level is not None and level.is_object and level.member is None:
            self._name_read(level, part)
        elif part not in ":,":
            self._value_read()

    def _name_read(self, level: _Level, part: str) -> None:
        if part.startswith('"'):
            level.member = _decoded(part)
            self.repeated = level.member in level.names
            level.names.add(level.member)

    def _value_read(self) -> None:
        if self._levels and self._levels[-1].is_object:
            self._levels[-1].member = None


def place_at(text: str, position: int) -> Place:
    """The member of the body that is being read at a character."""
    walk = _Walk(text)
    for match in walk:
        cut_off = match.end() == len(text) and not _complete(match.group())
        if position < match.end() or cut_off:
            break
    return walk.place


def repeated_name(text: str) -> Place:
    """The first member whose name its object has already."""
    walk = _Walk(text)
    for _ in walk:
        if walk.repeated:
            break
    return walk.place


def too_deep_at(text: str) -> Place | None:
    """The member that goes deeper than anything that is read; None where none does."""
    walk = _Walk(text)
    for _ in walk:
        if walk.too_deep:
            break
    return walk.place if walk.too_deep else None


def _complete(part: str) -> bool:
    """Whether a part at the end of the text cannot go on; a number could."""
    return part in "{}[]:," or (len(part) > 1 and part.startswith('"') and part.endswith('"'))


def _decoded(part: str) -> str:
    """The string as it is meant, or as it is spelled where it is no JSON string."""
    try:
        return str(json.loads(part))
    except json.JSONDecodeError:
        return part.strip('"')
