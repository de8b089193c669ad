"""Small true things of the domain for tests: terms, gates, worlds drawn at random."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from valuation.domain.answers import CompletedAnswers, Levels, complete, with_answers
from valuation.domain.costs import Depreciation, Handling, Kept, Total
from valuation.domain.device import Category
from valuation.domain.disposition import Effect, Gate, Gates, Route, RouteValue, gate_table
from valuation.domain.margin import Margin, Tier
from valuation.domain.pricing import Appraisal, Statistic, Values
from valuation.domain.questions import BEST, BY_ID, QUESTIONS, Known, Question, questions_for
from valuation.domain.records import Role
from valuation.domain.safe_gates import NEVER_OPEN, OPEN_ON
from valuation.domain.states import State, layout_of
from valuation.domain.tariff import Tariff
from valuation.domain.terms import (
    Deductions,
    Job,
    Part,
    Policy,
    Repairs,
    Terms,
)

PHONE = Category.PHONE
DEVICE = "apple/iphone/iphone-13/128gb"
TAUGHT = frozenset({"powers_on", "display_works", "functions_work", "cosmetic_grade"})
RESALE = (Route.AS_IS, Route.REFURBISH)
PRICED = tuple(question.id for question in QUESTIONS if question.priced)
UNPRICED = tuple(question.id for question in QUESTIONS if not question.priced)
STATISTICS = {Statistic.LOW: 80, Statistic.OFFER: 80, Statistic.EXPECTED: 100, Statistic.HIGH: 130}
SHARES = (0, 1, 800, 3333, 9999)  # basis points
PERFECT = {question.id: question.value(question.best) for question in QUESTIONS}


def make_answers(category: Category = PHONE, /, **worse: object) -> CompletedAnswers:
    """A device without a fault but for the answers named; those no longer asked are left out."""
    best = {question.id: question.best for question in questions_for(category)}
    changes = {question: BY_ID[question].level(value) for question, value in worse.items()}
    return with_answers(complete(given={}, category=category), {**best, **changes})


def make_gate(
    question: str, level: int, route: Route, effect: Effect = Effect.CLOSED, code: str = "closed"
) -> Gate:
    return Gate(question, level, route, effect, code, code, code)


def make_gate_rows() -> list[Gate]:
    """Every unpriced question's worst answer closes resale, and what is never open; and what leaves
    a route open on a condition; no more."""
    closed = [
        make_gate(question, level, route)
        for question in UNPRICED
        for level in range(BEST[question] if question in NEVER_OPEN else 1)
        for route in sorted({*RESALE, *NEVER_OPEN.get(question, ())})
    ]
    on_condition = [
        make_gate(question, BY_ID[question].level(answer), route, Effect.CONDITION, min(codes))
        for (question, answer), needed in OPEN_ON.items()
        for route, codes in needed.items()
    ]
    return [*closed, *on_condition]


def closes_resale(levels: Levels) -> bool:
    """Whether the answers meet one of those gates that close."""
    closed = [gate for gate in make_gate_rows() if gate.effect is Effect.CLOSED]
    return any(levels.get(gate.question) == gate.level for gate in closed)


def make_policy(**changes: object) -> Policy:
    """A policy; a margin in basis points is a plain share."""
    if isinstance(share := changes.get("margin"), int):
        changes["margin"] = Margin.of_share(share)
    plain = Policy(
        quantile=0.1, margin=Margin.of_share(1000), step=100, validity_days=7, widest=60_000,
        goodwill={}, receive_days=14, answer_days=7,
        override_limits={Role.CLERK: 5000, Role.MANAGER: 50_000},
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of Policy


def make_terms(**changes: object) -> Terms:
    """A margin of 10%, steps of 100, no cost at all, and gates that close resale alone."""
    plain = Terms(
        currency="CNY",
        policy=make_policy(),
        deductions=Deductions({}),
        repairs=Repairs({}),
        handling={},
        parts=(),
        materials=dict.fromkeys(Category, (0, 0, 0)),
        gates=gate_table(make_gate_rows()),
        depreciation=Depreciation({"": Kept(5000, 6000, 7000)}),
        to_sold=10_000,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of Terms


@dataclass(frozen=True)
class Worth:
    """A value function: so much for the whole phone, so much less for each level lost."""

    whole: int = 200_000
    losses: Mapping[str, int] = field(default_factory=dict)
    category: Category = PHONE

    def __call__(self, state: State, statistic: Statistic) -> int:
        levels = layout_of(self.category).levels(state)
        lost = sum(
            loss * (BY_ID[question].best - levels[question])
            for question, loss in self.losses.items()
        )
        return max(0, self.whole - lost) * STATISTICS[statistic] // 100


def make_state(category: Category = PHONE, /, **worse: object) -> State:
    """The state of a device without a fault but for the answers named."""
    return state_of(make_answers(category, **worse))


def state_of(answers: CompletedAnswers) -> State:
    """The state that the answers make."""
    return layout_of(answers.category).state(answers.levels)


def make_appraisal(
    terms: Terms | None = None,
    worth: Values | None = None,
    category: Category = PHONE,
    *,
    taught: Mapping[str, Known] | None = None,
) -> Appraisal:
    """An appraisal whose questions were all taught unless told otherwise: no table deducts."""
    known = {question: Known(0, BEST[question]) for question in PRICED}
    tariff = Tariff(DEVICE, category, known if taught is None else taught, terms or make_terms())
    return Appraisal(tariff, worth or Worth(category=category))


@dataclass(frozen=True)
class World:
    """Terms, a monotone value function and answers, all drawn from one seed, all valid."""

    seed: int
    appraisal: Appraisal
    answers: CompletedAnswers

    @property
    def routes(self) -> Sequence[RouteValue]:
        return self.appraisal.routes(state_of(self.answers))

    def changed(self, **changes: int) -> CompletedAnswers:
        return with_answers(self.answers, changes)

    def without(self, question: str) -> CompletedAnswers:
        given = {q: level for q, level in self.answers.given.items() if q != question}
        return complete(given=given, category=self.answers.category)


def make_world(seed: int) -> World:
    random = Random(seed)
    category = random.choice(list(Category))
    taught = {q: random_known(random, q) for q in PRICED if random.random() < 0.6}
    worth = RandomWorth(random, category)
    appraisal = make_appraisal(random_terms(random), worth, category, taught=taught)
    return World(seed, appraisal, random_answers(random, category))


def random_known(random: Random, question: str) -> Known:
    """The levels that sales knew: mostly all of them."""
    best = BEST[question]
    lowest = random.choice([0, 0, random.randint(0, best)])
    return Known(lowest, random.choice([best, best, random.randint(lowest, best)]))


def random_answers(random: Random, category: Category) -> CompletedAnswers:
    drawn = {
        question.id: question.best if random.random() < 0.6 else random.randint(0, question.best)
        for question in questions_for(category)
        if random.random() < 0.85
    }
    return with_answers(complete(given={}, category=category), drawn)


class RandomWorth:
    """A random value, monotone in every level: sums of steps, and the weakest of some of them."""

    def __init__(self, random: Random, category: Category) -> None:
        self._questions = layout_of(category).questions
        self._whole = random.randint(0, 10 ** random.randint(1, 9))
        self._steps = {q.id: self._rising(random, q) for q in QUESTIONS if q.priced}
        self._weakest = random.sample(PRICED, 3)

    def __call__(self, state: State, statistic: Statistic) -> int:
        levels = zip(self._questions, state, strict=True)
        kept = {q: self._steps[q][level] for q, level in levels if q in self._steps}
        mean = sum(kept.values()) // len(kept)
        weakest = min((kept[q] for q in self._weakest if q in kept), default=mean)
        return self._whole * (mean + weakest) * STATISTICS[statistic] // 20_000

    def _rising(self, random: Random, question: Question) -> list[int]:
        return sorted(random.randint(0, 100) for _ in range(question.best + 1))


def random_terms(random: Random) -> Terms:
    """Valid terms with random figures: every rule of the tables holds, nothing else does."""
    return Terms(
        currency=random.choice(["CNY", "VND", "KWD", "JPY"]),
        policy=random_policy(random),
        deductions=Deductions({(q, ""): _falling(random, q, 10_000) for q in PRICED}),
        repairs=Repairs(
            {
                (question, ""): _jobs(random, question)
                for question in PRICED
                if random.random() < 0.8
            }
        ),
        handling={route: _random_handling(random) for route in Route if route is not Route.REFUSE},
        parts=[_random_part(random) for _ in range(5)],
        materials={category: _random_metal(random) for category in Category},
        gates=random_gates(random),
        to_sold=random.randint(1, 12_000),
        depreciation=Depreciation({"": random_kept(random)}),
    )


def random_policy(random: Random) -> Policy:
    routes = [route for route in Route if route is not Route.REFUSE and random.random() < 0.3]
    return make_policy(
        margin=random_margin(random),
        step=random.choice([1, 7, 100, 1000, 10_000]),
        goodwill={each: random.randint(0, 5000) for each in routes if each is not Route.DONATE},
    )


def random_margin(random: Random) -> Margin:
    """A plain share, or tiers with what else a margin may have."""
    if random.random() < 0.3:
        return Margin.of_share(random.choice(SHARES))
    most = 10 ** random.randint(1, 7)
    starts = sorted(random.sample(range(1, most + 1), random.randint(0, 3)))
    floor, ceiling = sorted(random.randint(0, most) for _ in range(2))
    return Margin(
        tiers=tuple(Tier(start, random.choice(SHARES)) for start in (0, *starts)),
        fixed=random.choice([0, random.randint(0, most)]),
        floor=random.choice([0, floor]),
        ceiling=random.choice([None, ceiling]),
    )


def random_gates(random: Random) -> Gates:
    """Each question closes each route below a random level, where it closes it at all."""
    rows = make_gate_rows()
    for question in QUESTIONS:
        for route in (*RESALE, Route.PARTS, Route.DISMANTLE):
            if not question.percent and random.random() < 0.15:
                below = random.randint(1, question.best)
                rows += [make_gate(question.id, level, route) for level in range(below)]
    return gate_table(rows)


def random_kept(random: Random) -> Kept:
    return Kept(*sorted(random.randint(0, 10_000) for _ in range(3)))


def _random_part(random: Random) -> Part:
    """A part that needs one question or several, at their best or at less."""
    needs = random.sample(list(BY_ID), random.randint(1, 4))
    least = {q: random.choice([BEST[q], random.randint(0, BEST[q])]) for q in needs}
    return Part(needs[0], random.randint(0, 600), least)


def _jobs(random: Random, question: str) -> tuple[tuple[int, Job], ...]:
    """Repairs that are dearer and succeed less often the worse the answer."""
    steps = _falling(random, question, 10 ** random.randint(1, 8))
    shares = sorted(random.choice([10_000, random.randint(1, 10_000)]) for _ in steps)
    return tuple(
        (upto, Job(price, it, price // 2, 2 * price))
        for (upto, price), it in zip(steps, shares, strict=True)
    )


def _falling(random: Random, question: str, most: int) -> tuple[tuple[int, int], ...]:
    """Figures by highest level, dearer the worse, with a row for every level below the best."""
    best = BY_ID[question].best
    bounds = sorted({*random.sample(range(best), min(best, 3)), best - 1})
    figures = sorted((random.randint(0, most) for _ in bounds), reverse=True)
    return tuple(zip(bounds, figures, strict=True))


def _random_handling(random: Random) -> Handling:
    shares: Sequence[int] = [random.randint(0, 1500) for _ in range(random.randint(0, 3))]
    usual = Handling(
        fixed=(("work", random.randint(0, 10 ** random.randint(1, 5))),),
        shares=tuple((f"share {i}", share) for i, share in enumerate(shares)),
        shelf=random.choice([(), (("waiting", random.randint(0, 60)),)]),
    )
    half, twice = ([each // 2 for each in usual.usual], [2 * each for each in usual.usual])
    return replace(usual, cheapest=Total(*half), dearest=Total(*twice))


def _random_metal(random: Random) -> tuple[int, int, int]:
    low, typical, high = sorted(random.randint(0, 3000) for _ in range(3))
    return low, typical, high
