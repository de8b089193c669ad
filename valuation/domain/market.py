"""A market: where, in which currency, which kind of price, and whether the data is real."""

from dataclasses import dataclass
from enum import StrEnum

from valuation.domain.money import exponent


class PriceKind(StrEnum):
    """Kinds of price; each trains as itself and none is taken for another."""

    SOLD = "sold"
    ASKING = "asking"
    SHOP = "shop"
    TRADE_IN = "trade-in"


class Provenance(StrEnum):
    """Whether sales were made by people or by our simulator."""

    REAL = "real"
    DEMO = "demo"


@dataclass(frozen=True, slots=True, order=True)
class Market:
    """What a bundle belongs to; country is ISO 3166 alpha-2, currency ISO 4217."""

    country: str
    currency: str
    kind: PriceKind
    provenance: Provenance

    def __post_init__(self) -> None:
        exponent(self.currency)
        if not (len(self.country) == 2 and self.country.isascii() and self.country.isupper()):
            raise ValueError(f"country is two capital letters of ISO 3166, not {self.country!r}")

    @property
    def slug(self) -> str:
        """The market's name in files, addresses and quotes, e.g. ``cn-cny-sold-demo``."""
        place = f"{self.country}-{self.currency}".lower()
        return f"{place}-{self.kind.value}-{self.provenance.value}"

    @classmethod
    def from_slug(cls, slug: str) -> "Market":
        """The market that a slug names; ValueError where it names none."""
        match slug.split("-"):
            case [country, currency, *kind, provenance] if kind:
                return cls(
                    country.upper(), currency.upper(), PriceKind("-".join(kind)),
                    Provenance(provenance),
                )  # fmt: skip
            case _:
                raise ValueError(f"{slug!r} is no market; one looks like cn-cny-sold-demo")
