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
# What a file is called after: its own hash, a UUID, the moment when the photo was taken.
FILE_NAME = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9A-Za-z])"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z]))"
    r"|(?<![0-9])20[0-9]{2}([-_./]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[-_T /]{0,2}(?:[01][0-9]|2[0-3])(?:[-_:.]?[0-5][0-9]){2}(?:[-_.]?[0-9]{3})?)?(?![0-9])"
)
IMEI = "an IMEI"  # as people are told what was seen
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# With a country's number before it; a mobile number of mainland China, however it is spaced; with
# a trunk 0; or of North America, with signs between its parts.
PHONE = re.compile(
    r"(?<![0-9+])\+[1-9](?:[ .()-]{0,2}[0-9]){7,14}(?![0-9])"
    r"|(?<![0-9])(?:(?:00)?86[ .-]?)?1[3-9][0-9](?:[ .-]?[0-9]){8}(?![0-9])"
    r"|(?<![0-9.])\(?0[1-9][0-9]{0,2}\)?[ -]?[0-9]{3,4}[ -]?[0-9]{3,4}(?![0-9])"
    r"|(?<![0-9.-])(?:1[ .-])?(?:[2-9][0-9]{2}([.-])[2-9][0-9]{2}\1|"
    r"\([2-9][0-9]{2}\) ?[2-9][0-9]{2}[ .-])[0-9]{4}(?![0-9])"
)
# A resident's identity number: region, day of birth, serial, a check digit that may be X.
RESIDENT = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"[0-9]{3}[0-9Xx](?![0-9])"
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


def personal_data(text: str) -> str | None:
    """What in the text seems to be a person's or a unit's, in words; None where nothing does.

    Names cannot be told from other words: this knows numbers and addresses alone.
    """
    plain = _plain(text)
    if "@" not in plain and sum(c.isdigit() for c in plain) < FEWEST_DIGITS:
        return None  # most words: a quote should not wait for them
    plain = FILE_NAME.sub(" ", plain)
    for pattern, said in (
        (EMAIL, "an e-mail address"),
        (RESIDENT, "an identity number"),
        (PHONE, "a phone number"),
    ):
        if pattern.search(plain):
            return said
    return IMEI if holds_identifier(DIGEST.sub("", plain)) else None


def _plain(text: str) -> str:
    """Full-width digits are digits too, and so are those of every other script."""
    known = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in known)
