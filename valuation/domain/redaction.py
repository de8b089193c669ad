"""Texts without what could name a unit: messages, words and names never repeat an identifier."""

import re
import unicodedata

# Fourteen digits or more, however they are spaced: an IMEI, or a MEID in hexadecimal. Where they
# are spaced, the a to f at the edge of a word ("device 49…") are no part of it.
IDENTIFIER = re.compile(
    r"(?:[0-9]|(?<![A-Za-z])[A-Fa-f])[\W_]{0,2}(?:[0-9A-Fa-f][\W_]{0,2}){12,}"
    r"(?:[0-9]|[A-Fa-f](?![A-Za-z]))"
    r"|[0-9A-Fa-f]{14,}"
)
FEWEST_DIGITS = 8  # below that it is a word that happens to be written in a to f
# Capitals and digits in one word, four digits or more: makers' serial numbers are at least this
# long (Samsung's have 11 characters, Apple's 12); model codes such as M2102J20SG are shorter.
SERIAL = re.compile(
    r"(?<![0-9A-Za-z])(?=(?:[A-Z]*[0-9]){4})(?=[0-9]*[A-Z])[0-9A-Z]{11,30}(?![0-9A-Za-z])"
)
# A bundle's digest or the twelve characters that we show of it. Twelve digits without a letter
# are no such prefix: they could be the front of an IMEI.
DIGEST = re.compile(r"(?<![0-9A-Za-z])([0-9a-f]{64}|(?=[0-9]*[a-f])[0-9a-f]{12})(?![0-9A-Za-z])")


def redacted(text: str) -> str:
    """The text without anything that could identify a unit; digests of bundles stay."""
    parts = DIGEST.split(_plain(text))
    # The split leaves what stands between digests at the even places.
    parts[::2] = [SERIAL.sub("…", IDENTIFIER.sub("…", part)) for part in parts[::2]]
    return "".join(parts)


def holds_identifier(text: str) -> bool:
    """Whether the text could hold an IMEI or a MEID."""
    found = IDENTIFIER.search(_plain(text))
    return found is not None and sum(c.isdigit() for c in found.group()) >= FEWEST_DIGITS


def _plain(text: str) -> str:
    """Full-width digits are digits too, and so are those of every other script."""
    known = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in known)
