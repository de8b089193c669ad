"""Typed access to a table of a TOML file, with an error for every key that nobody expects."""

from collections.abc import Iterable
from dataclasses import dataclass


class MappingError(ValueError):
    """A mapping file says something that cannot be meant: the key, and what would be accepted."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the file; ``place`` names it in messages, e.g. ``cn_phones.toml: [price]``."""

    place: str
    data: dict[str, object]

    def error(self, message: str) -> MappingError:
        """The error of this section, for the caller to raise."""
        return MappingError(f"{self.place}: {message}")

    def only(self, accepted: Iterable[str]) -> "Section":
        """The section itself; MappingError names a key that is not accepted."""
        known = list(accepted)
        for key in self.data:
            if key not in known:
                raise self.error(f"unknown key {key!r}; accepted: {', '.join(known)}")
        return self

    def text(self, key: str, default: str | None = None) -> str | None:
        """A text, or the default where the key is not there."""
        value = self.data.get(key, default)
        if value is None or isinstance(value, str):
            return value
        raise self.error(f"{key} is a text in quotes, not {value!r}")

    def number(self, key: str) -> float:
        """A number above zero that has to be there."""
        value = self.data.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
        raise self.error(f"{key} is a number above zero, not {value!r}")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty where the key is not there."""
        value = self.data.get(key, [])
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        raise self.error(f"{key} is a list of texts, not {value!r}")

    def pairs(self) -> dict[str, str]:
        """The whole section as text = text."""
        return {key: self.text(key) or "" for key in self.data}

    def lists(self) -> dict[str, tuple[str, ...]]:
        """The whole section as text = list of texts."""
        return {key: self.texts(key) for key in self.data}

    def section(self, key: str) -> "Section":
        """A table inside this one, empty where the key is not there."""
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f"{key} is a table, not {value!r}")
        return Section(f"{self.place} [{key}]", value)

    def sections(self, key: str) -> tuple["Section", ...]:
        """A list of tables, written ``[[key]]``, empty where the key is not there."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.error(f"{key} is written as [[{key}]]")
        return tuple(
            Section(f"{self.place} [[{key}]] {number}", each)
            for number, each in enumerate(value, start=1)
        )
