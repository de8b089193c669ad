"""A donation: the customer gives the amount, or the device, to a named cause."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from valuation.domain.records import SHA256, BadRecord


class Given(StrEnum):
    """What is given: the money that would be paid, or the device, which somebody uses on."""

    AMOUNT = "amount"
    DEVICE = "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """What the customer gave to whom. ``table``: the SHA-256 of the table that named the cause."""

    what: Given
    cause: str
    en: str
    zh: str
    table: str

    def __post_init__(self) -> None:
        if not (self.cause and self.en and self.zh and SHA256.fullmatch(self.table)):
            raise BadRecord("a gift names its cause, in English and Chinese, and its table")


@dataclass(frozen=True, slots=True)
class Cause:
    """Who can be given to, and what they take."""

    id: str
    en: str
    zh: str
    takes: Collection[Given]
