"""Which unit a device is: IMEI, MEID or serial number, never shown in full."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

SERIAL = re.compile(r"[A-Z0-9][A-Z0-9/-]{4,30}[A-Z0-9]")
SPACING = str.maketrans("", "", " -")
SEPARATORS = str.maketrans("", "", " -/")
# An IMEI in other words or with letters typed for its digits: as a serial number it would be a
# unit of its own, that no block list and no other quote knows.
HIDDEN_IMEI = re.compile(r"[0-9OIL]{14}")
SHOWN = 4


class IdentifierKind(StrEnum):
    """What an identifier is."""

    IMEI = "imei"
    MEID = "meid"
    SERIAL = "serial"


class NotAnIdentifier(ValueError):
    """The text is no IMEI, MEID or serial number; the message never repeats it."""


@dataclass(frozen=True, slots=True, repr=False)
class Identifier:
    """One unit's identity; ``value`` is whole, whatever is printed shows its last four at most."""

    kind: IdentifierKind
    value: str

    @property
    def tac(self) -> str | None:
        """The type allocation code, which an IMEI alone has."""
        return self.value[:8] if self.kind is IdentifierKind.IMEI else None

    def __repr__(self) -> str:
        return f"Identifier({self})"

    def __str__(self) -> str:
        return f"{self.kind} …{self.value[-SHOWN:]}"


def parse_identifier(text: str) -> Identifier:
    """The identifier in one spelling; NotAnIdentifier says what would be accepted.

    An IMEI has 15 digits, the last a check digit, or 16 as an IMEISV (brought to the 15). Fourteen
    digits are refused: nothing could tell them from a slip. A MEID has 14 hexadecimal digits. A
    serial number in which an IMEI could stand is refused.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    compact = plain.translate(SPACING)
    if compact.isascii() and compact.isdigit() and len(compact) >= 14:
        return Identifier(IdentifierKind.IMEI, _imei(compact))
    if _is_meid(compact):
        return Identifier(IdentifierKind.MEID, compact[:14])
    if HIDDEN_IMEI.search(plain.translate(SEPARATORS)):
        raise NotAnIdentifier(
            "this looks like an IMEI with something beside or in its digits: "
            "type the IMEI's 15 digits alone"
        )
    if SERIAL.fullmatch(plain) and any(character.isdigit() for character in plain):
        return Identifier(IdentifierKind.SERIAL, plain)
    raise NotAnIdentifier("an IMEI of 15 digits, a MEID of 14 or a serial number is expected")


def _imei(digits: str) -> str:
    from stdnum import imei, luhn  # 40 ms to import
    from stdnum.exceptions import ValidationError

    if len(digits) == 14:
        raise NotAnIdentifier("an IMEI has 15 digits; here are 14, so its check digit is missing")
    if len(set(digits)) == 1:
        raise NotAnIdentifier("an IMEI of one digit repeated is a placeholder")
    try:
        valid: str = imei.validate(digits)
    except ValidationError:
        raise NotAnIdentifier("not an IMEI: 15 digits with a right check digit") from None
    body = valid[:14]
    return body + str(luhn.calc_check_digit(body))


def _is_meid(compact: str) -> bool:
    if len(compact) not in (14, 15):
        return False
    from stdnum import meid

    return bool(meid.is_valid(compact))
