"""The table of parts: what each part needs, in words of the questions."""

from datetime import date
from pathlib import Path

import pytest

from tests.domain.making import make_answers, make_appraisal, make_terms
from tests.tables.making import make_table
from valuation.domain.answers import CompletedAnswers, complete
from valuation.domain.device import Category
from valuation.tables.book import load_book
from valuation.tables.by_category import bringing
from valuation.tables.parts import parts
from valuation.tables.table import BrokenTable, read_table

DAY = date(2026, 11, 27)
BOARD = {Category.PHONE: 500, Category.TABLET: 500, Category.LAPTOP: 800}
HEADER = "part,needs,share,low,high,source"


def brought(answers: CompletedAnswers) -> int:
    """Basis points of the whole device that its parts bring under the shipped table."""
    sold = parts(load_book().table("parts", DAY), bringing(answers.category.value))
    tariff = make_appraisal(make_terms(parts=sold), category=answers.category).tariff
    return tariff.assess(tariff.layout.state(answers.levels)).parts


@pytest.mark.parametrize("category", BOARD)
@pytest.mark.parametrize(
    ("question", "answer", "lost"),
    [
        ("erasure", "impossible", True),
        ("erasure", "pending", False),
        ("mdm", "enrolled", True),
        ("activation_lock", "on", True),
        ("cosmetic_grade", "E", False),
    ],
)
def test_a_board_is_sold_of_a_device_that_is_free_and_whose_data_can_be_erased(
    category: Category, question: str, answer: str, lost: bool
) -> None:
    whole = brought(make_answers(category))
    left = brought(make_answers(category, **{question: answer}))
    assert whole - left == (BOARD[category] if lost else 0)


def test_of_a_dead_device_and_of_one_of_which_erasure_is_not_told_no_board_is_sold() -> None:
    for category, board in BOARD.items():
        # The battery's safety is the one thing that can be seen of a part in a dead device.
        battery = 200 if category is Category.LAPTOP else 100
        assert brought(make_answers(category, powers_on="no")) == battery
        sound = make_answers(category)
        told = {question: level for question, level in sound.given.items() if question != "erasure"}
        assert brought(sound) - brought(complete(given=told, category=category)) == board


def test_a_question_alone_needs_its_best_answer_as_it_did_before(tmp_path: Path) -> None:
    rows = ("board,erasure,500,1,900,x", "shell,battery_health>=80 sim_lock,90,1,900,x")
    board, shell = parts(read_table(make_table(tmp_path, HEADER, *rows, table="parts")))
    assert board.needs == {"erasure": 2}
    assert shell.needs == {"battery_health": 80, "sim_lock": 1}


@pytest.mark.parametrize(
    ("needs", "says"),
    [
        ("", "needs names no question; known: powers_on"),
        ("erasur>=pending", "unknown question 'erasur'"),
        ("erasure>=soon", "'soon' is not one of impossible, pending, done"),
        ("erasure>=", "'' is not one of"),
        ("battery_health>=101", "a whole number from 0 to 100"),
        ("mdm erasure mdm", "needs mdm: name a question once"),
        ("erasure>=impossible", "with more than its worst answer"),
    ],
)
def test_a_need_that_says_nothing_is_refused_when_the_table_is_loaded(
    tmp_path: Path, needs: str, says: str
) -> None:
    make_table(tmp_path, HEADER, f"board,{needs},500,1,900,x", table="parts")
    with pytest.raises(BrokenTable, match=f"parts.csv, line 9: .*{says}"):
        load_book(tmp_path)
