"""One text of a cell to one value; an empty text never gets here."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from valuation.domain.device import Category, UnitState
from valuation.domain.market import PriceKind
from valuation.domain.money import UnknownCurrency, exponent
from valuation.domain.outside import MOST_WEIGHT_G
from valuation.domain.questions import Question, UnknownAnswer

Choice = TypeVar("Choice", bound=StrEnum)

ISO_DATE = "%Y-%m-%d"
MEMORY = re.compile(r"(\d+(?:[.,]\d+)?)\s*(tib|tb|t|gib|gb|g|mib|mb|m)?", re.IGNORECASE)
# Makers count 1 TB as 1024 GB in their memory ladders, and so does the catalogue.
GB_PER_UNIT = {"t": Decimal(1024), "g": Decimal(1), "m": 1 / Decimal(1024)}
WEIGHT_TEXT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(kg|g)?", re.IGNORECASE)
MOST_STORAGE_GB = 16_384
MOST_RAM_GB = 64


class Code(StrEnum):
    """Why a line is rejected."""

    MISSING_VALUE = "missing_value"
    UNMAPPED_VALUE = "unmapped_value"
    UNREADABLE_TEXT = "unreadable_text"
    UNREADABLE_PRICE = "unreadable_price"
    AMBIGUOUS_PRICE = "ambiguous_price"
    PRICE_NOT_POSITIVE = "price_not_positive"
    UNREADABLE_DATE = "unreadable_date"
    UNREADABLE_MEMORY = "unreadable_memory"
    UNREADABLE_WEIGHT = "unreadable_weight"
    UNKNOWN_VALUE = "unknown_value"
    UNKNOWN_ANSWER = "unknown_answer"
    IMPOSSIBLE_ANSWERS = "impossible_answers"


class BadValue(ValueError):
    """The text of a cell is none that its field accepts."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


def shown(text: str) -> str:
    """A text for an error message, cut short."""
    return repr(text if len(text) <= 40 else text[:40] + "…")


def as_it_is(text: str) -> str:
    """Free text."""
    return text


def memory_gb(*, most: float) -> Callable[[str], float]:
    """A parser of memory sizes into GB: 128, 128GB, 1TB, 512 MB."""

    def parse(text: str) -> float:
        match = MEMORY.fullmatch(text)
        if match is None:
            raise BadValue(Code.UNREADABLE_MEMORY, f"{shown(text)} is no memory size like 128GB")
        unit = GB_PER_UNIT[(match[2] or "g")[0].lower()]
        size = float(Decimal(match[1].replace(",", ".")) * unit)
        if not 0 < size <= most:
            raise BadValue(
                Code.UNREADABLE_MEMORY, f"{shown(text)}: more than 0 and up to {most:g} GB"
            )
        return size

    return parse


def weight_g(text: str) -> float:
    """A weight in grams: 1400, 1400 g, 1.4 kg."""
    match = WEIGHT_TEXT.fullmatch(text)
    kilograms = match is not None and (match[2] or "").lower() == "kg"
    grams = float(match[1].replace(",", ".")) * (1000 if kilograms else 1) if match else 0.0
    if not 0 < grams <= MOST_WEIGHT_G:
        raise BadValue(
            Code.UNREADABLE_WEIGHT,
            f"{shown(text)} is no weight like 1400, 1400 g or 1.4 kg up to {MOST_WEIGHT_G} g",
        )
    return grams


def dates(*, format: str) -> Callable[[str], date]:
    """A parser of dates in a ``strptime`` format; ISO dates are always accepted."""

    def parse(text: str) -> date:
        for pattern in (ISO_DATE, format):
            try:
                return datetime.strptime(text, pattern).date()  # noqa: DTZ007  # a day has no zone
            except ValueError:
                continue
        raise BadValue(Code.UNREADABLE_DATE, f"{shown(text)} is no date like {format}")

    return parse


def answers(*, question: Question) -> Callable[[str], int]:
    """A parser of a question's answer ids in any case, or of a percentage, into levels."""
    ids = {answer.id.lower(): answer.id for answer in question.answers}

    def parse(text: str) -> int:
        try:
            return question.level(
                _percent(text) if question.percent else ids.get(text.lower(), text)
            )
        except UnknownAnswer as unknown:
            raise BadValue(Code.UNKNOWN_ANSWER, str(unknown)) from unknown

    return parse


def one_of(*, choices: type[Choice]) -> Callable[[str], Choice]:
    """A parser of the values of an enum."""

    def parse(text: str) -> Choice:
        try:
            return choices(text.lower())
        except ValueError as unknown:
            known = ", ".join(choices)
            message = f"{shown(text)} is not one of {known}"
            raise BadValue(Code.UNKNOWN_VALUE, message) from unknown

    return parse


def country(text: str) -> str:
    """A country of ISO 3166, two letters, in capitals."""
    if len(text) == 2 and text.isascii() and text.isalpha():
        return text.upper()
    raise BadValue(Code.UNKNOWN_VALUE, f"{shown(text)} is no country of two letters (ISO 3166)")


def currency(text: str) -> str:
    """A currency of ISO 4217 that the project knows, in capitals."""
    try:
        exponent(text.upper())
    except UnknownCurrency as unknown:
        raise BadValue(Code.UNKNOWN_VALUE, str(unknown)) from unknown
    return text.upper()


def _percent(text: str) -> int | str:
    """Whole percent, rounded down so that a doubt never pays; other texts as they are.

    A fraction such as 0.87 is one of those: as a percentage it would be a dead battery.
    """
    match = re.fullmatch(r"([1-9]\d{0,2}|0(?![.,]))(?:[.,]\d+)?\s*%?", text)
    return int(match[1]) if match else text


STORAGE = memory_gb(most=MOST_STORAGE_GB)
RAM = memory_gb(most=MOST_RAM_GB)
CATEGORY = one_of(choices=Category)
WEIGHT = weight_g
UNIT_STATE = one_of(choices=UnitState)
KIND = one_of(choices=PriceKind)
