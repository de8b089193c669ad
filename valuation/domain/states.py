"""States: the levels of a device as a tuple, in the registry's order.

A quote looks at a few dozen states of one device, most of them under several names: a step of its
lines, what a repair leaves, what a route starts from. Tuples tell soonest which are the same.
"""

from dataclasses import dataclass
from functools import cache

from valuation.domain.answers import Levels
from valuation.domain.device import Category
from valuation.domain.questions import QUESTIONS, questions_for

State = tuple[int, ...]

# What a refurbisher may restore in one go. Each plan is open to every device, and costs less the
# fewer faults there are, so no worse answer gets a repair that a better one is refused.
_WORKING = frozenset(q.id for q in QUESTIONS if q.repairable and not q.percent)
_BATTERY = frozenset(q.id for q in QUESTIONS if q.repairable and q.percent)
REPAIRABLE = _WORKING | _BATTERY
PLANS = (_WORKING, _BATTERY, REPAIRABLE)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the questions of a category stand in its states.

    ``best``: the state without a fault. ``restored``: for each repair plan the positions that it
    restores, with the level that it restores them to.
    """

    questions: tuple[str, ...]
    best: State
    restored: tuple[tuple[tuple[int, int], ...], ...]

    def state(self, levels: Levels) -> State:
        """The state of levels that are given in any order."""
        return tuple(map(levels.__getitem__, self.questions))

    def levels(self, state: State) -> dict[str, int]:
        """The levels of a state, in the registry's order."""
        return dict(zip(self.questions, state, strict=True))

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
    return Layout(
        questions=tuple(question.id for question in questions),
        best=tuple(question.best for question in questions),
        restored=tuple(
            tuple((place, q.best) for place, q in enumerate(questions) if q.id in plan)
            for plan in PLANS
        ),
    )
