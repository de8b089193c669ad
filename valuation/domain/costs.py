"""What it costs to bring a device to its route, and what waiting takes of its value.

All amounts are minor units of the market's currency, all shares are basis points, from versioned
tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from valuation.domain.money import BASIS_POINTS

YEAR = 365  # days


class PolicyRefused(ValueError):
    """Terms under which a worse answer could pay more, or that make no sense."""


class Fading(NamedTuple):
    """What a device loses of ``whole`` in so many ``days``: the least, the usual, the most."""

    least: int
    usual: int
    most: int
    whole: int
    days: int


class Total(NamedTuple):
    """All costs of a route in one: an amount in minor units, basis points of the value, days on
    the shelf."""

    fixed: int = 0
    share: int = 0
    days: int = 0

    def of(self, amount: int) -> int:
        """What a route costs that brings in an amount; the share is rounded up once."""
        return self.fixed - (-amount * self.share // BASIS_POINTS if amount > 0 else 0)

    def waited(self, lost: int, fading: Fading) -> "Total":
        """The days as a share, where the device loses ``lost`` in the fading's days; all shares
        together take the whole value at most."""
        waited = self.share + _share_lost(lost, fading, self.days)
        return Total(self.fixed, min(waited, BASIS_POINTS))


def _share_lost(lost: int, fading: Fading, days: int) -> int:
    """Basis points of the value that are lost in days, evenly by the day, rounded up."""
    return -(-lost * BASIS_POINTS * days // (fading.whole * fading.days))


@dataclass(frozen=True, slots=True)
class Handling:
    """What a route costs: a fixed amount and a share of the value, each with its name.

    ``shelf``: days that a device waits to be sold, at its own depreciation; ``of_device`` turns
    them into a share. ``cheapest``, ``dearest``: the ends of what all of it costs; None where
    nothing is known but the usual.
    """

    fixed: tuple[tuple[str, int], ...] = ()
    shares: tuple[tuple[str, int], ...] = ()
    shelf: tuple[tuple[str, int], ...] = ()
    cheapest: Total | None = None
    dearest: Total | None = None
    usual: Total = field(init=False, compare=False)

    def __post_init__(self) -> None:
        fixed, shares = (sum(each for _, each in costs) for costs in (self.fixed, self.shares))
        usual = Total(fixed, shares, sum(days for _, days in self.shelf))
        object.__setattr__(self, "usual", usual)
        if any(amount < 0 for _, amount in (*self.fixed, *self.shares)):
            raise PolicyRefused("handling costs cannot be negative")
        if usual.share > BASIS_POINTS:
            raise PolicyRefused("handling shares of more than the whole value")
        if any(not 0 <= days <= YEAR for _, days in self.shelf):
            raise PolicyRefused(f"a device waits on the shelf for 0 to {YEAR} days")

    def of_device(self, fading: Fading) -> "Handling":
        """The costs of a device that loses so much by waiting, at most the whole value."""
        if not self.shelf:
            return self
        left, waited = BASIS_POINTS - self.usual.share, list[tuple[str, int]]()
        for name, days in self.shelf:
            waited.append((name, min(left, _share_lost(fading.usual, fading, days))))
            left -= waited[-1][1]
        return Handling(
            self.fixed,
            (*self.shares, *waited),
            cheapest=(self.cheapest or self.usual).waited(fading.least, fading),
            dearest=(self.dearest or self.usual).waited(fading.most, fading),
        )


class Kept(NamedTuple):
    """Basis points of its value that a device keeps over a year: the least, the usual, the most."""

    low: int
    typical: int
    high: int

    @property
    def fading(self) -> Fading:
        """What it loses over a year."""
        least, usual, most = (BASIS_POINTS - kept for kept in (self.high, self.typical, self.low))
        return Fading(least, usual, most, BASIS_POINTS, YEAR)


@dataclass(frozen=True, slots=True)
class Depreciation:
    """What is kept by slug prefix of the device; the longest prefix counts, "" is every other.

    No answer is in it: it takes the same share from a better and from a worse device.
    """

    rows: Mapping[str, Kept]

    def __post_init__(self) -> None:
        if "" not in self.rows:
            raise PolicyRefused("depreciation: no row for the devices that no other row names")
        for prefix, kept in self.rows.items():
            if not 0 <= kept.low <= kept.typical <= kept.high <= BASIS_POINTS:
                raise PolicyRefused(f"depreciation {prefix}: 0, low, value, high, 10000 ascend")

    def of(self, device: str) -> Kept:
        """What the device (a slug) keeps."""
        slug = device
        while slug not in self.rows:
            slug = slug.rpartition("/")[0]
        return self.rows[slug]


def left_after(*, amount: int, kept: int, days: int) -> int:
    """What is left of an amount of which ``kept`` basis points last a year, evenly by the day.

    Rounded down: never more after more days, and of a smaller amount never more.
    """
    if not 0 <= days <= YEAR:
        raise ValueError(f"the table speaks of one year, not of {days} days")
    whole = BASIS_POINTS * YEAR
    return amount * (whole - (BASIS_POINTS - kept) * days) // whole
