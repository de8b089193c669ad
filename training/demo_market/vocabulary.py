"""Closed sets that the parts of the demo market share, in fixed orders."""

from enum import StrEnum

from valuation.domain.device import UnitState
from valuation.domain.questions import FAULTY, GRADE, QUESTIONS

# The named faults, in the registry's order: the columns of every matrix of faults.
FAULTS = tuple(question.id for question in QUESTIONS if question.asked_when == FAULTY)
STATES = tuple(state.value for state in UnitState)
GRADES = tuple(answer.id for answer in GRADE.answers)  # by level, worst first
CAP = GRADES.index("D")  # best grade of a dead device or a broken glass, as the registry has it
DISPLAY_DEAD, DISPLAY_CRACKED, DISPLAY_WORKS = 0, 1, 2  # levels of display_works


class Dirt(StrEnum):
    """What is wrong with a row; CLEAN rows alone have a true median."""

    CLEAN = "clean"
    DUPLICATE = "duplicate"
    PLACEHOLDER_PRICE = "placeholder_price"
    PRICE_IN_USD = "price_in_usd"
    ABSURD_DATE = "absurd_date"
    IMPOSSIBLE_STORAGE = "impossible_storage"


KINDS = tuple(Dirt)  # a column of dirt holds positions in it
DIRT = tuple(dirt.value for dirt in Dirt if dirt is not Dirt.CLEAN)
