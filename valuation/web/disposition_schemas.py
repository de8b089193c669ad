"""Where a device goes, without a quote."""

from valuation.use_cases.stock import RouteIf
from valuation.web.device_schemas import DeviceCheck, QuotedDevice
from valuation.web.out import Out, Reason, Sometimes
from valuation.web.quote_schemas import (
    Assumption,
    CustomerWay,
    FullDisposition,
    FullVersions,
    Impact,
    Referral,
    Stale,
    UnpricedDisposition,
)
from valuation.web.value_schemas import Value


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
