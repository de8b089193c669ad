"""Codes that are said for a whole basket: which lines, or the purchase, they stand for.

A word of a bonus holds for every line, a word of a coupon for the purchase. A single-use code of a
bonus goes to one line. Of all ways to place the codes it is the one in which offers and bonuses sum
to most: a largest of sums that do not rise with a worse answer does not rise with it either, which
placing the codes one after another does not give. Of ways with the same sum it is the one in which
the first code, in the campaigns' stacking order, stands on the line with the highest offer, of
equal ones on the first by a hash of what was asked; then the second code, and so on. So neither the
order of the lines nor of the codes changes anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
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
MOST_SUMS = 60_000  # compared in well under a second


class SingleUseCoupon(ValueError):
    """A coupon's code is held by a quote with the purchase; a basket has no life to hold it;
    ``place`` among the codes given."""

    def __init__(self, place: int) -> None:
        super().__init__("a single-use coupon needs a quote of its own with the purchase")
        self.place = place


class TooManyCodes(ValueError):
    """More single-use codes than can be compared in every way on so many lines; ``place`` of the
    first that is too many among the codes given."""

    def __init__(self, most: int, lines: int, place: int) -> None:
        super().__init__(
            f"with {lines} lines at most {most} single-use codes can be placed: name the others in "
            "the lines' own codes"
        )
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
    without them. A code that a line says itself is that line's already. TooManyCodes."""
    taken = {claim for quote in quotes.values() for claim in asked_of(quote).claims}
    claims = sorted(said.single.keys() - taken, key=lambda each: _turn(said.terms, each))
    _check_few(said, claims, len(quotes))
    lines = sorted(quotes, key=lambda at: _rank(quotes[at]))
    sets = range(1 << len(claims))  # of codes, as bits
    # By the set of codes on the lines so far: the largest sum, and the best places with it. Places
    # are ranks below 0, so that of equal sums the larger ones are nearer the first line.
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, (0,) * len(claims))}
    for rank, at in enumerate(lines):
        worth = _bonuses(said.terms, quotes[at], claims)
        best = {
            codes: max(
                (before[0] + worth[own], _put(before[1], own, -rank))
                for own in _subsets(codes)
                if (before := best.get(codes ^ own))
            )
            for codes in sets
        }
    beside: dict[int, list[str]] = {at: [] for at in lines}
    for claim, place in zip(claims, best[sets[-1]][1], strict=True):
        beside[lines[-place]].append(said.single[claim])
    return {at: tuple(own) for at, own in beside.items() if own}


def _check_few(said: SaidForAll, claims: Sequence[Claim], lines: int) -> None:
    """TooManyCodes: every line looks at 3 to the power of the codes sums."""
    most = next(n for n in count() if lines * 3 ** (n + 1) > MOST_SUMS)
    if len(claims) > most:
        place = list(said.single).index(claims[most])
        raise TooManyCodes(most, lines, place)


def _turn(terms: ExtraTerms, claim: Claim) -> tuple[int, str, str]:
    campaigns: dict[str, Campaign] = {each.id: each for each in terms.campaigns}
    known = campaigns.get(claim.campaign)
    return (known.order if known else 0, claim.campaign, claim.code or "")


def _rank(quote: Mapping[str, Any]) -> tuple[int, str]:
    """The highest offer first, then by what was asked."""
    asked = {name: quote[name] for name in ASKED}
    claims = sorted(f"{each.campaign} {each.code}" for each in asked_of(quote).claims)
    offer: int = quote["offer"]["amount"] if quote["offer"] else -1
    return -offer, digest(canonical({**asked, "claims": claims}))


def _bonuses(terms: ExtraTerms, quote: Mapping[str, Any], claims: Sequence[Claim]) -> list[int]:
    """The bonuses of a line that has some of the codes besides its own, by every set of them."""
    asking = asking_of(asked_of(quote), market=Market.from_slug(quote["market"]))
    offer: int | None = quote["offer"]["amount"] if quote["offer"] else None
    return [
        terms.extras(replace(asking, claims=asking.claims.union(own)), offer=offer).total(
            Kind.BONUS
        )
        for codes in range(1 << len(claims))
        for own in [[claim for bit, claim in enumerate(claims) if codes >> bit & 1]]
    ]


def _put(places: tuple[int, ...], own: int, place: int) -> tuple[int, ...]:
    return tuple(place if own >> bit & 1 else had for bit, had in enumerate(places))


def _subsets(codes: int) -> Iterator[int]:
    """Every set of some of the codes, as bits, all of them first."""
    own = codes
    while own:
        yield own
        own = (own - 1) & codes
    yield 0
