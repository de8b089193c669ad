"""What stands beside an offer and never in it: campaign bonus, coupon, government subsidy.

All amounts are whole minor units. A bonus is paid on top of an offer; coupons and then subsidies
come off the price of a new device, whatever the offer is. Offer and bonus together never rise with
a worse answer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from valuation.domain.costs import PolicyRefused
from valuation.domain.extra_terms import (
    Campaign,
    Kind,
    Named,
    Needs,
    Purchase,
    PurchaseRefused,
    Subsidy,
)


class Which(StrEnum):
    """Who pays what is left."""

    TO_PAY = "to_pay"
    PAID_OUT = "paid_out"
    EVEN = "even"


class Miss(StrEnum):
    """Why a claimed campaign gives nothing."""

    UNKNOWN = "unknown_campaign"
    NOT_NOW = "not_now"
    OTHER_MARKET = "other_market"
    OTHER_DEVICE = "other_device"
    OTHER_CHANNEL = "other_channel"
    NO_OFFER = "no_offer"
    NO_PURCHASE = "no_purchase"
    TOO_LOW = "too_low"
    NOT_TOGETHER = "not_together"


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """A campaign that is asked for: by its word, or by a code, of which the digest is kept."""

    campaign: str
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who the campaigns look at: the day, the shop, the market, the device handed in, the channel,
    what is bought. Nothing of it is about a person."""

    day: date
    data: str
    country: str
    currency: str
    brand: str | None
    category: str | None
    channel: str | None
    purchase: Purchase | None
    claims: frozenset[Claim]
    merchant: str

    def __post_init__(self) -> None:
        bought = self.purchase
        if bought is not None and bought.currency != self.currency:
            raise PurchaseRefused("currency", f"this market counts in {self.currency}")


@dataclass(frozen=True, slots=True)
class ExtraLine:
    """One amount in the customer's favour."""

    kind: Kind
    by: Named
    amount: int


@dataclass(frozen=True, slots=True)
class NetToPay:
    """What is left to pay; below 0 it is paid out to the customer."""

    amount: int

    @property
    def which(self) -> Which:
        """Who pays it."""
        return (
            Which.EVEN if not self.amount else Which.TO_PAY if self.amount > 0 else Which.PAID_OUT
        )


@dataclass(frozen=True, slots=True)
class Extras:
    """The lines, what gives nothing and why, and what is left to pay.

    ``offer`` is None where there is none, and then ``net`` is too.
    """

    purchase: Purchase | None
    claims: tuple[Claim, ...]
    lines: tuple[ExtraLine, ...]
    missed: tuple[tuple[str, Miss], ...]
    offer: int | None

    def total(self, kind: Kind) -> int:
        """The sum of one kind."""
        return sum(line.amount for line in self.lines if line.kind is kind)

    @property
    def net(self) -> NetToPay | None:
        """Price less coupons, subsidies, offer and bonus, exact."""
        if self.offer is None:
            return None
        price = self.purchase.price if self.purchase else 0
        return NetToPay(price - self.offer - sum(line.amount for line in self.lines))


@dataclass(frozen=True, slots=True)
class ExtraTerms:
    """Every campaign and subsidy of a table version."""

    campaigns: tuple[Campaign, ...]
    subsidies: tuple[Subsidy, ...]

    def __post_init__(self) -> None:
        ids = [each.id for each in (*self.campaigns, *self.subsidies)]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise PolicyRefused(f"two rows are called {', '.join(twice)}")

    def wanted(self, asking: Asking) -> bool:
        """Whether there is anything to say: something was asked for, or a bonus is for everybody
        with this device, whatever the offer will be."""
        return bool(asking.purchase or asking.claims) or any(
            each.kind is Kind.BONUS
            and self._claimed(each, asking)
            and _trigger(each, asking) is None
            for each in self.campaigns
        )

    def extras(self, asking: Asking, *, offer: int | None) -> Extras:
        """The lines beside an offer. The order in which codes were given changes nothing."""
        bonuses, no_bonus = self._bonuses(asking, offer)
        price = asking.purchase.price if asking.purchase else 0
        coupons, no_coupon = self._coupons(asking, price)
        left = price - sum(line.amount for line in coupons)
        subsidies = self._subsidies(asking, price, left)
        claimed = {claim.campaign for claim in asking.claims}
        missed = {each: Miss.UNKNOWN for each in claimed - {each.id for each in self.campaigns}}
        missed |= {id_: why for id_, why in (no_bonus | no_coupon).items() if id_ in claimed}
        return Extras(
            purchase=asking.purchase,
            claims=tuple(
                sorted(asking.claims, key=lambda claim: (claim.campaign, claim.code or ""))
            ),
            lines=(*coupons, *subsidies, *bonuses),
            missed=tuple(sorted(missed.items())),
            offer=offer,
        )

    def _bonuses(
        self, asking: Asking, offer: int | None
    ) -> tuple[list[ExtraLine], dict[str, Miss]]:
        def why(campaign: Campaign) -> Miss | None:
            missed = _trigger(campaign, asking)
            # An offer of nothing is a refused device: no bonus makes it a sale.
            return missed or (Miss.NO_OFFER if not offer else _too_low(campaign, offer))

        def total(chosen: Sequence[Campaign]) -> list[int]:
            return _running(chosen, offer or 0, lambda so_far, given: so_far + given)

        return self._chosen(Kind.BONUS, asking, why, total)

    def _coupons(self, asking: Asking, price: int) -> tuple[list[ExtraLine], dict[str, Miss]]:
        def why(campaign: Campaign) -> Miss | None:
            if asking.purchase is None:
                return Miss.NO_PURCHASE
            return _trigger(campaign, asking) or _too_low(campaign, price)

        def total(chosen: Sequence[Campaign]) -> list[int]:
            return _running(chosen, price, lambda so_far, given: max(0, so_far - given))

        return self._chosen(Kind.COUPON, asking, why, total)

    def _chosen(
        self,
        kind: Kind,
        asking: Asking,
        why: Callable[[Campaign], Miss | None],
        amounts: Callable[[Sequence[Campaign]], list[int]],
    ) -> tuple[list[ExtraLine], dict[str, Miss]]:
        """Those that stack together, or one that does not: whichever gives the customer most.

        The largest of sums that do not fall with the offer does not fall with it either; were it
        the first in order instead, a better offer could open a smaller bonus that shuts out others.
        """
        claimed = [
            each for each in self.campaigns if each.kind is kind and self._claimed(each, asking)
        ]
        missed = {each.id: miss for each in claimed if (miss := why(each)) is not None}
        fit = sorted((c for c in claimed if c.id not in missed), key=lambda c: (c.order, c.id))
        sets = [[each for each in fit if each.stacks], *([each] for each in fit if not each.stacks)]
        best = max(sets, key=lambda each: sum(amounts(each)))  # of equal ones the first
        missed |= {each.id: Miss.NOT_TOGETHER for each in fit if each not in best}
        lines = [
            ExtraLine(kind, campaign, amount)
            for campaign, amount in zip(best, amounts(best), strict=True)
        ]
        return [line for line in lines if line.amount], missed

    def _claimed(self, campaign: Campaign, asking: Asking) -> bool:
        """Whether it applies by itself, or was asked for in the way that it needs."""
        if campaign.needs is Needs.NOTHING:
            return True
        by_code = campaign.needs is Needs.CODE
        return any(
            claim.campaign == campaign.id and (claim.code is not None) is by_code
            for claim in asking.claims
        )

    def _subsidies(self, asking: Asking, price: int, left: int) -> list[ExtraLine]:
        """Each in the table's order, of the final price or of the price before coupons, and never
        more than what is left to pay."""
        bought, lines = asking.purchase, list[ExtraLine]()
        for each in self.subsidies if bought else ():
            fits = each.currency == asking.currency and each.holds(asking.day)
            if fits and bought and each.category == bought.category:
                paid = min(each.amount(left if each.after_coupons else price), left)
                left -= paid
                lines.append(ExtraLine(Kind.SUBSIDY, each, paid))
        return [line for line in lines if line.amount]


def _running(chosen: Iterable[Campaign], base: int, moved: Callable[[int, int], int]) -> list[int]:
    """What each gives, in stacking order, on what those before it made of the base."""
    amounts = []
    for campaign in chosen:
        after = moved(base, campaign.amount(base))
        amounts.append(abs(after - base))
        base = after
    return amounts


def _trigger(campaign: Campaign, asking: Asking) -> Miss | None:
    """Which trigger does not fit, the least amount aside."""
    bonus = campaign.kind is Kind.BONUS
    bought = asking.purchase.category if asking.purchase else None
    if campaign.merchant not in ("", asking.merchant):
        return Miss.UNKNOWN  # of another shop's nothing is told, not even that there is one
    if not campaign.holds(asking.day):
        return Miss.NOT_NOW
    market = (campaign.data, asking.data), (campaign.country, asking.country)
    if campaign.currency != asking.currency or any(own not in ("", its) for own, its in market):
        return Miss.OTHER_MARKET
    if campaign.category not in ("", asking.category if bonus else bought):
        return Miss.OTHER_DEVICE
    if campaign.brand not in ("", asking.brand):
        return Miss.OTHER_DEVICE
    return Miss.OTHER_CHANNEL if campaign.channel not in ("", asking.channel) else None


def _too_low(campaign: Campaign, amount: int) -> Miss | None:
    return Miss.TOO_LOW if amount < campaign.least else None
