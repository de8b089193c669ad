"""What the service answers, for the OpenAPI document; no field has a default.

Quotes are sent as they are stored. These schemas describe them, and a test holds one to the other.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Out(BaseModel):
    """What is sent: these fields and no others."""

    model_config = ConfigDict(extra="forbid")


# A member that most documents are without; sent as stored, so nobody ever sees this default.
Sometimes: Any = Field(default=None)


class Money(Out):
    """Minor units of an ISO 4217 currency."""

    amount: int
    currency: str


class Span(Out):
    """Between two amounts."""

    low: Money
    high: Money


class Reason(Out):
    """A reason or condition, in two languages."""

    code: str
    en: str
    zh: str


class DeviceName(Out):
    """A device model that may have been meant."""

    id: str
    name: str


class Referral(Reason):
    """Why a person must look, or why there is no offer."""

    suggestions: list[DeviceName]


class Facts(Out):
    """What is known of the device: g, mAh, inches, GB, whole yuan, first day of the month."""

    category: str | None
    first_sale: str | None
    successor_first_sale: str | None
    weight_g: float | None
    battery_mah: float | None
    screen_in: float | None
    ram_gb: float | None
    storage_gb: float | None
    launch_price_cny: int | None


class Unit(Out):
    """Which unit: a keyed digest of its identifier and the last four characters."""

    kind: str
    digest: str
    last4: str
    key_id: str = Sometimes


class QuotedDevice(Out):
    """The device as asked and as recognised."""

    words: str
    matched_by: str
    id: str | None
    name: str | None
    name_zh: str | None
    category: str | None
    facts: Facts | None
    unit: Unit | None


class CheckFinding(Out):
    """A question of a device check: what the source said and what was declared, and which counts.

    ``said_by``: ``check`` or ``declared``; null where nobody answered.
    """

    question: str
    status: str
    declared: str | None
    counted: str | None
    said_by: str | None
    conflict: Reason | None


class DeviceCheck(Out):
    """What a block list said, and which state of it; ``why`` it knows nothing."""

    source: str
    digest: str | None
    dated: str | None
    at: str
    why: str | None
    findings: list[CheckFinding]


class Assumption(Out):
    """A question that was not answered, and what it counts as."""

    question: str
    counted_as: str | int
    en: str
    zh: str


class Line(Out):
    """One step from the best condition to the offer."""

    code: str
    label_en: str
    label_zh: str
    answer: str | int | None
    amount: Money
    basis: str
    assumed: bool


class Disposition(Out):
    """Where the device goes, why nowhere else, and what must happen first."""

    route: str
    flag: str
    label_en: str
    label_zh: str
    reasons: list[Reason]
    conditions: list[Reason]


class Avoided(Out):
    """A span, in the unit named."""

    unit: str
    low: float
    high: float


class Impact(Out):
    """The device's weight and what its reuse avoids."""

    weight_g: float | None
    co2e_avoided: Avoided | None


class Versions(Out):
    """The price model and the arithmetic behind a quote."""

    bundle: str
    rules: int


class FullVersions(Versions):
    """Everything that a replay needs; digests of tables could be tried against every margin."""

    tables: dict[str, str]


class Stale(Out):
    """Since when the sales behind the price say nothing."""

    since: str
    en: str
    zh: str


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


class PurchaseOut(Out):
    """The new device that is bought."""

    price: Money
    category: str


class ClaimOut(Out):
    """A campaign that was asked for; ``code`` is its single-use code's digest, the merchant's."""

    campaign: str
    code: str | None = Sometimes


class ExtraLineOut(Out):
    """A bonus, a coupon or a subsidy: one amount in the customer's favour; in a basket, of which
    quote a bonus is."""

    quote: str = Sometimes
    kind: str
    id: str
    label_en: str
    label_zh: str
    amount: Money
    basis: str


class MissedOut(Reason):
    """A campaign that was asked for and gives nothing, and why."""

    campaign: str


class NetOut(Out):
    """What is left to pay; an amount below 0 is paid out to the customer."""

    amount: Money
    which: str
    en: str
    zh: str


class ExtrasOut(Out):
    """What stands beside the offer and never in it."""

    purchase: PurchaseOut | None
    claims: list[ClaimOut]
    lines: list[ExtraLineOut]
    without_effect: list[MissedOut]
    net_to_pay: NetOut | None


class CustomerQuote(Out):
    """What the customer may see.

    ``notice`` is there for demo data alone, ``mode`` for a test key, ``checks`` for a block list.
    """

    model_config = ConfigDict(
        json_schema_extra=lambda schema: schema["required"].remove("notice"),
    )

    id: str
    code: str
    mode: str = Sometimes
    market: str
    data: str
    notice: str
    issued_at: str
    as_of: str
    valid_until: str
    lock_days: int
    device: QuotedDevice
    answers: dict[str, str | int]
    checks: DeviceCheck = Sometimes
    assumptions: list[Assumption]
    missing: list[str]
    grade_capped_by: str | None
    stale: Stale | None
    value: Value | None
    outcome: str
    offer: Money | None
    indicative: Span | None
    referral: Referral | None
    lines: list[Line]
    impact: Impact
    extras: ExtrasOut = Sometimes
    versions: Versions
    disposition: Disposition | None


class Part(Out):
    """One part of a route's value."""

    name: str
    amount: Money


class RouteValue(Out):
    """What a route is worth to the shop."""

    route: str
    open: bool
    expected: Money
    low: Money
    high: Money
    offer: Money
    parts: list[Part]
    closed_by: list[str]


class FullDisposition(Disposition):
    """Every route beside the chosen one."""

    routes: list[RouteValue]


class MerchantQuote(CustomerQuote):
    """The whole quote."""

    format: int = Field(alias="schema")
    merchant: str
    context: dict[str, str]
    policy: SharePolicy | MarginPolicy
    residual_values: list[ResidualValue]
    versions: FullVersions
    disposition: FullDisposition | None
