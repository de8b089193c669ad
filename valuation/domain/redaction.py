"""Texts without what could be an IMEI: messages, words and names never repeat one."""

import re
import unicodedata

# Fourteen digits or more, however they are spaced: an IMEI, or a MEID in hexadecimal.
IDENTIFIER = re.compile(r"(?:[0-9A-Fa-f][ \-./]{0,2}){13,}[0-9A-Fa-f]")
FEWEST_DIGITS = 8  # below that it is a word that happens to be written in a to f


def redacted(text: str) -> str:
    """The text without anything that could identify a unit."""
    return IDENTIFIER.sub("…", _plain(text))


def holds_identifier(text: str) -> bool:
    """Whether the text could hold an IMEI or a MEID."""
    found = IDENTIFIER.search(_plain(text))
    return found is not None and sum(c.isdigit() for c in found.group()) >= FEWEST_DIGITS


def _plain(text: str) -> str:
    """Full-width digits are digits too."""
    return unicodedata.normalize("NFKC", text)
