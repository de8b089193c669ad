"""Prices as people write them, into whole minor units."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from valuation.domain.money import Money, exponent, minor_units
from valuation.intake.parsers import BadValue, Code, shown

# Marks that may stand beside an amount of a currency, beside its ISO code.
MARKS = {
    "CNY": ("¥", "元", "RMB"), "JPY": ("¥", "円"), "EUR": ("€",), "GBP": ("£",), "INR": ("₹", "Rs"),
    "KRW": ("₩", "원"), "MYR": ("RM",), "SGD": ("S$", "$"), "THB": ("฿",), "USD": ("US$", "$"),
    "VND": ("₫", "đ"), "HKD": ("HK$", "$"), "TWD": ("NT$", "$"), "AUD": ("A$", "$"),
    "CAD": ("C$", "$"), "NZD": ("NZ$", "$"), "BRL": ("R$",), "PHP": ("₱",), "IDR": ("Rp",),
    "MXN": ("$",), "CLP": ("$",), "ZAR": ("R",),
}  # fmt: skip

PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
# 1.299 is one yuan or one thousand: only the mapping can say.
LIKE_A_THOUSAND = re.compile(r"-?\d{1,3}\.\d{3}")
# Longer amounts are no price of a phone, and Decimal would round them at its 28 digits.
MOST_CHARACTERS = 24


class PriceUnit(StrEnum):
    """What a 1 in the price column stands for."""

    MAJOR = "major"
    MINOR = "minor"
    THOUSANDS = "thousands"


@dataclass(frozen=True, slots=True)
class PriceFormat:
    """How the file writes prices; ``decimal`` is None where the mapping does not say."""

    unit: PriceUnit = PriceUnit.MAJOR
    decimal: Literal[".", ","] | None = None


def prices(*, format: PriceFormat) -> Callable[[str, str], Money]:
    """A parser of a price in a currency into Money above zero."""
    groups = _groups("," if format.decimal == "," else ".")

    def parse(text: str, currency: str) -> Money:
        number = _plain_number(_without_mark(text, currency), format, groups)
        if number is None:
            raise BadValue(Code.UNREADABLE_PRICE, f"{shown(text)} is no amount in {currency}")
        if format.decimal is None and LIKE_A_THOUSAND.fullmatch(number) and exponent(currency) < 3:
            raise BadValue(
                Code.AMBIGUOUS_PRICE,
                f"{shown(text)} may be a group of thousands; set decimal in the mapping's [file]",
            )
        amount = _amount(Decimal(number), format.unit, currency)
        if amount <= 0:
            raise BadValue(Code.PRICE_NOT_POSITIVE, f"{shown(text)} is not above zero")
        return Money(amount, currency)

    return parse


def launch_prices(*, format: PriceFormat) -> Callable[[str], int]:
    """A parser of a launch price in yuan, whatever the unit of the prices, into whole yuan."""
    parse = prices(format=PriceFormat(decimal=format.decimal))
    return lambda text: int(parse(text, "CNY").in_major_units().to_integral_value())


def _groups(decimal: str) -> re.Pattern[str]:
    """Numbers with groups of two (India) or three digits, parted by the other mark or a space."""
    group = "," if decimal == "." else "."
    mark = re.escape(decimal)
    return re.compile(rf"-?\d{{1,3}}(?:[{group} ']\d{{2,3}})*[{group} ']\d{{3}}(?:{mark}\d+)?")


def _plain_number(text: str, format: PriceFormat, groups: re.Pattern[str]) -> str | None:
    if len(text) > MOST_CHARACTERS:
        return None
    if groups.fullmatch(text):
        text = re.sub(r"[ ']|" + (r"\." if format.decimal == "," else ","), "", text)
    plain = text.replace(",", ".") if format.decimal == "," else text
    return plain if PLAIN.fullmatch(plain) else None


def _without_mark(text: str, currency: str) -> str:
    """The amount without the currency's own mark; a mark of another currency stays in."""
    if text[:1].isdigit() and text[-1:].isdigit():
        return text
    folded = text.lower()
    for mark in (currency, *MARKS.get(currency, ())):
        if folded.startswith(mark.lower()):
            return text[len(mark) :].strip()
        if folded.endswith(mark.lower()):
            return text[: -len(mark)].strip()
    return text


def _amount(number: Decimal, unit: PriceUnit, currency: str) -> int:
    match unit:
        case PriceUnit.MAJOR:
            return minor_units(major=number, currency=currency)
        case PriceUnit.THOUSANDS:
            return minor_units(major=number * 1000, currency=currency)
        case PriceUnit.MINOR:
            return minor_units(major=number.scaleb(-exponent(currency)), currency=currency)
