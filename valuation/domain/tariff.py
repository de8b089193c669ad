"""What the terms say of one device, answer by answer, so that a state is priced by adding up.

A quote looks at some forty states of one device. Nothing of the terms is searched for again: every
answer's gates, deduction, repair price and parts stand in a cell, made when first asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import NamedTuple

from valuation.domain.costs import Fading, Handling
from valuation.domain.device import Category, Device
from valuation.domain.disposition import Effect, Gate, Gates, Route
from valuation.domain.money import BASIS_POINTS
from valuation.domain.outside import is_beyond, kind_of
from valuation.domain.questions import BEST, BY_ID, Known, questions_for
from valuation.domain.states import REPAIRABLE, Layout, State, layout_of
from valuation.domain.terms import (
    NO_JOB,
    Job,
    Repairs,
    Terms,
)

AS_TAUGHT = (1, 1)
ERASURE = BY_ID["erasure"]
UNERASABLE = "does_not_power_on"  # the gate that a dead device meets: its data cannot be erased
KEPT = 512  # devices


class Cell(NamedTuple):
    """One answer under the terms.

    ``gates``: those that close a route. ``factor``: what a table makes of the nearest answer that
    sales knew, as a fraction; None where it does not say. ``repair``: what restores the best
    answer, NO_JOB where it is given, None where nobody does. ``spoils``: the parts that it leaves
    nothing of, by their place in the terms.
    """

    gates: tuple[Gate, ...]
    factor: tuple[int, int] | None
    repair: Job | None
    spoils: frozenset[int]


class Work(NamedTuple):
    """What a repair plan costs in minor units, and the share of such plans that succeed, as
    ``succeeds`` of ``tried``; its ``jobs``."""

    cost: int
    succeeds: int
    tried: int
    jobs: Sequence[Job]


class Assessment(NamedTuple):
    """A state under the terms, whatever it is worth.

    ``counted``: the state that counts, its grade capped. ``left`` of ``whole``: what the tables
    leave of the price model's value. ``undeducted``: questions whose answer neither sales nor a
    table can price. ``repairs``: the states that repair plans lead to, and each one's work.
    """

    counted: State
    left: int
    whole: int
    undeducted: tuple[str, ...]
    closed: Mapping[Route, list[Gate]]
    repairs: tuple[tuple[State, Work], ...]
    parts: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """One device under one set of terms.

    ``taught``: questions that the price model's sales taught, with the levels that they knew; for
    every other answer a table says how it differs from those. ``places``: where they stand.
    ``handling``: what the routes cost for this device, on the shelf by the table.
    """

    device: str
    category: Category
    taught: Mapping[str, Known]
    terms: Terms
    layout: Layout = field(init=False, repr=False, compare=False)
    places: tuple[int, ...] = field(init=False, repr=False, compare=False)
    handling: Mapping[Route, Handling] = field(init=False, repr=False, compare=False)
    _cells: tuple[dict[int, Cell], ...] = field(init=False, repr=False, compare=False)
    # A day's quotes of a device lose the same by waiting, whatever was answered.
    _waited: dict[Fading, Mapping[Route, Handling]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        layout = layout_of(self.category)
        places = (place for place, asked in enumerate(layout.questions) if asked in self.taught)
        object.__setattr__(self, "layout", layout)
        object.__setattr__(self, "places", tuple(places))
        fading = self.terms.depreciation.of(self.device).fading
        object.__setattr__(self, "handling", self.handling_at(fading))
        object.__setattr__(self, "_cells", tuple({} for _ in layout.questions))

    def handling_at(self, fading: Fading) -> Mapping[Route, Handling]:
        """What the routes cost where the device loses so much by waiting."""
        if fading not in self._waited:
            if len(self._waited) >= KEPT:
                self._waited.clear()
            handling = self.terms.handling.items()
            self._waited[fading] = {route: it.of_device(fading) for route, it in handling}
        return self._waited[fading]

    def assess(self, state: State) -> Assessment:
        """The state's answers taken together."""
        cells = [
            known.get(level) or self._cell(place, level)
            for place, (known, level) in enumerate(zip(self._cells, state, strict=True))
        ]
        counted, grade = self.layout.counted(state), self.layout.grade
        factors = [cell.factor for cell in cells]
        factors[grade] = self._cell(grade, counted[grade]).factor
        known = [factor for factor in factors if factor is not None]
        questions = self.layout.questions
        closed: dict[Route, list[Gate]] = {}
        for cell in cells:
            for gate in cell.gates:
                closed.setdefault(gate.route, []).append(gate)
        return Assessment(
            counted=counted,
            left=prod(factor[0] for factor in known),
            whole=prod(factor[1] for factor in known),
            undeducted=tuple(q for q, factor in zip(questions, factors, strict=True) if not factor),
            closed=closed,
            repairs=self._repairs(state, cells),
            parts=self._parts(cells),
        )

    def _repairs(self, state: State, cells: list[Cell]) -> tuple[tuple[State, Work], ...]:
        """What the plans that can be carried out lead to, and the work of each."""
        found: dict[State, Work] = {}
        for restored, after in zip(self.layout.restored, self.layout.repaired(state), strict=True):
            # A plan without a fault to repair leaves the state as it is, for nothing.
            if after == state:
                continue
            asked = [cells[place].repair for place, _ in restored]
            jobs = [job for job in asked if job is not None]
            if len(jobs) == len(asked):
                found[after] = Work(
                    cost=sum(job.price for job in jobs),
                    succeeds=prod(job.succeeds for job in jobs),
                    tried=BASIS_POINTS ** len(jobs),
                    jobs=jobs,
                )
        return tuple(found.items())

    def _cell(self, place: int, level: int) -> Cell:
        known = self._cells[place]
        if level not in known:
            question = self.layout.questions[place]
            gates = self.terms.gates.rows.get((question, level), ())
            known[level] = Cell(
                gates=tuple(gate for gate in gates if gate.effect is Effect.CLOSED),
                factor=self._factor(question, level),
                repair=self._repair(question, level),
                spoils=self._spoiled(question, level),
            )
        return known[level]

    def _factor(self, question: str, level: int) -> tuple[int, int] | None:
        if not BY_ID[question].priced:
            return AS_TAUGHT
        known = self.taught.get(question, Known(BEST[question], BEST[question]))
        if level < known.lowest:
            return self._below(question, level, known.lowest)
        if level > known.highest:
            below = self._below(question, known.highest, level)
            # An answer that would make the nearest known one worthless cannot be scaled up.
            return (below[1], below[0]) if below and below[0] else None
        return AS_TAUGHT

    def _below(self, question: str, level: int, known: int) -> tuple[int, int] | None:
        """What is left at ``level`` of the value at the better level ``known``."""
        taken = self.terms.deductions.share_below(
            question=question, level=level, known=known, category=self.category
        )
        return None if taken is None else (BASIS_POINTS - taken, BASIS_POINTS)

    def _repair(self, question: str, level: int) -> Job | None:
        if level == BEST[question] or question not in REPAIRABLE:
            return NO_JOB
        return self.terms.repairs.job(question=question, level=level, device=self.device)

    def _spoiled(self, question: str, level: int) -> frozenset[int]:
        parts = enumerate(self.terms.parts)
        return frozenset(i for i, it in parts if it.spoiled_by(question=question, level=level))

    def _parts(self, cells: list[Cell]) -> int:
        """Basis points of the whole device that the parts bring which no answer spoils; a question
        that is not asked of the category spoils none."""
        spoiled = frozenset[int]().union(*(cell.spoils for cell in cells))
        return sum(part.share for i, part in enumerate(self.terms.parts) if i not in spoiled)


class Tariffs:
    """The tariffs of many devices under one set of terms, the latest kept ready."""

    def __init__(self, taught: Mapping[str, Known], terms: Terms) -> None:
        self.terms = terms
        self._by_scope: dict[str, Terms] = {}
        self._taught = taught
        self._made: dict[str, Tariff] = {}

    def of(self, device: Device) -> Tariff:
        """The tariff of a device."""
        made = self._made.get(device.variant)
        if made is None or made.category is not device.category:
            if len(self._made) >= KEPT:
                self._made.clear()
            made = Tariff(device.variant, device.category, self._taught, self._of(device))
            self._made[device.variant] = made
        return made

    def _of(self, device: Device) -> Terms:
        """The terms of its category, or of its kind of appliance where the tables name that."""
        category, terms = device.category, self.terms
        scope = f"{category.value}/{kind_of(device.variant, category.value)}"
        if scope not in terms.own and scope not in terms.materials:
            scope = category.value
        if scope not in self._by_scope:
            self._by_scope[scope] = _terms_in(terms, category, scope)
        return self._by_scope[scope]


def _terms_in(terms: Terms, category: Category, scope: str) -> Terms:
    """The terms of a category or kind. General repairs and parts are of phones and tablets: any
    other device that the tables do not name is not repaired and its parts bring nothing; where
    nobody knows its materials, dismantling brings and costs nothing."""
    beyond, own = is_beyond(category), terms.own.get(scope, terms.own.get(category.value))
    if own is None and not beyond:
        return terms
    metal = terms.materials.get(scope, terms.materials[category.value])
    costs = own.handling if own else terms.handling
    if beyond and not any(metal):
        costs = {route: it for route, it in costs.items() if route is not Route.DISMANTLE}
    return replace(
        terms,
        repairs=own.repairs if own else Repairs({}),
        parts=own.parts if own else (),
        handling=costs,
        gates=terms.gates if ERASURE in questions_for(category) else _without_data(terms),
        materials={**terms.materials, category.value: metal},
    )


def _without_data(terms: Terms) -> Gates:
    """The gates of a device that holds nobody's data: a dead one can be repaired."""
    rows = terms.gates.rows.items()
    return Gates({key: tuple(g for g in gates if g.code != UNERASABLE) for key, gates in rows})
