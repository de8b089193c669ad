"""What stands beside an offer, in the service's answers."""

from valuation.web.out import Money, Out, Reason, Sometimes


class PurchaseOut(Out):
    """The new device that is bought."""

    price: Money
    category: str


class ClaimOut(Out):
    """A campaign that was asked for; ``code`` is its single-use code's digest, the merchant's."""

    campaign: str
    code: str | None = Sometimes


class ExtraLineOut(Out):
    """A bonus, a coupon or a subsidy: one amount in the customer's favour; in a basket, of which
    quote a bonus is."""

    quote: str = Sometimes
    kind: str
    id: str
    label_en: str
    label_zh: str
    amount: Money
    basis: str


class MissedOut(Reason):
    """A campaign that was asked for and gives nothing, and why."""

    campaign: str


class NetOut(Out):
    """What is left to pay; an amount below 0 is paid out to the customer."""

    amount: Money
    which: str
    en: str
    zh: str


class ExtrasOut(Out):
    """What stands beside the offer and never in it."""

    purchase: PurchaseOut | None
    claims: list[ClaimOut]
    lines: list[ExtraLineOut]
    without_effect: list[MissedOut]
    net_to_pay: NetOut | None
