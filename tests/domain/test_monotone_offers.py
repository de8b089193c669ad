"""Whatever the value function, the tables and the policy: a worse answer never pays more.

Worlds are drawn from a seed (`making.make_world`): valid terms with random figures, a random value
function that is monotone in every level, random answers.
"""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.making import UNPRICED, World, make_world
from valuation.domain.answers import CompletedAnswers, complete
from valuation.domain.disposition import FLAGS, Flag, Route, choose
from valuation.domain.explanation import Basis, Line, lines, path
from valuation.domain.money import BASIS_POINTS
from valuation.domain.questions import BY_ID

worlds = st.integers(0, 2**32).map(make_world)
THOROUGH = settings(max_examples=100, deadline=None)


def offer(world: World, answers: CompletedAnswers) -> int:
    return world.appraisal.rounded(answers.levels)


def worse(world: World) -> Iterator[CompletedAnswers]:
    """Every answer made worse: by one, and to its worst."""
    for question, level in world.answers.given.items():
        for lower in {max(level - 1, 0), level // 2, 0} - {level}:
            yield world.changed(**{question: lower})


def lines_of(world: World, budget: int = 99) -> list[Line]:
    steps = path(world.answers, fits=lambda taken: len(taken) <= budget)
    return lines(steps=steps, appraisal=world.appraisal, completed=world.answers)


@given(worlds)
@THOROUGH
def test_a_worse_answer_never_raises_the_offer(world: World) -> None:
    before = offer(world, world.answers)
    assert all(offer(world, answers) <= before for answers in worse(world))


@given(worlds)
@THOROUGH
def test_leaving_an_answer_out_never_raises_the_offer(world: World) -> None:
    before = offer(world, world.answers)
    assert all(offer(world, world.without(q)) <= before for q in world.answers.given)


@given(worlds)
@THOROUGH
def test_a_worse_answer_never_raises_what_any_open_route_pays(world: World) -> None:
    before = {route.route: route.offer for route in world.appraisal.routes(world.answers.levels)}
    for answers in worse(world):
        for route in world.appraisal.routes(answers.levels):
            assert route.offer <= before[route.route]


@given(worlds)
@THOROUGH
def test_the_offer_is_what_the_best_open_route_pays(world: World) -> None:
    routes = world.appraisal.routes(world.answers.levels)
    assert world.appraisal.offer(world.answers.levels) == max(r.offer for r in routes)
    assert offer(world, world.answers) % world.appraisal.terms.policy.step == 0


@given(worlds)
@THOROUGH
def test_the_chosen_route_is_the_best_that_the_gates_allow(world: World) -> None:
    levels = world.answers.levels
    shut = world.appraisal.terms.gates.closed(levels)
    routes = [r for r in world.appraisal.routes(levels) if r.route is not Route.REFUSE]
    possible = [route.expected for route in routes if route.route not in shut]
    chosen = choose(world.appraisal.routes(levels))
    assert chosen.route not in shut
    assert chosen.expected == max(possible, default=0)


@given(worlds)
@THOROUGH
def test_a_routes_expected_value_is_the_sum_of_its_parts(world: World) -> None:
    for route in world.appraisal.routes(world.answers.levels):
        assert sum(amount for _, amount in route.parts) == route.expected


@given(worlds, st.integers(1, 12))
@THOROUGH
def test_the_lines_sum_to_the_rounded_offer_however_they_are_grouped(
    world: World, budget: int
) -> None:
    shown = lines_of(world, budget)
    assert sum(line.amount for line in shown) == offer(world, world.answers)
    assert -world.appraisal.terms.policy.step < shown[-1].amount <= 0
    assert shown[-1].code == "rounding"


@given(worlds, st.integers(1, 12))
@THOROUGH
def test_no_line_adds_to_the_offer_but_the_first(world: World, budget: int) -> None:
    assert all(line.amount <= 0 for line in lines_of(world, budget)[1:])


@given(worlds, st.integers(1, 12))
@THOROUGH
def test_a_line_says_table_as_soon_as_an_untaught_answer_is_in_it(
    world: World, budget: int
) -> None:
    steps = path(world.answers, fits=lambda taken: len(taken) <= budget)
    shown = {line.code: line.basis for line in lines_of(world, budget)[1:-1]}
    for step in steps[1:]:
        priced = {question for question in step.questions if BY_ID[question].priced}
        expected = Basis.SALES if priced <= world.appraisal.taught.keys() else Basis.TABLE
        assert shown.get(step.code, Basis.GATE) is (expected if priced else Basis.GATE)


@given(worlds, st.randoms())
@THOROUGH
def test_the_order_of_the_answers_changes_nothing(world: World, random: Random) -> None:
    shuffled = list(world.answers.given.items())
    random.shuffle(shuffled)
    again = World(
        world.seed, world.appraisal, complete(given=dict(shuffled), category=world.answers.category)
    )
    assert lines_of(again) == lines_of(world)
    assert again.appraisal.routes(again.answers.levels) == world.appraisal.routes(
        world.answers.levels
    )


@given(worlds)
@THOROUGH
def test_more_margin_never_pays_more_and_no_margin_pays_no_more_than_the_net(
    world: World,
) -> None:
    levels, policy = world.answers.levels, world.appraisal.terms.policy
    kept = BASIS_POINTS - policy.margin
    for route in world.appraisal.routes(levels):
        # The expected value starts from a higher figure than the offer does.
        most = max(route.expected * kept // BASIS_POINTS, policy.goodwill.get(route.route, 0), 0)
        assert route.offer <= most


@pytest.mark.parametrize("part", range(4))
def test_a_hazard_a_lock_or_a_listing_is_never_resold(part: int) -> None:
    """Two thousand devices here; `python -m tests.domain.many_devices` tries a million."""
    for seed in range(500 * part, 500 * part + 500):
        world = make_world(seed)
        if any(world.answers.levels[question] == 0 for question in UNPRICED):
            chosen = choose(world.appraisal.routes(world.answers.levels))
            assert FLAGS[chosen.route] is not Flag.RESALE
