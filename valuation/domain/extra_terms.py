"""The rows of what stands beside an offer: campaigns, government subsidies, and a purchase.

All amounts are whole minor units of the row's currency. A campaign knows an offer only through a
threshold from below and a share of it, so that no row can pay more for a worse answer.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from valuation.domain.costs import PolicyRefused
from valuation.domain.money import BASIS_POINTS, share


class Kind(StrEnum):
    """What a line is."""

    BONUS = "bonus"
    COUPON = "coupon"
    SUBSIDY = "subsidy"


class Needs(StrEnum):
    """What makes a campaign apply: itself, its id as a word that anybody may say, or a code."""

    NOTHING = "nothing"
    WORD = "word"
    CODE = "code"


class Bought(StrEnum):
    """What new device is bought."""

    PHONE = "phone"
    TABLET = "tablet"
    WATCH = "watch"
    OTHER = "other"


class PurchaseRefused(ValueError):
    """A purchase that cannot be counted with; ``member`` of it says which."""

    def __init__(self, member: str, message: str) -> None:
        super().__init__(message)
        self.member = member


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What every row has: its id, its name in two languages, its source and its days."""

    id: str
    en: str
    zh: str
    source: str
    since: date
    until: date
    currency: str

    def holds(self, day: date) -> bool:
        """Whether the day is one of its days, the first and the last included."""
        return self.since <= day <= self.until

    def _check(self, *at_least_nothing: int | None) -> None:
        """PolicyRefused; the numbers are limits that may be there or not."""
        if self.since > self.until:
            raise PolicyRefused(f"{self.id} ends before it begins")
        if any(number is not None and number < 0 for number in at_least_nothing):
            raise PolicyRefused(f"{self.id} has an amount below 0: a bonus would be taken away")


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign(Named):
    """A bonus on an offer, or a coupon on a purchase.

    Empty triggers fit everything; ``data``: demo markets alone, or real ones; ``merchant``: whose
    alone it is. ``least``: the least offer, or price, that it applies to.
    ``value``: minor units, or basis points (``is_share``) of the offer with the bonuses before it,
    or of the price that the coupons before it left; at most ``cap``.
    """

    kind: Kind
    needs: Needs
    data: str
    country: str
    brand: str
    category: str
    channel: str
    least: int
    is_share: bool
    value: int
    cap: int | None
    order: int
    stacks: bool
    merchant: str = ""

    def __post_init__(self) -> None:
        self._check(self.least, self.value, self.cap)
        if self.kind is Kind.SUBSIDY:
            raise PolicyRefused(f"{self.id}: a subsidy is no campaign")
        if self.is_share and self.value > BASIS_POINTS:
            raise PolicyRefused(f"{self.id} gives more than the whole: at most {BASIS_POINTS}")
        if self.kind is Kind.COUPON and (self.brand or self.channel):
            raise PolicyRefused(f"{self.id}: of a purchase neither brand nor channel is known")

    def amount(self, so_far: int) -> int:
        """What it gives on an offer, or takes off a price, as it stands so far."""
        given = share(amount=so_far, basis_points=self.value) if self.is_share else self.value
        return given if self.cap is None else min(given, self.cap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsidy(Named):
    """A government's share of the price of a new device.

    ``limit``: up to which price there is any; whether the limit itself counts is ``inclusive``.
    ``after_coupons``: the price is the one that coupons leave, else the one before them.
    """

    category: str
    rate: int
    limit: int
    inclusive: bool
    cap: int
    after_coupons: bool

    def __post_init__(self) -> None:
        self._check(self.rate, self.limit, self.cap)
        if self.rate > BASIS_POINTS:
            raise PolicyRefused(f"{self.id} pays more than the price: at most {BASIS_POINTS}")

    def amount(self, price: int) -> int:
        """What is paid of a price."""
        if price > self.limit or (price == self.limit and not self.inclusive):
            return 0
        return min(share(amount=price, basis_points=self.rate), self.cap)


@dataclass(frozen=True, slots=True)
class Purchase:
    """A new device that is bought with the trade-in; PurchaseRefused for a price below 0."""

    price: int
    currency: str
    category: Bought

    def __post_init__(self) -> None:
        if self.price < 0:
            raise PurchaseRefused("price", "a price is 0 or more")
