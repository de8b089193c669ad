"""States: the levels of a device as a tuple, in the registry's order.

A quote looks at a few dozen states of one device, most of them under several names: a step of its
lines, what a repair leaves, what a route starts from. Tuples tell soonest which are the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from valuation.domain.answers import Levels
from valuation.domain.device import Category
from valuation.domain.questions import GRADE, GRADE_CAPS, QUESTIONS, questions_for

State = tuple[int, ...]

# What a refurbisher may restore in one go. Each plan is open to every device, and costs less the
# fewer faults there are, so no worse answer gets a repair that a better one is refused.
_WORKING = frozenset(q.id for q in QUESTIONS if q.repairable and not q.percent)
_BATTERY = frozenset(q.id for q in QUESTIONS if q.repairable and q.percent)
REPAIRABLE = _WORKING | _BATTERY
PLANS = (_WORKING, _BATTERY, REPAIRABLE)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the questions of a category stand in its states; ``place`` by question.

    ``best``: the state without a fault. ``restored``: for each repair plan the positions that it
    restores, with the level that it restores them to. ``grade``: where the cosmetic grade stands;
    ``caps``: a position, a level there, and the best grade that it leaves possible.
    """

    questions: tuple[str, ...]
    place: Mapping[str, int]
    best: State
    restored: tuple[tuple[tuple[int, int], ...], ...]
    grade: int
    caps: tuple[tuple[int, int, int], ...]

    def state(self, levels: Levels) -> State:
        """The state of levels that are given in any order."""
        return tuple(map(levels.__getitem__, self.questions))

    def levels(self, state: State) -> dict[str, int]:
        """The levels of a state, in the registry's order."""
        return dict(zip(self.questions, state, strict=True))

    def counted(self, state: State) -> State:
        """The state that counts: the worse of the grade and what other answers leave possible."""
        given = state[self.grade]
        caps = [cap for place, level, cap in self.caps if state[place] == level]
        grade = min(given, *caps) if caps else given
        return state if grade == given else (*state[: self.grade], grade, *state[self.grade + 1 :])

    def looked_at(self, state: State) -> list[State]:
        """Every state that the offer and the routes of one look at, each once, itself first."""
        return list(dict.fromkeys((state, self.best, *self.repaired(state))))

    def repaired(self, state: State) -> list[State]:
        """What each repair plan makes of a state."""
        return [_restored(state, restored) for restored in self.restored]


def _restored(state: State, restored: tuple[tuple[int, int], ...]) -> State:
    levels = list(state)
    for position, level in restored:
        levels[position] = level
    return tuple(levels)


@cache
def layout_of(category: Category) -> Layout:
    """The layout of a category's states."""
    questions = questions_for(category)
    place = {question.id: place for place, question in enumerate(questions)}
    return Layout(
        questions=tuple(question.id for question in questions),
        place=place,
        best=tuple(question.best for question in questions),
        restored=tuple(
            tuple((place, q.best) for place, q in enumerate(questions) if q.id in plan)
            for plan in PLANS
        ),
        grade=place[GRADE.id],
        caps=tuple((place[q], level, cap) for (q, level), cap in GRADE_CAPS.items() if q in place),
    )
