"""What the service answers about itself, for the OpenAPI document; no field has a default."""

from valuation.web.out import Out
from valuation.web.problem import ProblemOut


class DeviceOut(Out):
    """A variant that a search found."""

    id: str
    device_model: str
    name: str
    name_zh: str


class DeviceList(Out):
    """A page; the next one starts after the last id."""

    data: list[DeviceOut]
    has_more: bool


class PricedBy(Out):
    """Questions by what their answers move: sales, a table, or the gates alone."""

    sales: list[str]
    tables: list[str]
    gates: list[str]


class TableOut(Out):
    """A table version in use, and how much of it is from memory."""

    id: str
    digest: str
    valid_from: str
    rows: int
    unverified: int


class Covered(Out):
    """How many sales that the fit had not seen were measured, and the share in the interval.

    ``measured`` is null where there were too few to say.
    """

    sales: int
    measured: float | None


class Coverage(Covered):
    """Of all sales, between ``low`` and ``high`` with 95% confidence; then by segment."""

    target: float
    low: float | None
    high: float | None
    segments: dict[str, dict[str, Covered]]


class BelowGuarantee(Out):
    """Of ``sales`` with recorded answers the share below the value guaranteed at ``guarantee``,
    between ``low`` and ``high`` with 95% confidence; null where nobody measured this share.
    ``in_force``: today's policy guarantees at it."""

    guarantee: float
    in_force: bool
    sales: int | None
    measured: float | None
    low: float | None
    high: float | None


class BundleOut(Out):
    """What serves a market, in short; dates are days, ``data`` is demo or real.

    ``last_sale`` is the market's last sale, ``fitted_until`` the last that taught the boosters;
    null where sales are undated or the bundle does not say.
    """

    market: str
    data: str
    last_sale: str | None
    fitted_until: str | None
    coverage: Coverage | None
    below_guarantee: list[BelowGuarantee]
    questions: PricedBy
    context: dict[str, list[str]]
    default_context: dict[str, str]
    digest: str


class FullBundleOut(BundleOut):
    """The same with every figure, how it was made, and the tables in use."""

    evaluation: dict[str, object]
    provenance: dict[str, str]
    tables: list[TableOut]


class AnswerOut(Out):
    """One answer."""

    id: str
    en: str
    zh: str


class AskedWhen(Out):
    """Asked only while this question has this answer."""

    question: str
    answer: str


class QuestionOut(Out):
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


class QuestionList(Out):
    """The registry."""

    data: list[QuestionOut]


class Health(Out):
    """The process answers."""

    status: str


class Readiness(Out):
    """Whether quotes can be made: database, disk, bundle by market, and every fault."""

    ready: bool
    database: str
    disk: str
    bundles: dict[str, str]
    faults: dict[str, str]


class NotReady(Readiness, ProblemOut):
    """The same as a problem; ``detail`` says what to do."""
