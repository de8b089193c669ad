"""The table of parts: what each brings, and the answers that it needs."""

from collections.abc import Sequence

from valuation.domain.questions import BY_ID, UnknownAnswer
from valuation.domain.terms import Part
from valuation.tables.by_category import GENERAL, check_asked, narrowest
from valuation.tables.readings import question_of
from valuation.tables.table import Row, Table

AT_LEAST = ">="  # between a question and the least answer that a part needs


def parts(table: Table, scopes: Sequence[str] = GENERAL) -> tuple[Part, ...]:
    """Parts with the least answers that each needs; the narrowest scope's alone."""
    rows = narrowest(table.rows, scopes, lambda _: "")
    return tuple(Part(row.text("part"), row.whole("share"), _needs(row)) for row in rows)


def _needs(row: Row) -> dict[str, int]:
    """The least level by question, from a cell like ``powers_on erasure>=pending``: a question
    alone needs its best answer."""
    found: dict[str, int] = {}
    for word in row.text("needs").split():
        question_id, least, answer = word.partition(AT_LEAST)
        question = BY_ID[question_of(row, question_id)]
        check_asked(row, question_id)
        percent = question.percent and answer.isdecimal()
        try:
            level = question.level(int(answer) if percent else answer) if least else question.best
        except UnknownAnswer as error:
            raise row.broken(f"needs: {error}") from error
        if question_id in found or not level:
            raise row.broken(f"needs {word}: name a question once, with more than its worst answer")
        found[question_id] = level
    if not found:
        raise row.broken("needs names no question; known: " + ", ".join(BY_ID))
    return found
