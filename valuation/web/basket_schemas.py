"""What the service answers about baskets, for OpenAPI: several quotes under one id."""

from pydantic import ConfigDict, Field

from valuation.web.schemas import CustomerQuote, ExtrasOut, MerchantQuote, Money, Out, Sometimes


class LineProblem(Out):
    """What is wrong with a line; places are within the line."""

    code: str
    title: str
    detail: str
    errors: list[dict[str, str | None]]


class BasketLine(Out):
    """A quote, or why there is none."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [
        {"required": ["quote"]}, {"required": ["problem"]},
    ]})  # fmt: skip

    position: int
    problem: LineProblem = Sometimes
    quote: CustomerQuote | MerchantQuote = Sometimes
    code: str = Sometimes
    name: str = Sometimes
    name_zh: str = Sometimes
    outcome: str = Sometimes
    offer: Money | None = Sometimes


class CustomerBasket(Out):
    """Several quotes, their sum, and one net to pay."""

    id: str
    code: str
    mode: str = Sometimes
    market: str
    data: str
    notice: str = Sometimes
    issued_at: str
    as_of: str
    valid_until: str | None
    lines: list[BasketLine]
    offer: Money
    bonus: Money
    extras: ExtrasOut


class BasketVersions(Out):
    """The tables of what stands beside the offers."""

    tables: dict[str, str]


class MerchantBasket(CustomerBasket):
    """The same with what is the merchant's."""

    format: int = Field(alias="schema")
    merchant: str
    versions: BasketVersions
