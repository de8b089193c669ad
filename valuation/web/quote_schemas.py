"""A quote as the customer and as the merchant see it."""

from pydantic import ConfigDict, Field

from valuation.domain.dispatch import Way
from valuation.web.device_schemas import DeviceCheck, QuotedDevice
from valuation.web.extra_schemas import ExtrasOut
from valuation.web.out import Money, Out, Reason, Sometimes, Span
from valuation.web.value_schemas import (
    MarginPolicy,
    ResidualValue,
    RouteImpact,
    RouteValue,
    SharePolicy,
    Value,
)


class DeviceName(Out):
    """A device model that may have been meant."""

    id: str
    name: str


class Referral(Reason):
    """Why a person must look, or why there is no offer."""

    suggestions: list[DeviceName]


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


class HandlingOut(Out):
    """The ways in which the device may be handed over, its packing and its transport."""

    ways: list[Way]
    packing_en: str
    packing_zh: str
    transport_en: str
    transport_zh: str


class GivenUp(Out):
    """Expected value that the shop gives up so that the device is used again, and its limit."""

    limit: Money
    amount: Money
    instead_of: str


class Disposition(Out):
    """Where the device goes, why nowhere else, what must happen first, what it saves.

    Quotes of before these tables have neither `handling` nor `saves`.
    """

    route: str
    flag: str
    label_en: str
    label_zh: str
    reasons: list[Reason]
    conditions: list[Reason]
    handling: HandlingOut = Sometimes
    saves: RouteImpact = Sometimes
    sentence_en: str
    sentence_zh: str


class FacilityOut(Out):
    """A facility with a place for the device in a week, or the `reason` why none."""

    id: str | None
    en: str | None
    zh: str | None
    region: str | None
    km: int | None
    week: str
    route: str
    licences: list[str]
    reason: Reason | None


class NearestOut(FacilityOut):
    """The one that is `reserved`, else the nearest that would take the device this week."""

    reserved: bool


class FullDisposition(Disposition):
    """Every route beside the chosen one. `facility` is null where the device goes nowhere, and is
    not told inside a basket or an inspection."""

    facility: NearestOut | None = Sometimes
    given_up_for_reuse: GivenUp = Sometimes
    routes: list[RouteValue]


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


class Pinned(Out):
    """The open quote, by its code, under whose day and versions this one was made."""

    quote: str
    issued_at: str


class StandingLine(Out):
    """What has moved the amount since the quote was issued."""

    code: str
    label_en: str
    label_zh: str
    amount: Money


class SameDevice(Out):
    """Another quote of the same unit that is open or under way."""

    id: str
    code: str
    stage: str


class Standing(Out):
    """What holds besides now: the amount with what moved it, and other quotes of the unit."""

    amount: Money | None
    lines: list[StandingLine]
    same_device: list[SameDevice]


class CustomerQuote(Out):
    """What the customer may see.

    ``notice`` is there for demo data alone, ``mode`` for a test key, ``checks`` for a block list,
    ``pinned`` where the quote succeeds an open one, ``standing`` where there is something to say.
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
    pinned: Pinned = Sometimes
    standing: Standing = Sometimes
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
    disposition: Disposition | CustomerWay | None


class MerchantQuote(CustomerQuote):
    """The whole quote."""

    format: int = Field(alias="schema")
    merchant: str
    context: dict[str, str]
    policy: SharePolicy | MarginPolicy
    residual_values: list[ResidualValue]
    versions: FullVersions
    disposition: FullDisposition | UnpricedDisposition | None
