"""Whatever the value function, the tables and the policy: a worse answer never pays more.

Worlds are drawn from a seed (`making.make_world`): valid terms with random figures, a random value
function that is monotone in every level, random answers.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.making import (
    World,
    Worth,
    closes_resale,
    make_answers,
    make_appraisal,
    make_policy,
    make_terms,
    make_world,
    state_of,
)
from valuation.domain.answers import CompletedAnswers, complete
from valuation.domain.device import Category
from valuation.domain.disposition import FLAGS, Flag, Route, choose
from valuation.domain.explanation import Basis, Line, breakdown, lines
from valuation.domain.pricing import Statistic
from valuation.domain.questions import BEST, BY_ID
from valuation.domain.states import State, layout_of
from valuation.domain.terms import Job, Part, Repairs

PLACE = layout_of(Category.PHONE).place
worlds = st.integers(0, 2**32).map(make_world)
THOROUGH = settings(max_examples=100, deadline=None)


def offer(world: World, answers: CompletedAnswers) -> int:
    return world.appraisal.rounded(state_of(answers))


def worse(world: World) -> Iterator[CompletedAnswers]:
    """Every answer made worse: by one, and to its worst."""
    for question, level in world.answers.given.items():
        for lower in {max(level - 1, 0), level // 2, 0} - {level}:
            yield world.changed(**{question: lower})


def lines_of(world: World, budget: int = 99) -> list[Line]:
    broken_down = breakdown(world.answers, fits=lambda states: len(states) <= budget)
    return lines(broken_down=broken_down, appraisal=world.appraisal, completed=world.answers)


@given(worlds, st.floats(0, 2))
@THOROUGH
def test_what_a_route_brings_lies_between_its_ends(world: World, mean: float) -> None:
    told = world.appraisal.raw
    odd = replace(  # a mean may lie anywhere, beyond p10 and p90 too
        world.appraisal,
        raw=lambda state, stat: int(
            told(state, stat) * (mean if stat is Statistic.EXPECTED else 1)
        ),
    )
    for appraisal in (world.appraisal, odd):
        for each in appraisal.routes(state_of(world.answers)):
            assert each.low <= each.expected <= each.high


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
    before = {route.route: route.offer for route in world.routes}
    for answers in worse(world):
        for route in world.appraisal.routes(state_of(answers)):
            assert route.offer <= before[route.route]


@given(worlds)
@THOROUGH
def test_the_offer_is_what_the_best_open_route_pays(world: World) -> None:
    routes = world.routes
    assert world.appraisal.offer(state_of(world.answers)) == max(r.offer for r in routes)
    assert offer(world, world.answers) % world.appraisal.terms.policy.step == 0


@given(worlds)
@THOROUGH
def test_the_chosen_route_is_the_best_that_the_gates_allow(world: World) -> None:
    shut = world.appraisal.terms.gates.closed(world.answers.levels)
    routes = [r for r in world.routes if r.route is not Route.REFUSE]
    possible = [route.expected for route in routes if route.route not in shut]
    chosen = choose(world.routes)
    assert chosen.route not in shut
    assert chosen.expected == max(possible, default=0)


@given(worlds)
@THOROUGH
def test_a_routes_expected_value_is_the_sum_of_its_parts(world: World) -> None:
    for route in world.routes:
        assert sum(amount for _, amount in route.parts) == route.expected


@given(worlds, st.integers(1, 40))
@THOROUGH
def test_the_lines_sum_to_the_rounded_offer_however_they_are_grouped(
    world: World, budget: int
) -> None:
    shown = lines_of(world, budget)
    assert sum(line.amount for line in shown) == offer(world, world.answers)
    assert -world.appraisal.terms.policy.step < shown[-1].amount <= 0
    assert shown[-1].code == "rounding"


@given(worlds, st.integers(1, 40))
@THOROUGH
def test_no_line_adds_to_the_offer_but_the_first(world: World, budget: int) -> None:
    assert all(line.amount <= 0 for line in lines_of(world, budget)[1:])


@given(worlds)
@THOROUGH
def test_a_line_says_sales_only_where_no_table_had_a_part_in_it(world: World) -> None:
    taught, levels = world.appraisal.tariff.taught, world.answers.levels
    for line in lines_of(world)[1:-1]:
        if line.code in BY_ID and line.basis is Basis.SALES:
            assert taught[line.code].holds(levels[line.code])
            assert taught[line.code].holds(BEST[line.code])
            assert world.appraisal.offered_by(state_of(world.answers)) is Route.AS_IS


def test_a_fault_that_is_repaired_has_its_price_from_a_table() -> None:
    repairs = Repairs({("display_works", ""): ((1, Job(30_000)),)})
    worth = Worth(losses={"display_works": 90_000})
    appraisal = make_appraisal(make_terms(repairs=repairs), worth)
    world = World(0, appraisal, make_answers(display_works="cracked", cosmetic_grade="B"))
    shown = {line.code: (line.basis, line.amount) for line in lines_of(world)}
    # Every question was taught, yet 300.00 less a tenth is what the repair costs.
    assert shown["display_works"] == (Basis.TABLE, -27_000)
    assert shown["best_condition"][0] is Basis.SALES


def test_two_flaws_that_together_cost_less_than_apart_share_what_they_save() -> None:
    """The worked example of ADR 6; amounts in fen."""

    def worth(state: State, _: Statistic) -> int:
        grade, sound = state[PLACE["cosmetic_grade"]], state[PLACE["audio_works"]]
        # A dead speaker takes 200.00, grade B 100.00; both together 240.00, not 300.00.
        return {(True, True): 100_000, (False, True): 90_000, (True, False): 80_000}.get(
            (grade == BEST["cosmetic_grade"], sound == BEST["audio_works"]), 76_000
        )

    appraisal = make_appraisal(make_terms(policy=make_policy(margin=0)), worth)
    answers = make_answers(functions_work="no", audio_works="no", cosmetic_grade="B")
    shown = {line.code: line.amount for line in lines_of(World(0, appraisal, answers))}
    # Alone the grade takes 100.00, after the speaker 40.00: 70.00. That 200.00 or 140.00: 170.00.
    assert shown == {
        "best_condition": 100_000, "functions_work": 0, "audio_works": -17_000,
        "cosmetic_grade": -7_000, "rounding": 0,
    }  # fmt: skip


def test_where_only_parts_are_paid_for_one_line_carries_the_difference() -> None:
    parts = (Part("display", 2000, {"display_works": 2}),)
    appraisal = make_appraisal(make_terms(parts=parts), Worth(losses={"powers_on": 200_000}))
    world = World(0, appraisal, make_answers(activation_lock="on", cosmetic_grade="C"))
    shown = [(line.code, line.amount) for line in lines_of(world)]
    # 90% of the cautious 1,600.00, and of a fifth of that for the display.
    assert shown == [("best_condition", 144_000), ("route", -115_200), ("rounding", 0)]


@given(worlds, st.randoms())
@THOROUGH
def test_the_order_of_the_answers_changes_nothing(world: World, random: Random) -> None:
    shuffled = list(world.answers.given.items())
    random.shuffle(shuffled)
    again = World(
        world.seed, world.appraisal, complete(given=dict(shuffled), category=world.answers.category)
    )
    assert lines_of(again) == lines_of(world)
    assert again.routes == world.routes


@given(worlds)
@THOROUGH
def test_no_route_pays_more_than_what_the_margin_leaves_of_its_net_value(world: World) -> None:
    policy = world.appraisal.terms.policy
    for route in world.routes:
        # The expected value starts from a higher figure than the offer does.
        most = max(policy.margin.paid(route.expected), policy.goodwill.get(route.route, 0))
        assert route.offer <= most


@pytest.mark.parametrize("part", range(4))
def test_a_hazard_a_lock_or_a_listing_is_never_resold(part: int) -> None:
    """Two thousand devices here; `python -m tests.domain.many_devices` tries a million."""
    for seed in range(500 * part, 500 * part + 500):
        world = make_world(seed)
        if closes_resale(world.answers.levels):
            chosen = choose(world.routes)
            assert FLAGS[chosen.route] is not Flag.RESALE
