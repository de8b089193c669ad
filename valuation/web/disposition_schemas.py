"""Where a device goes, without a quote."""

from valuation.use_cases.stock import RouteIf
from valuation.web.device_schemas import DeviceCheck, QuotedDevice
from valuation.web.out import Money, Out, Reason, Sometimes
from valuation.web.quote_schemas import (
    Assumption,
    Disposition,
    FullDisposition,
    FullVersions,
    Impact,
    NearestOut,
    Referral,
    Stale,
)
from valuation.web.value_schemas import RouteValue, Value


class UnpricedRoute(RouteValue):
    """A route where no price is known; null where its value needs one."""

    expected: Money | None  # type: ignore[assignment]
    low: Money | None  # type: ignore[assignment]
    high: Money | None  # type: ignore[assignment]
    offer: Money | None  # type: ignore[assignment]


class CustomerWay(Disposition):
    """What the customer may be told; `route` is null where a person must look first."""

    route: str | None  # type: ignore[assignment]
    flag: str | None  # type: ignore[assignment]


class UnpricedDisposition(CustomerWay):
    """Where the device goes by gates and materials alone."""

    facility: NearestOut | None
    routes: list[UnpricedRoute]


class Weight(Out):
    """Grams; `own`: of the device itself, else the table's for devices like it."""

    g: float
    own: bool


class DispositionOut(Out):
    """The merchant's view of a device's way, and what the customer may be told.

    `priced`: sales told a price. `disposition` is null where no device was recognised. `route_if`:
    `missing-good` where it stands only if the answers under `missing` are good.
    """

    market: str
    data: str
    notice: str = Sometimes
    as_of: str
    device: QuotedDevice
    context: dict[str, str]
    answers: dict[str, str | int]
    checks: DeviceCheck = Sometimes
    assumptions: list[Assumption]
    missing: list[str]
    grade_capped_by: str | None
    stale: Stale | None
    referral: Referral | None
    value: Value | None
    impact: Impact
    versions: FullVersions
    priced: bool
    route_if: RouteIf | None
    disposition: FullDisposition | UnpricedDisposition | None
    notes: list[Reason]
    weight: Weight | None
    customer: CustomerWay | None
