"""Overrides counted by who made them, which way and in which currency."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from valuation.domain.overrides import Override
from valuation.domain.records import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """What one person moved one way. ``amount``: in minor units, below 0 where it went down;
    ``second_person``: how many lay above the limit of the role; ``reasons``: how often each."""

    by: Actor
    direction: str
    currency: str
    count: int
    amount: int
    second_person: int
    reasons: dict[str, int]


def counted(overrides: Iterable[tuple[Override, str]]) -> tuple[Overridden, ...]:
    """A line for each person, direction and currency; the overrides come with their currency."""
    groups: defaultdict[tuple[str, str, str, str], list[Override]] = defaultdict(list)
    for made, currency in overrides:
        direction = "up" if made.difference > 0 else "down"
        groups[made.by.id, made.by.role.value, direction, currency].append(made)
    return tuple(_line(groups[key], key[2], key[3]) for key in sorted(groups))


def _line(made: list[Override], direction: str, currency: str) -> Overridden:
    return Overridden(
        by=made[0].by,
        direction=direction,
        currency=currency,
        count=len(made),
        amount=sum(each.difference for each in made),
        second_person=sum(each.moved > each.limit for each in made),
        reasons=dict(sorted(Counter(each.reason.value for each in made).items())),
    )
