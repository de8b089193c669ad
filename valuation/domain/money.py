"""Money in integer minor units, and the only rounding of the project."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import lcm

# Exponents of ISO 4217 (list one, 2024): how many decimals the minor unit stands for.
EXPONENTS = {
    "AUD": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0, "CNY": 2, "EUR": 2, "GBP": 2, "HKD": 2,
    "IDR": 2, "INR": 2, "JPY": 0, "KRW": 0, "KWD": 3, "MXN": 2, "MYR": 2, "NZD": 2, "PHP": 2,
    "SEK": 2, "SGD": 2, "THB": 2, "TWD": 2, "USD": 2, "VND": 0, "ZAR": 2,
}  # fmt: skip

BASIS_POINTS = 10_000


class UnknownCurrency(ValueError):
    """The currency has no exponent here; add it from ISO 4217."""


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies cannot be added or compared."""


def exponent(currency: str) -> int:
    """Decimals of the currency's minor unit; UnknownCurrency where it is not listed."""
    if currency not in EXPONENTS:
        known = ", ".join(sorted(EXPONENTS))
        raise UnknownCurrency(f"unknown currency {currency!r}; known: {known}")
    return EXPONENTS[currency]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units of an ISO 4217 currency."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)
        if type(self.amount) is not int:
            raise TypeError(f"an amount of money is an int of minor units, not {self.amount!r}")

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def _same_currency(self, other: "Money") -> None:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix")

    def in_major_units(self) -> Decimal:
        """The amount as a decimal number of major units, exact."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{self.currency} {self.in_major_units():,}"


def minor_units(*, major: Decimal, currency: str) -> int:
    """Whole minor units of a decimal amount in major units, half to even."""
    return int(major.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_EVEN))


def minor_units_of_estimate(*, major: float, currency: str) -> int:
    """Whole minor units of a model's estimate in major units, rounded down.

    The one door from floating point to money: everything behind it is integer arithmetic.
    """
    whole, parts = major.as_integer_ratio()  # exact: a float is a fraction
    scale: int = 10 ** exponent(currency)
    return whole * scale // parts


def down_to_step(*, amount: int, step: int) -> int:
    """The largest multiple of ``step`` that is not above ``amount``."""
    return amount - amount % step


def share(*, amount: int, basis_points: int) -> int:
    """``basis_points`` hundredths of a percent of ``amount``, rounded down: monotone in both."""
    return amount * basis_points // BASIS_POINTS


def convert(*, amount: int, source: str, target: str, rate: Decimal) -> int:
    """Minor units of ``target`` for minor units of ``source``; ``rate`` targets per source."""
    major = Money(amount, source).in_major_units() * rate
    return minor_units(major=major, currency=target)


def largest_remainder(*, total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Whole parts in proportion to exact ``weights`` that sum to ``total``.

    Equal remainders go to the earlier part, so the result depends on nothing but its inputs.
    """
    scale = lcm(*(weight.denominator for weight in weights))
    whole_weights = [weight.numerator * (scale // weight.denominator) for weight in weights]
    whole = sum(whole_weights)
    if whole == 0:
        raise ValueError("shares need weights with a sum other than 0")
    if whole < 0:
        whole, whole_weights = -whole, [-weight for weight in whole_weights]
    # In integers: a quote divides some fifty amounts, and fractions were a third of its time.
    return apportion(numerators=[total * weight for weight in whole_weights], denominator=whole)


def apportion(*, numerators: Sequence[int], denominator: int) -> list[int]:
    """Fractions of one denominator, whose sum is whole, as whole parts with that sum.

    By largest remainder: each is rounded down, and what is missing goes to those that lost most, of
    equal ones to the earlier.
    """
    divided = [divmod(numerator, denominator) for numerator in numerators]
    parts = [part for part, _ in divided]
    missing = sum(remainder for _, remainder in divided) // denominator
    by_remainder = sorted(range(len(parts)), key=lambda i: (-divided[i][1], i))
    for index in by_remainder[:missing]:
        parts[index] += 1
    return parts
