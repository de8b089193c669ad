"""What the service answers, for the OpenAPI document; no field has a default.

Quotes are sent as they are stored. These schemas describe them, and a test holds one to the other.
"""

from pydantic import BaseModel, ConfigDict, Field


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Money(_Out):
    """Minor units of an ISO 4217 currency."""

    amount: int
    currency: str


class Span(_Out):
    """Between two amounts."""

    low: Money
    high: Money


class Reason(_Out):
    """A reason or condition, in two languages."""

    code: str
    en: str
    zh: str


class DeviceName(_Out):
    """A device model that may have been meant."""

    id: str
    name: str


class Referral(Reason):
    """Why a person must look, or why there is no offer."""

    suggestions: list[DeviceName]


class Facts(_Out):
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


class Unit(_Out):
    """Which unit: a keyed digest of its identifier and the last four characters."""

    kind: str
    digest: str
    last4: str


class QuotedDevice(_Out):
    """The device as asked and as recognised."""

    words: str
    matched_by: str
    id: str | None
    name: str | None
    name_zh: str | None
    category: str | None
    facts: Facts | None
    unit: Unit | None


class Assumption(_Out):
    """A question that was not answered, and what it counts as."""

    question: str
    counted_as: str | int
    en: str
    zh: str


class Line(_Out):
    """One step from the best condition to the offer."""

    code: str
    label_en: str
    label_zh: str
    answer: str | int | None
    amount: Money
    basis: str
    assumed: bool


class Disposition(_Out):
    """Where the device goes, why nowhere else, and what must happen first."""

    route: str
    flag: str
    label_en: str
    label_zh: str
    reasons: list[Reason]
    conditions: list[Reason]


class Avoided(_Out):
    """A span, in the unit named."""

    unit: str
    low: float
    high: float


class Impact(_Out):
    """The device's weight and what its reuse avoids."""

    weight_g: float | None
    co2e_avoided: Avoided | None


class Versions(_Out):
    """Everything that a replay needs."""

    bundle: str
    tables: dict[str, str]
    rules: int


class CustomerQuote(_Out):
    """What the customer may see. ``notice`` is there for demo data alone."""

    model_config = ConfigDict(
        json_schema_extra=lambda schema: schema["required"].remove("notice"),
    )

    id: str
    code: str
    market: str
    data: str
    notice: str
    issued_at: str
    as_of: str
    valid_until: str
    device: QuotedDevice
    answers: dict[str, str | int]
    assumptions: list[Assumption]
    missing: list[str]
    grade_capped_by: str | None
    outcome: str
    offer: Money | None
    indicative: Span | None
    referral: Referral | None
    lines: list[Line]
    impact: Impact
    versions: Versions
    disposition: Disposition | None


class Part(_Out):
    """One part of a route's value."""

    name: str
    amount: Money


class RouteValue(_Out):
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


class Value(_Out):
    """The device's value as it is, in the kind of price named."""

    kind: str
    p10: Money
    p50: Money
    p90: Money
    mean: Money


class MerchantQuote(CustomerQuote):
    """The whole quote."""

    format: int = Field(alias="schema")
    merchant: str
    context: dict[str, str]
    value: Value | None
    disposition: FullDisposition | None


class DeviceOut(_Out):
    """A variant that a search found."""

    id: str
    device_model: str
    name: str
    name_zh: str


class DeviceList(_Out):
    """A page; the next one starts after the last id."""

    data: list[DeviceOut]
    has_more: bool


class PricedBy(_Out):
    """Questions by what their answers move: sales, a table, or the gates alone."""

    sales: list[str]
    tables: list[str]
    gates: list[str]


class TableOut(_Out):
    """A table version in use, and how much of it is from memory."""

    id: str
    digest: str
    valid_from: str
    rows: int
    unverified: int


class BundleOut(_Out):
    """What serves a market, how well it was measured to do, and how it was made."""

    market: str
    digest: str
    data: str
    evaluation: dict[str, object]
    questions: PricedBy
    context: dict[str, list[str]]
    default_context: dict[str, str]
    provenance: dict[str, str]
    tables: list[TableOut]


class AnswerOut(_Out):
    """One answer."""

    id: str
    en: str
    zh: str


class AskedWhen(_Out):
    """Asked only while this question has this answer."""

    question: str
    answer: str


class QuestionOut(_Out):
    """A question with its answers from worst to best; none where a percentage is asked."""

    id: str
    en: str
    zh: str
    reason_code: str
    required: bool
    priced: bool
    percent: bool
    categories: list[str]
    answers: list[AnswerOut]
    asked_when: list[AskedWhen]


class QuestionList(_Out):
    """The registry."""

    data: list[QuestionOut]


class Health(_Out):
    """The process answers."""

    status: str


class Readiness(_Out):
    """Whether quotes can be made: database, bundle by market, and every fault."""

    ready: bool
    database: str
    bundles: dict[str, str]
    faults: dict[str, str]
