"""Answers are completed so that silence never pays, and every level stays within its question."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.making import PHONE, make_answers, make_world
from valuation.domain.answers import (
    CompletedAnswers,
    ImpossibleAnswers,
    best_levels,
    complete,
    effective,
    parse,
    with_answers,
)
from valuation.domain.device import Category
from valuation.domain.questions import (
    BY_ID,
    POSITION,
    QUESTIONS,
    UnknownAnswer,
    UnknownQuestion,
    questions_for,
)

seeds = st.integers(0, 2**32)
REQUIRED = {question.id for question in QUESTIONS if question.required}
FAULTS = [q.id for q in QUESTIONS if len(q.asked_when) == 2]


def completed(category: Category = PHONE, /, **answers: object) -> CompletedAnswers:
    return complete(given=parse(answers=answers, category=category), category=category)


def test_without_answers_everything_is_worst_and_every_required_question_is_missing() -> None:
    silent = completed()
    assert set(silent.levels.values()) == {0}
    # With the power unknown the display and the functions are settled by it.
    assert set(silent.missing) == REQUIRED - {"display_works", "functions_work"}


@pytest.mark.parametrize("question", [q.id for q in QUESTIONS if not q.required])
def test_an_unanswered_optional_question_counts_as_worst_and_is_named(question: str) -> None:
    faulty = make_answers(functions_work="no", **dict.fromkeys(FAULTS, "yes"))
    given_rest = {q: level for q, level in faulty.given.items() if q != question}
    without = complete(given=given_rest, category=PHONE)
    assert without.levels[question] == 0
    assert without.assumed == (question,)
    assert without.missing == ()


@pytest.mark.parametrize("question", sorted(REQUIRED))
def test_an_unanswered_required_question_is_missing_and_counts_as_worst(question: str) -> None:
    best = make_answers().given
    without = complete(given={q: v for q, v in best.items() if q != question}, category=PHONE)
    assert question in without.missing
    assert without.levels[question] == 0


def test_a_phone_without_power_settles_what_can_only_be_seen_with_it() -> None:
    dead = completed(powers_on="no")
    for question in ("display_works", "functions_work", "battery_health", *FAULTS):
        assert dead.levels[question] == 0
        assert question not in (*dead.missing, *dead.assumed)
    assert dead.implied["display_works"] == "powers_on"


def test_working_functions_settle_every_fault_at_its_best() -> None:
    sound = make_answers()
    assert all(sound.levels[fault] == 1 for fault in FAULTS)
    assert {sound.implied[fault] for fault in FAULTS} == {"functions_work"}
    assert sound.assumed == ()


@pytest.mark.parametrize(
    "answers",
    [
        {"powers_on": "no", "battery_health": 90},
        {"powers_on": "no", "display_works": "no"},
        {"powers_on": "no", "cameras_work": "yes"},
        {"powers_on": "yes", "functions_work": "yes", "cameras_work": "no"},
    ],
)
def test_answers_that_contradict_each_other_are_refused(answers: Mapping[str, object]) -> None:
    with pytest.raises(ImpossibleAnswers, match=r"leave .* out or correct"):
        completed(**answers)


@pytest.mark.parametrize("value", ["maybe", 1, True, None, 2.0, "YES", ["yes"], ""])
def test_an_answer_that_is_none_is_refused_with_those_accepted(value: object) -> None:
    with pytest.raises(UnknownAnswer, match="is not one of no, yes"):
        completed(powers_on=value)


@pytest.mark.parametrize("value", [-1, 101, 85.0, "85", True, None])
def test_battery_health_is_a_whole_number_from_0_to_100(value: object) -> None:
    with pytest.raises(UnknownAnswer, match="0 to 100"):
        completed(battery_health=value)


def test_a_question_that_is_not_asked_of_tablets_is_unknown_there() -> None:
    with pytest.raises(UnknownQuestion, match="sim_lock"):
        completed(Category.TABLET, sim_lock="locked")
    assert "sim_lock" not in completed(Category.TABLET).levels


@pytest.mark.parametrize("fault", [{"display_works": "cracked"}, {"display_works": "no"}])
def test_a_cracked_display_overrules_a_better_grade(fault: Mapping[str, object]) -> None:
    cracked = make_answers(cosmetic_grade="A", **fault)
    assert cracked.grade_capped_by == "display_works"
    assert effective(cracked.levels)["cosmetic_grade"] == BY_ID["cosmetic_grade"].level("D")


def test_a_grade_below_the_cap_stands() -> None:
    broken = make_answers(cosmetic_grade="E", display_works="cracked")
    assert broken.grade_capped_by is None
    assert effective(broken.levels)["cosmetic_grade"] == 0


def test_a_grade_that_was_not_given_is_capped_by_nothing() -> None:
    given_rest = {q: v for q, v in make_answers().given.items() if q != "cosmetic_grade"}
    assert complete(given=given_rest, category=PHONE).grade_capped_by is None


def test_other_answers_replace_those_given_and_drop_what_is_no_longer_asked() -> None:
    faulty = make_answers(functions_work="no", cameras_work="no")
    mended = with_answers(faulty, {"functions_work": 1})
    assert "cameras_work" not in mended.given
    assert mended.levels["cameras_work"] == 1


def test_the_order_of_the_answers_changes_nothing() -> None:
    given_levels = dict(make_answers(display_works="cracked", battery_health=83).given)
    backwards = dict(reversed(given_levels.items()))
    one, other = (complete(given=it, category=PHONE) for it in (given_levels, backwards))
    assert one == other
    assert list(one.levels.items()) == list(other.levels.items())


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_every_question_has_a_level_within_its_range_in_the_registrys_order(seed: int) -> None:
    answers = make_world(seed).answers
    assert list(answers.levels) == [question.id for question in questions_for(answers.category)]
    assert list(answers.levels) == sorted(answers.levels, key=POSITION.__getitem__)
    assert all(0 <= level <= BY_ID[q].best for q, level in answers.levels.items())


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_leaving_an_answer_out_never_gives_a_better_level_anywhere(seed: int) -> None:
    world = make_world(seed)
    for question in world.answers.given:
        levels = world.without(question).levels
        assert all(levels[q] <= level for q, level in world.answers.levels.items())


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_a_worse_answer_never_gives_a_better_level_anywhere(seed: int) -> None:
    world = make_world(seed)
    for question, level in world.answers.given.items():
        for worse in {0, max(level - 1, 0)}:
            levels = effective(world.changed(**{question: worse}).levels)
            before = effective(world.answers.levels)
            assert all(levels[q] <= before[q] for q in before)


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_every_question_is_given_implied_assumed_or_missing_and_never_two_of_them(
    seed: int,
) -> None:
    answers = make_world(seed).answers
    named = [*answers.given, *answers.implied, *answers.assumed, *answers.missing]
    # A given answer may be overruled by a parent that nobody answered: then it is implied too.
    overruled = set(answers.given) & set(answers.implied)
    assert set(named) == set(answers.levels)
    assert len(named) == len(set(named)) + len(overruled)


def test_the_best_levels_are_those_of_a_device_without_a_fault() -> None:
    assert best_levels(PHONE) == make_answers().levels
