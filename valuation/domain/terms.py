"""The terms of trade: policy, deductions, repairs, parts, materials, gates, and the costs besides.

All amounts are minor units of the market's currency, all shares are basis points. They come from
versioned tables; nothing here is a constant of the code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple, TypeVar

from valuation.domain.costs import Depreciation, Handling, PolicyRefused
from valuation.domain.device import CATALOGUED, Category
from valuation.domain.disposition import Gates, Route
from valuation.domain.margin import Margin
from valuation.domain.money import BASIS_POINTS
from valuation.domain.questions import BEST
from valuation.domain.records import Role
from valuation.domain.safe_gates import check_gated

LEAST_GUARANTEE = 0.01  # below it a hundred scores have no bound

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Policy:
    """How a value becomes an offer.

    ``quantile``: share of later sales that may lie below the value that the offer starts from.
    ``margin``: what the shop keeps of the net value. ``step``: offers are whole multiples of it.
    ``widest``: p90 / p10 in basis points above which a person must look. ``goodwill``: least
    payment by route.
    ``reuse``: expected value that the shop gives up so that a device is used again.
    ``receive_days``: from acceptance until the device must be here. ``answer_days``: from a
    counter-offer until silence means return. ``override_limits``: what a person may move, by role,
    ``appraisal_limits``: what one may name where no price is known.
    """

    quantile: float
    margin: Margin
    step: int
    validity_days: int
    widest: int
    goodwill: Mapping[Route, int]
    receive_days: int
    answer_days: int
    override_limits: Mapping[Role, int]
    reuse: int = 0
    appraisal_limits: Mapping[Role, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not LEAST_GUARANTEE <= self.quantile <= 0.5:
            raise PolicyRefused(f"the offer's quantile is {self.quantile}; 0.01 to 0.5 is accepted")
        if self.step < 1 or self.widest < BASIS_POINTS:
            raise PolicyRefused("the step starts at 1, the widest interval at 10000")
        if min(self.validity_days, self.receive_days, self.answer_days) < 1:
            raise PolicyRefused("a quote is valid, awaited and answered within a day or more")
        if self.reuse < 0:
            raise PolicyRefused("what is given up for reuse is 0 or more")
        limits = (*self.override_limits.values(), *self.appraisal_limits.values())
        if any(limit < 0 for limit in limits):
            raise PolicyRefused("the limit of an override or an appraisal is 0 or more")
        if any(amount < 0 for amount in self.goodwill.values()):
            raise PolicyRefused("goodwill is a payment to the customer and cannot be negative")
        if self.goodwill.get(Route.REFUSE):
            raise PolicyRefused("a device that is refused, such as a stolen one, is paid nothing")
        if self.goodwill.get(Route.DONATE):
            raise PolicyRefused("a device that is given away is paid nothing")


@dataclass(frozen=True, slots=True)
class Deductions:
    """Share of the value that an answer takes away, for answers that no sale taught.

    By question, category ("" for every category) and highest level that the row covers.
    """

    rows: Mapping[tuple[str, str], tuple[tuple[int, int], ...]]

    def __post_init__(self) -> None:
        for (question, category), steps in self.rows.items():
            shares = [share for _, share in sorted(steps)]
            if any(worse < better for worse, better in pairwise(shares)):
                raise PolicyRefused(f"{question} {category}: a better answer is deducted more")
            if any(not 0 <= share <= BASIS_POINTS for share in shares):
                raise PolicyRefused(f"{question} {category}: shares are 0 to 10000 basis points")
            _check_covered(question, category, steps)

    def share(self, *, question: str, level: int, category: Category) -> int | None:
        """Basis points taken away; 0 for the best answer; None where the table has no entry."""
        if level == BEST[question]:
            return 0
        steps = self.rows.get((question, category.value)) or self.rows.get((question, ""), ())
        return _first_covering(level, steps)

    def share_below(
        self, *, question: str, level: int, known: int, category: Category
    ) -> int | None:
        """Basis points taken from the value with the answer ``known``, the lowest that sales knew.

        What is left by the table at ``level`` over what is left at ``known``, rounded against the
        worse answer; None where the table has no entry for one of them.
        """
        worse = self.share(question=question, level=level, category=category)
        better = self.share(question=question, level=known, category=category)
        if worse is None or better is None:
            return None
        left = BASIS_POINTS - better
        return BASIS_POINTS - (BASIS_POINTS - worse) * BASIS_POINTS // left if left else 0


class Job(NamedTuple):
    """A repair: its price in minor units, and the basis points of such repairs that succeed.

    ``low``, ``high``: the range of the price; None where nothing is known but the price.
    """

    price: int
    succeeds: int = BASIS_POINTS
    low: int | None = None
    high: int | None = None

    @property
    def cheapest(self) -> int:
        """The low end of the price."""
        return self.price if self.low is None else self.low

    @property
    def dearest(self) -> int:
        """The high end of the price."""
        return self.price if self.high is None else self.high


NO_JOB = Job(0)  # of what needs no repair


@dataclass(frozen=True, slots=True)
class Repairs:
    """Repair prices by question and slug prefix of the device; the longest prefix counts.

    Each entry has the highest level that it covers, and the job.
    """

    rows: Mapping[tuple[str, str], tuple[tuple[int, Job], ...]]

    def __post_init__(self) -> None:
        for (question, prefix), steps in self.rows.items():
            jobs = [job for _, job in sorted(steps)]
            if any(worse.price < better.price for worse, better in pairwise(jobs)):
                raise PolicyRefused(f"{question} {prefix}: a worse fault is cheaper to repair")
            if any(worse.succeeds > better.succeeds for worse, better in pairwise(jobs)):
                raise PolicyRefused(f"{question} {prefix}: a worse fault is repaired more often")
            if any(job.price < 0 for job in jobs):
                raise PolicyRefused(f"{question} {prefix}: a repair cannot pay")
            if any(not 0 < job.succeeds <= BASIS_POINTS for job in jobs):
                raise PolicyRefused(f"{question} {prefix}: 1 to 10000 basis points succeed")
            _check_covered(question, prefix, steps)

    def job(self, *, question: str, level: int, device: str) -> Job | None:
        """What restores the best answer; None where nobody repairs it."""
        slug = device
        while True:
            steps = self.rows.get((question, slug))
            if steps is not None:
                return _first_covering(level, steps)
            if not slug:
                return None
            slug = slug.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Part:
    """A part that can be sold while each question that it ``needs`` has at least the level there.

    ``share``: basis points of the whole device's value.
    """

    name: str
    share: int
    needs: Mapping[str, int]

    def __post_init__(self) -> None:
        if self.share < 0:
            raise PolicyRefused(f"{self.name}: a part that is lost cannot add to the value")

    def spoiled_by(self, *, question: str, level: int) -> bool:
        """Whether an answer alone leaves nothing to sell of it; a worse one then does too."""
        return level < self.needs.get(question, 0)


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """All the costs, repairs and parts of one category of devices, or of one kind of appliance."""

    handling: Mapping[Route, Handling]
    repairs: Repairs
    parts: Sequence[Part]

    def __post_init__(self) -> None:
        check_parts(self.parts)


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that turns a value into an offer and a route, in one market on one day.

    ``handling``, ``repairs`` and ``parts`` are the general ones; ``own``: those of a category
    (``laptop``) or kind of appliance (``appliance/dryer``) that the tables name. ``materials`` by
    category and kind.
    """

    currency: str
    policy: Policy
    deductions: Deductions
    repairs: Repairs
    handling: Mapping[Route, Handling]
    parts: Sequence[Part]
    materials: Mapping[str, tuple[int, int, int]]
    gates: Gates
    depreciation: Depreciation
    to_sold: int | None
    own: Mapping[str, OwnTerms] = field(default_factory=dict)
    routes: tuple[Route, ...] = field(init=False)
    paying: tuple[Route, ...] = field(init=False)

    def __post_init__(self) -> None:
        # A donation is a route where the table says what it costs.
        routes = (each for each in Route if each is not Route.DONATE or each in self.handling)
        object.__setattr__(self, "routes", tuple(routes))
        # What is given away pays nothing.
        paying = (each for each in self.routes if each is not Route.DONATE)
        object.__setattr__(self, "paying", tuple(paying))
        if self.to_sold is not None and self.to_sold <= 0:
            raise PolicyRefused("the factor from this kind of price to sold must be positive")
        check_parts(self.parts)
        for category in CATALOGUED:
            if category not in self.materials:
                raise PolicyRefused(f"no materials for a {category.value}")
        check_gated(self.gates)


def check_parts(parts: Sequence[Part]) -> None:
    """PolicyRefused where the parts are worth more than the device."""
    if sum(part.share for part in parts) > BASIS_POINTS:
        raise PolicyRefused("the parts together are worth more than the whole device")


def _first_covering(level: int, steps: Sequence[tuple[int, Entry]]) -> Entry | None:
    """What stands at the lowest step that reaches up to the level."""
    reaching = [step for step in steps if level <= step[0]]
    return min(reaching, key=itemgetter(0))[1] if reaching else None


def _check_covered(question: str, scope: str, steps: Sequence[tuple[int, object]]) -> None:
    """A worse answer must not find a row that a better one lacks."""
    if steps and max(upto for upto, _ in steps) < BEST[question] - 1:
        raise PolicyRefused(f"{question} {scope}: its better answers have no row")
