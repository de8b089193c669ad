"""Amounts that people named, counted by who did, which way and in which currency."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from valuation.domain.appraisals import Appraised
from valuation.domain.overrides import Override
from valuation.domain.records import Actor

APPRAISED = "appraised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """What one person moved up or down, or appraised. ``amount``: in minor units, below 0 where it
    went down;
    ``second_person``: how many lay above the limit of the role; ``reasons``: how often each."""

    by: Actor
    direction: str
    currency: str
    count: int
    amount: int
    second_person: int
    reasons: dict[str, int]


def counted(named: Iterable[tuple[Override | Appraised, str]]) -> tuple[Overridden, ...]:
    """A line for each person, direction and currency; what was named comes with its currency."""
    groups: defaultdict[tuple[str, str, str, str], list[Override | Appraised]] = defaultdict(list)
    for made, currency in named:
        groups[made.by.id, made.by.role.value, _direction(made), currency].append(made)
    return tuple(_line(groups[key], key[2], key[3]) for key in sorted(groups))


def _direction(made: Override | Appraised) -> str:
    if isinstance(made, Appraised):
        return APPRAISED
    return "up" if made.difference > 0 else "down"


def _line(made: list[Override | Appraised], direction: str, currency: str) -> Overridden:
    return Overridden(
        by=made[0].by,
        direction=direction,
        currency=currency,
        count=len(made),
        amount=sum(each.difference for each in made),
        second_person=sum(each.moved > each.limit for each in made),
        reasons=dict(sorted(Counter(_reason(each) for each in made).items())),
    )


def _reason(made: Override | Appraised) -> str:
    return "referral" if isinstance(made, Appraised) else made.reason.value
