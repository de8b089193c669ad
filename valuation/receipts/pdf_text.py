"""Texts in the two fonts that every PDF reader brings: one for Latin, one for Chinese."""

import unicodedata
from itertools import groupby
from xml.sax.saxutils import escape

LATIN, LATIN_BOLD = "Helvetica", "Helvetica-Bold"
CHINESE = "STSong-Light"  # named, not embedded: readers have it or put their own in its place
MISSING = "□"
UNMARKED = str.maketrans("Đđ", "Dd")  # letters that Unicode does not take apart


def markup(text: str) -> str:
    """The text as a paragraph's markup, each run in a font that has its characters."""
    shown = "".join(_printable(character) for character in unicodedata.normalize("NFC", text))
    runs = groupby(shown, key=_latin)
    return "".join(
        escape("".join(run)) if latin else f'<font name="{CHINESE}">{escape("".join(run))}</font>'
        for latin, run in runs
    )


def _printable(character: str) -> str:
    if _latin(character) or _chinese(character):
        return character
    # Neither font has it: a Vietnamese letter loses its marks, the rest is shown as missing.
    base = unicodedata.normalize("NFKD", character)[0].translate(UNMARKED)
    return base if _latin(base) and base.isprintable() else MISSING


def _latin(character: str) -> bool:
    return _encodes(character, "cp1252") and character.isprintable()


def _chinese(character: str) -> bool:
    return _encodes(character, "gbk") and character.isprintable()


def _encodes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
