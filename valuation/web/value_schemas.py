"""The merchant's side of a quote: policy, margin, values, routes."""

from valuation.web.out import Money, Out, Sometimes


class Policy(Out):
    """How the value became the offer."""

    quantile: float
    step: Money
    validity_days: int
    receive_days: int
    answer_days: int


class SharePolicy(Policy):
    """The margin is a share of the net value."""

    margin_basis_points: int


class MarginTier(Out):
    """Basis points of what lies above the start, up to where the next tier starts."""

    start: Money
    basis_points: int


class Margin(Out):
    """What the shop keeps: by tiers and ``fixed``, ``floor`` at least and ``ceiling`` at most."""

    tiers: list[MarginTier]
    fixed: Money
    floor: Money
    ceiling: Money | None


class MarginPolicy(Policy):
    """The margin is more than a share."""

    margin: Margin


class Interval(Out):
    """Four figures of one price."""

    p10: Money
    p50: Money
    p90: Money
    mean: Money


class Value(Interval):
    """The device's value as it is, in the kind of price named."""

    kind: str


class ResidualValue(Interval):
    """The same so many days later, season and price level held: by `sales`, or by a `table`."""

    days: int
    on: str
    basis: str


class Part(Out):
    """One part of a route's value."""

    name: str
    amount: Money


class Range(Out):
    """A figure with both ends of what it may be."""

    low: float
    typical: float
    high: float


class RouteImpact(Out):
    """What a route keeps out of waste, avoids and recovers; null where nobody knows."""

    kept_g: float | None
    co2e_avoided_kg: Range | None
    metals_g: dict[str, Range]


class Metal(Out):
    """A metal of the device: grams recovered, what is lost taken off; the price of a gram in
    `currency`, of the day `dated`; what that brings."""

    metal: str
    grams: float
    price: float
    currency: str
    dated: str
    amount: Money


class RouteValue(Out):
    """What a route is worth to the shop, and what it saves where the quote's tables say so.

    `materials`: the metals that make up the part of that name, whose amounts sum to it.
    """

    route: str
    open: bool
    expected: Money
    low: Money
    high: Money
    offer: Money
    parts: list[Part]
    closed_by: list[str]
    impact: RouteImpact = Sometimes
    materials: list[Metal] = Sometimes
