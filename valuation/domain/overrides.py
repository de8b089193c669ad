"""A person's own amount instead of the computed one: its direction, its limit, its second person.

Before acceptance only downwards, afterwards only upwards. A role's limit is on what people have
moved on one quote altogether, up and down, so that it cannot be split into small steps. Beyond
it a second person confirms, one whose own limit covers the whole. The highest limit of the policy
is what may be moved on one quote at all, whoever confirms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from valuation.domain.records import Actor, BadRecord, Role, check_amount
from valuation.domain.refusals import IllegalStep, Refusal

Limits = Mapping[Role, int]
PEOPLE = frozenset({Role.CLERK, Role.MANAGER})


class OverrideReason(StrEnum):
    """Why a person named another amount."""

    APPRAISAL = "appraisal"
    COMPETITOR_PRICE = "competitor_price"
    GOODWILL = "goodwill"
    MISTAKE_CORRECTED = "mistake_corrected"
    STOCK_ON_HAND = "stock_on_hand"


class Standing(Protocol):
    """What an override needs to know of the quote's life."""

    @property
    def amount(self) -> int | None:
        """What the shop would pay now."""

    @property
    def overridden(self) -> int:
        """What people have moved already, up and down."""

    @property
    def accepted(self) -> bool:
        """Whether the offer was accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """The record of one: it cannot be made beyond ``limit`` without a second person.

    ``limit``: of ``by``'s role at that time. ``overridden``: what people moved before.
    """

    before: int
    amount: int
    reason: OverrideReason
    by: Actor
    limit: int
    overridden: int
    confirmed_by: Actor | None = None

    def __post_init__(self) -> None:
        for amount in (self.before, self.amount, self.limit, self.overridden):
            check_amount(amount)
        if self.difference == 0:
            raise IllegalStep(Refusal.OVERRIDE_CHANGES_NOTHING, amount=self.amount)
        check_second(moved=self.moved, by=self.by, limit=self.limit, confirmed_by=self.confirmed_by)

    @property
    def difference(self) -> int:
        """The override's own line: negative where the shop pays less."""
        return self.amount - self.before

    @property
    def moved(self) -> int:
        """What people have moved with this one."""
        return self.overridden + abs(self.difference)

    def check_direction(self, *, accepted: bool) -> None:
        """IllegalStep unless downwards before acceptance or upwards after it."""
        if accepted and self.difference < 0:
            raise IllegalStep(Refusal.OVERRIDE_DOWN_AFTER_ACCEPTANCE, amount=self.before)
        if not accepted and self.difference > 0:
            raise IllegalStep(Refusal.OVERRIDE_UP_BEFORE_ACCEPTANCE, amount=self.before)


def with_adjustment(offer: int, adjustment: int) -> int:
    """What is paid where people moved the offer before: a device for which nothing is offered, such
    as a listed one, is paid nothing whatever they moved."""
    return max(0, offer + adjustment) if offer else 0


def override(
    *,
    standing: Standing,
    amount: int,
    reason: OverrideReason,
    by: Actor,
    limits: Limits,
    confirmed_by: Actor | None = None,
) -> Override:
    """The override as a record, to take as a step; IllegalStep where it is not this person's."""
    if standing.amount is None:
        raise IllegalStep(Refusal.NO_OFFER)
    if not standing.amount and amount > 0:
        raise IllegalStep(Refusal.NOTHING_TO_RAISE)
    moved = standing.overridden + abs(amount - standing.amount)
    limit = limit_of(moved=moved, by=by, limits=limits, step="override", confirmed_by=confirmed_by)
    made = Override(
        before=standing.amount,
        amount=amount,
        reason=reason,
        by=by,
        limit=limit,
        overridden=standing.overridden,
        confirmed_by=confirmed_by,
    )
    made.check_direction(accepted=standing.accepted)
    return made


def limit_of(
    *, moved: int, by: Actor, limits: Limits, step: str, confirmed_by: Actor | None
) -> int:
    """What the person may move alone; IllegalStep where it is not theirs, or not a second person's
    either. ``moved``: what people have moved with this step, in minor units."""
    own = {role: limit for role, limit in limits.items() if role in PEOPLE}
    if by.role not in own:
        raise IllegalStep(Refusal.NOT_THIS_ROLE, role=by.role.value, step=step, may=_those(own))
    # Before a second person is asked for: none could confirm it.
    if moved > (ceiling := max(own.values())):
        raise IllegalStep(Refusal.OVERRIDE_ABOVE_CEILING, moved=moved, ceiling=ceiling)
    check_second(moved=moved, by=by, limit=own[by.role], confirmed_by=confirmed_by)
    able = {role: limit for role, limit in own.items() if limit >= moved}
    if moved > own[by.role] and confirmed_by is not None and confirmed_by.role not in able:
        raise IllegalStep(
            Refusal.SECOND_PERSON_MAY_NOT,
            role=confirmed_by.role.value, moved=moved, may=_those(able),
        )  # fmt: skip
    return own[by.role]


def check_second(*, moved: int, by: Actor, limit: int, confirmed_by: Actor | None) -> None:
    """IllegalStep where a person moved more than their ``limit`` and no other person confirms."""
    if by.role not in PEOPLE:
        raise BadRecord("only a person names another amount")
    if confirmed_by is not None and confirmed_by.id == by.id:
        raise IllegalStep(Refusal.SECOND_PERSON_IS_THE_FIRST)
    if moved > limit and confirmed_by is None:
        raise IllegalStep(
            Refusal.SECOND_PERSON_NEEDED, moved=moved, role=by.role.value, limit=limit
        )


def _those(limits: Limits) -> str:
    return " or ".join(sorted(f"a {role.value}" for role in limits if role in PEOPLE)) or "nobody"
