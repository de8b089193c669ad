"""What the service answers about baskets, for OpenAPI: several quotes under one id."""

from pydantic import ConfigDict, Field

from valuation.web.extra_schemas import ExtrasOut
from valuation.web.life_schemas import ReplayOut
from valuation.web.out import Money, Out, Sometimes
from valuation.web.quote_schemas import CustomerQuote, MerchantQuote


class LineProblem(Out):
    """What is wrong with a line; places are within the line."""

    code: str
    title: str
    detail: str
    errors: list[dict[str, str | None]]


class BasketLine(Out):
    """A quote, or why there is none; ``stage``, ``amount``: where the quote stands now, and what
    the customer would get or got, null where nothing."""

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
    stage: str = Sometimes
    amount: Money | None = Sometimes


class BasketStanding(Out):
    """Where the basket stands now: what may still be accepted, what is under way, what was paid,
    and with the net to pay if all of these are. ``ended``: nothing can follow on any line."""

    ended: bool
    offered: Money
    accepted: Money
    settled: Money
    extras: ExtrasOut


class CustomerBasket(Out):
    """Several quotes, their sum and one net to pay as they were made; ``standing``: as they are."""

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
    standing: BasketStanding
    extras: ExtrasOut


class BasketVersions(Out):
    """The tables of what stands beside the offers."""

    tables: dict[str, str]


class MerchantBasket(CustomerBasket):
    """The same with what is the merchant's."""

    format: int = Field(alias="schema")
    merchant: str
    versions: BasketVersions


class BasketReplayOut(ReplayOut):
    """Whether a stored basket was made again to the byte, and each of its quotes."""

    quotes: list[ReplayOut]
