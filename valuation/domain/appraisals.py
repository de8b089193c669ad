"""What a person says a device is worth that the price model referred to one: amount, way, limit.

An appraisal makes an offer of a referral. The gates hold as ever, and what a person may name is
limited by role as overrides are: beyond it a second person confirms, one whose own limit covers the
amount, and the highest limit of the policy is what anybody may name.
"""

from dataclasses import dataclass

from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.overrides import Limits, check_second, limit_of
from valuation.domain.records import Actor, BadRecord, check_amount
from valuation.domain.refusals import IllegalStep, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraised:
    """The record of one, in minor units: it cannot be made beyond ``limit``, of ``by``'s role then,
    without a second person. ``conditions``: on which the gates leave the route open, by code."""

    amount: int
    route: Route
    by: Actor
    limit: int
    conditions: tuple[str, ...] = ()
    confirmed_by: Actor | None = None

    @property
    def difference(self) -> int:
        """What it moves the amount by: there was none."""
        return self.amount

    @property
    def moved(self) -> int:
        """What people have moved with it."""
        return self.amount

    def __post_init__(self) -> None:
        for amount in (self.amount, self.limit):
            check_amount(amount)
        if FLAGS[self.route] is Flag.NONE:
            raise BadRecord("what is appraised goes somewhere")
        if self.route is Route.DONATE and self.amount:
            raise IllegalStep(Refusal.GIVEN_FOR_NOTHING, amount=self.amount)
        check_second(
            moved=self.amount, by=self.by, limit=self.limit, confirmed_by=self.confirmed_by
        )


def appraise(
    *,
    amount: int,
    route: Route,
    by: Actor,
    limits: Limits,
    conditions: tuple[str, ...],
    confirmed_by: Actor | None = None,
) -> Appraised:
    """The appraisal as a record, to take as a step; IllegalStep where it is not this person's."""
    limit = limit_of(moved=amount, by=by, limits=limits, step="appraise", confirmed_by=confirmed_by)
    return Appraised(
        amount=amount, route=route, by=by, limit=limit, conditions=conditions,
        confirmed_by=confirmed_by,
    )  # fmt: skip
