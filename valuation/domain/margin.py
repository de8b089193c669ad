"""What a shop keeps of a net value: a share in marginal tiers, an amount, a floor, a ceiling."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from valuation.domain.money import BASIS_POINTS


class MarginRefused(ValueError):
    """A margin under which a smaller net value could pay more, or that makes no sense."""


class Tier(NamedTuple):
    """Basis points of what lies above ``start`` minor units, up to where the next tier starts."""

    start: int
    share: int


@dataclass(frozen=True, slots=True)
class Margin:
    """Amounts are minor units; MarginRefused.

    ``tiers`` ascend, the first from 0. ``fixed`` is kept besides; both together are ``floor`` at
    least and ``ceiling`` at most.
    """

    tiers: tuple[Tier, ...]
    fixed: int = 0
    floor: int = 0
    ceiling: int | None = None
    # By how much each tier's share differs from the one below it.
    _changes: tuple[Tier, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [tier.start for tier in self.tiers]
        if starts[:1] != [0] or any(after <= before for before, after in pairwise(starts)):
            raise MarginRefused("the tiers of a margin ascend, and the first starts at 0")
        for tier in self.tiers:
            if not 0 <= tier.share < BASIS_POINTS:
                raise MarginRefused(f"a margin of {tier.share} basis points leaves nothing to pay")
        if min(self.fixed, self.floor) < 0:
            raise MarginRefused("the amounts of a margin are 0 or more: a margin pays nobody")
        if self.ceiling is not None and self.ceiling < self.floor:
            raise MarginRefused("the floor of a margin lies above its ceiling")
        below = (Tier(0, 0), *self.tiers)
        changes = (Tier(at.start, at.share - under.share) for under, at in pairwise(below))
        object.__setattr__(self, "_changes", tuple(changes))

    @classmethod
    def of_share(cls, basis_points: int) -> "Margin":
        """The same share of every net value."""
        return cls((Tier(0, basis_points),))

    @property
    def plain(self) -> int | None:
        """The share in basis points where the margin is nothing else."""
        return self.tiers[0].share if self == Margin.of_share(self.tiers[0].share) else None

    def paid(self, net: int) -> int:
        """What is left of a net value, 0 at least; never less of a greater one.

        The tiers are rounded once, together: rounding each would let one more unit leave less. What
        follows takes amounts off and the lesser or greater of two, which keeps every order.
        """
        taken = sum((net - start) * more for start, more in self._changes if net > start)
        left = (net * BASIS_POINTS - taken) // BASIS_POINTS - self.fixed
        left = min(left, net - self.floor)
        if self.ceiling is not None:
            left = max(left, net - self.ceiling)
        return max(0, left)
