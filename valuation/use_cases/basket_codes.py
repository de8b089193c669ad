"""Codes that are said for a whole basket: which lines, or the purchase, they stand for.

A word of a bonus holds for every line, a word of a coupon for the purchase. A single-use code of a
bonus goes to one line: the one to which it adds most; of those the one with the highest offer; of
those the one that comes first by a hash of what was asked, so that the order of the lines, or of
the codes, changes nothing. Several codes are placed one after another, in the campaigns' stacking
order, each beside those before it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from valuation.domain.extra_terms import Campaign, Kind
from valuation.domain.extras import Claim, ExtraTerms
from valuation.domain.market import Market
from valuation.quotes.appraising import asking_of
from valuation.quotes.documents import Document, canonical, digest
from valuation.quotes.replaying import asked_of
from valuation.shop import Shop
from valuation.tables.extra_readings import extra_terms
from valuation.use_cases.claiming import claimed

ASKED = ("device", "answers", "context", "lock_days")


class SingleUseCoupon(ValueError):
    """A coupon's code is held by a quote with the purchase; a basket has no life to hold it;
    ``place`` among the codes given."""

    def __init__(self, place: int) -> None:
        super().__init__("a single-use coupon needs a quote of its own with the purchase")
        self.place = place


@dataclass(frozen=True, slots=True)
class SaidForAll:
    """Words of bonuses and of coupons, and single-use codes of bonuses with what they stand for."""

    terms: ExtraTerms
    bonuses: tuple[str, ...]
    coupons: tuple[str, ...]
    single: Mapping[Claim, str]


def said_for_all(shop: Shop, codes: Sequence[str], *, merchant: str, now: datetime) -> SaidForAll:
    """What the basket's codes stand for; UnknownCode, CodeSpent, SingleUseCoupon."""
    day = shop.today(now)
    terms = extra_terms(shop.book.beside(day))
    kinds = {each.id: each.kind for each in terms.campaigns}
    if codes:
        claimed(shop, codes, merchant=merchant, day=day, now=now)  # an error names the place of all
    words: dict[Kind, list[str]] = {Kind.BONUS: [], Kind.COUPON: []}
    single = {}
    for place, code in enumerate(codes):
        (claim,) = claimed(shop, [code], merchant=merchant, day=day, now=now)
        if claim.code is None:
            words[kinds[claim.campaign]].append(claim.campaign)
        elif kinds.get(claim.campaign, Kind.BONUS) is Kind.COUPON:
            raise SingleUseCoupon(place)
        else:
            single[claim] = code
    bonuses, coupons = (tuple(sorted({*words[kind]})) for kind in (Kind.BONUS, Kind.COUPON))
    return SaidForAll(terms, bonuses, coupons, single)


def placed(said: SaidForAll, quotes: Mapping[int, Document]) -> Mapping[int, tuple[str, ...]]:
    """The single-use codes by the position of the line that each is for; ``quotes``: the lines'
    without them. A code that a line says itself is that line's already."""
    taken = {claim for quote in quotes.values() for claim in asked_of(quote).claims}
    beside: defaultdict[int, list[Claim]] = defaultdict(list)
    for claim in sorted(said.single.keys() - taken, key=lambda each: _turn(said.terms, each)):
        chosen = max(quotes, key=lambda at: _worth(said.terms, quotes[at], beside[at], claim))
        beside[chosen].append(claim)
    return {at: tuple(said.single[claim] for claim in own) for at, own in beside.items() if own}


def _turn(terms: ExtraTerms, claim: Claim) -> tuple[int, str, str]:
    campaigns: dict[str, Campaign] = {each.id: each for each in terms.campaigns}
    known = campaigns.get(claim.campaign)
    return (known.order if known else 0, claim.campaign, claim.code or "")


def _worth(
    terms: ExtraTerms, quote: Mapping[str, Any], beside: Sequence[Claim], claim: Claim
) -> tuple[int, int, str]:
    """What a code adds to a line that has others already, then what breaks a tie."""
    asking = asking_of(asked_of(quote), market=Market.from_slug(quote["market"]))
    offer: int | None = quote["offer"]["amount"] if quote["offer"] else None
    before, after = (
        terms.extras(replace(asking, claims=asking.claims.union(beside, more)), offer=offer)
        for more in ((), (claim,))
    )
    added = after.total(Kind.BONUS) - before.total(Kind.BONUS)
    same = digest(canonical({name: quote[name] for name in ASKED}))
    return added, -1 if offer is None else offer, same
