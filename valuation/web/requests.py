"""What callers send, checked for shape; what the answers mean is the registry's to say."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SkipValidation,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from valuation.catalogue.identity import NotAnIdentifier, parse_identifier
from valuation.domain.device import Category
from valuation.domain.extra_terms import Bought, Purchase
from valuation.domain.outside import MOST_WEIGHT_G, is_beyond
from valuation.domain.questions import QUESTIONS, Question
from valuation.domain.redaction import IMEI, personal_data
from valuation.quotes.quoting import QuoteRequest
from valuation.web.validation import NOT_AN_IDENTIFIER

WHOSE = "customers go to POST /v1/customers"


class View(StrEnum):
    """For whose eyes."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"


def answer_schema(question: Question) -> dict[str, Any]:
    """One question's answers as JSON schema."""
    if question.percent:
        kind: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 100}
    else:
        kind = {"type": "string", "enum": [answer.id for answer in question.answers]}
    return {**kind, "title": question.en, "description": question.zh}


def answers_schema() -> dict[str, Any]:
    """The registry as JSON schema: what may be answered, from worst to best."""
    return {
        "type": "object",
        "properties": {question.id: answer_schema(question) for question in QUESTIONS},
        "additionalProperties": False,
    }


def impersonal(text: str) -> str:
    """Quotes and logs keep these words for ever: an IMEI or a customer's number would be kept."""
    found = personal_data(text)
    if found is not None:
        goes = "give it as identifier" if found == IMEI else WHOSE
        raise ValueError(f"this looks like {found}; {goes}")
    return text


def _an_identifier(text: str) -> str:
    """Checked with the shape, so that an error names the member as the caller spelled it."""
    try:
        parse_identifier(text)
    except NotAnIdentifier as error:
        raise PydanticCustomError(NOT_AN_IDENTIFIER, "{said}", {"said": str(error)}) from None
    return text


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Words = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(impersonal)]
Gigabytes = Annotated[float, Field(gt=0, le=65_536, allow_inf_nan=False)]
Identifier = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_an_identifier)]
Answers = Annotated[dict[str, object], WithJsonSchema(answers_schema())]


Grams = Annotated[float, Field(gt=0, le=MOST_WEIGHT_G, allow_inf_nan=False)]


class DeviceIn(_Strict):
    """A device: by variant id, by name and storage, or by identifier (IMEI, MEID, serial).

    A laptop, watch or appliance by category and name; `kind` is of an appliance.
    """

    id: Words | None = None
    name: Words | None = None
    brand: Words | None = None
    storage_gb: Gigabytes | None = None
    ram_gb: Gigabytes | None = None
    version: Words | None = None
    identifier: Identifier | None = None
    imei: Identifier | None = None
    category: Literal["phone", "tablet", "laptop", "watch", "appliance"] | None = None
    kind: Words | None = None
    weight_g: Grams | None = None

    @property
    def stated_category(self) -> Category | None:
        """The category, where it was given."""
        return Category(self.category) if self.category else None

    @model_validator(mode="after")
    def _one_way_each(self) -> "DeviceIn":
        beyond = is_beyond(self.stated_category)
        if beyond and (self.name is None or self.id is not None):
            raise ValueError(f"name the {self.category}: the catalogue holds none")
        if self.kind is not None and self.stated_category is not Category.APPLIANCE:
            raise ValueError("kind is of an appliance")
        if self.weight_g is not None and not beyond:
            raise ValueError("weight_g is of a device that the catalogue does not hold")
        if self.id is not None and (self.name is not None or self.brand is not None):
            raise ValueError("give the device's id, or its name (and brand), not both")
        if self.identifier is not None and self.imei is not None:
            raise ValueError("imei is another name of identifier: give one of them")
        return self


class PurchaseIn(_Strict):
    """A new device that is bought with the trade-in; minor units of the market's currency."""

    price: Annotated[int, Field(ge=0, le=2**53)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="as ISO 4217 writes it")]
    category: Literal["phone", "tablet", "watch", "other"]

    def purchase(self) -> Purchase:
        """As the use case takes it."""
        return Purchase(self.price, self.currency, Bought(self.category))


Codes = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=40)]],
    Field(max_length=10, description="campaigns by their words, or single-use codes"),
]


class InMarket(_Strict):
    """Which market; needed where several are served and none is the default."""

    market: Annotated[str, Field(max_length=64)] | None = None


class DescribedIn(_Strict):
    """A device and what is known of its condition; ``context`` is the shop's."""

    device: DeviceIn
    answers: Answers
    context: Annotated[dict[str, str], Field(max_length=32)] | None = None

    def request(self) -> QuoteRequest:
        """As the use case asks it."""
        device = self.device
        return QuoteRequest(
            answers=self.answers,
            device=device.id or device.name,
            brand=device.brand,
            storage_gb=device.storage_gb,
            ram_gb=device.ram_gb,
            version=device.version,
            identifier=device.identifier or device.imei,
            context=self.context,
            category=device.stated_category,
            kind=device.kind,
            weight_g=device.weight_g,
        )


class DispositionIn(DescribedIn, InMarket):
    """A device in a market."""


class LineIn(DescribedIn):
    """A device that a quote is made of."""

    lock_days: Annotated[
        Literal[0, 7, 14], Field(description="days for which the offer is held; priced")
    ] = 0
    codes: Codes = Field(default_factory=list)

    def request(self, purchase: PurchaseIn | None = None) -> QuoteRequest:
        """As the use case asks it; PurchaseRefused."""
        return replace(
            super().request(),
            lock_days=self.lock_days,
            purchase=purchase.purchase() if purchase else None,
            codes=tuple(self.codes),
        )


class QuoteIn(LineIn, InMarket):
    """A device in a market, and what is bought with it."""

    purchase: PurchaseIn | None = None


class BasketIn(InMarket):
    """Devices, and what is bought with all of them. `codes`: a bonus's word holds for every line
    that it fits, a coupon's for the purchase; a bonus's single-use codes go where all
    is worth most, unless a line names one in its own `codes`."""

    # Each line is read by itself, so that one that is malformed sinks no other.
    lines: Annotated[list[Annotated[LineIn, SkipValidation]], Field(min_length=1, max_length=20)]
    purchase: PurchaseIn | None = None
    codes: Codes = Field(default_factory=list)


Code = Annotated[str, Field(pattern=r"^[2-9A-Za-z]{1,8}$", description="1 to 8 letters and digits")]


class SessionIn(_Strict):
    """Who signs in: the store's code, the person's own, and the PIN."""

    store: Code
    clerk: Code
    pin: Annotated[str, Field(pattern=r"^[0-9]{4,8}$", repr=False, description="4 to 8 digits")]


class _Query(BaseModel):
    """Parameters of an address: text, so numbers are read from it; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class QuoteQuery(_Query):
    """For whose eyes the quote is."""

    view: View = View.CUSTOMER


class MarketQuery(_Query):
    """Which market; needed where several are served and none is the default."""

    market: Annotated[str, Field(max_length=64)] | None = None


class Detail(StrEnum):
    """How much of a bundle is told."""

    SUMMARY = "summary"
    FULL = "full"


class BundleQuery(MarketQuery):
    """Which market's bundle, and how much of it."""

    detail: Detail = Detail.SUMMARY


class DeviceQuery(_Query):
    """A search for devices, a page of it."""

    q: Annotated[
        str,
        Field(
            min_length=1, max_length=80, pattern=r"^[^\x00\ufffd]+$",
            description="1 to 80 characters of a device's name, as UTF-8",
        ),
    ]  # fmt: skip
    limit: Annotated[int, Field(ge=1, le=100, description="a whole number from 1 to 100")] = 10
    starting_after: Annotated[str, Field(max_length=120)] | None = Field(
        default=None, description="an id of the page before"
    )
