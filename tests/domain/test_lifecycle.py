"""The life of a quote: every stage with every step, amounts, conditions and roles."""

from dataclasses import replace

import pytest

from tests.domain.lives import (
    AMOUNT,
    ANSWER,
    BETTER,
    CLERK,
    CUSTOMER,
    HAZARD,
    ISSUED,
    LOWER,
    MINUTE,
    PHOTO,
    TILL,
    Try,
    attempt,
    confirmed,
    counter_offered,
    countered,
    erased,
    life_in,
    make_life,
    make_opening,
    make_try,
    overridden,
    refused,
    reversal,
    soon,
    then,
)
from valuation.domain.disposition import Flag, Route
from valuation.domain.happened import (
    Completion,
    ConditionMet,
    Consent,
    Detail,
    Kind,
    Opening,
    Settlement,
)
from valuation.domain.inspection import Confirmed
from valuation.domain.life import Life
from valuation.domain.lifecycle import fold, take
from valuation.domain.moves import Stage, Step
from valuation.domain.records import CLOCK, Actor, BadRecord
from valuation.domain.refusals import SENTENCES, IllegalStep, Refusal
from valuation.domain.reversals import Rerouting, Reversal, ReversalReason

# Stage, then for steps where they lead (:) or the code that refuses them (!); * is the rest.
TABLE = """
offered            | accept: accepted; decline: declined; withdraw: withdrawn; override: offered
                   | appraise ! not_referred; * ! not_accepted
indicative         | decline: declined; withdraw: withdrawn; * ! indicative
valued             | * ! no_offer
referred           | appraise: offered; * ! referred
accepted           | receive: received; decline: declined; override: accepted
                   | accept withdraw ! already_accepted; complete deliver reverse ! not_settled
                   | appraise ! not_referred; * ! not_received
received           | inspect: inspected; decline_return: declined_return; override: received
                   | accept withdraw ! already_accepted; decline ! device_here
                   | receive ! already_received; decline_recycling ! not_counter_offered
                   | show settle ! not_inspected; return recycle ! not_declined
                   | appraise ! not_referred
                   | complete deliver reverse ! not_settled
inspected          | show: inspected; settle: settled; override: inspected
                   | decline_return: declined_return; accept withdraw ! already_accepted
                   | decline ! device_here; receive ! already_received; inspect ! already_inspected
                   | decline_recycling ! not_counter_offered; return recycle ! not_declined
                   | complete deliver reverse ! not_settled
                   | appraise ! not_referred
counter_offered    | accept: counter_accepted; override: counter_offered
                   | decline_return: declined_return; decline_recycling: declined_recycling
                   | withdraw ! already_accepted; decline ! device_here; receive ! already_received
                   | inspect ! already_inspected; show settle ! counter_offer_open
                   | return recycle ! not_declined; complete deliver reverse ! not_settled
                   | appraise ! not_referred
counter_accepted   | show: counter_accepted; settle: settled; override: counter_accepted
                   | decline_return: declined_return; accept withdraw ! already_accepted
                   | decline ! device_here; receive ! already_received; inspect ! already_inspected
                   | decline_recycling ! not_counter_offered; return recycle ! not_declined
                   | complete deliver reverse ! not_settled
                   | appraise ! not_referred
settled            | reverse: reversed; deliver ! nothing_given; complete ! recycled_unerased
                   | * ! already_settled
reversed           | reverse: settled; * ! already_reversed
declined           | * ! already_declined
withdrawn          | * ! withdrawn
expired            | * ! quote_expired
lapsed             | * ! received_late
declined_return    | return: returned; * ! to_be_returned
declined_recycling | recycle: recycled; * ! to_be_recycled
returned           | * ! already_returned
recycled           | * ! already_recycled
"""


def read_table(sign: str) -> list[tuple[Stage, Step, str]]:
    """The table's pairs with ``:`` or with ``!``, each with its result."""
    rows: list[tuple[Stage, Step, str]] = []
    named: set[tuple[Stage, Step]] = set()
    stage = Stage.OFFERED
    for line in TABLE.strip().splitlines():
        name, cells = line.split("|")
        stage = Stage(name.strip()) if name.strip() else stage
        for cell in cells.split(";"):
            *words, result = cell.replace(":", " :").split()
            rest = [step for step in Step if (stage, step) not in named]
            steps = rest if words[0] == "*" else [Step(word) for word in words[:-1]]
            named |= {(stage, step) for step in steps}
            rows += [(stage, step, result) for step in steps if words[-1] == sign]
    return rows


LEADS, REFUSES = read_table(":"), read_table("!")


def test_the_table_covers_every_stage_with_every_step_once() -> None:
    pairs = [(stage, step) for stage, step, _ in (*LEADS, *REFUSES)]
    assert len(pairs) == len(set(pairs)) == len(Stage) * len(Step)


@pytest.mark.parametrize(("stage", "step", "result"), LEADS)
def test_a_legal_step_leads_where_the_table_says(stage: Stage, step: Step, result: str) -> None:
    life = life_in(stage, conditions=(HAZARD,) if step is Step.SHOW else ())
    assert life.stage is stage
    assert then(life, step).stage == result


@pytest.mark.parametrize(("stage", "step", "code"), REFUSES)
def test_every_other_step_is_refused_with_its_code(stage: Stage, step: Step, code: str) -> None:
    life = life_in(stage)
    assert life.stage is stage
    assert refused(life, make_try(step, life), at=soon(life)) == code


def test_every_code_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Refusal)


def test_a_quote_runs_from_offer_to_settlement() -> None:
    life = then(make_life(), Step.ACCEPT, Step.RECEIVE, Step.INSPECT, Step.SETTLE)
    kinds = ["offered", "accepted", "received", "inspected", "settled"]
    assert [event.kind for event in life.events] == kinds
    assert life.amount == AMOUNT


def test_a_quote_runs_over_a_counter_offer_to_settlement() -> None:
    life = counter_offered(make_life(conditions=(HAZARD,)))
    assert (life.amount, life.answer_by) == (LOWER, life.events[-1].at + ANSWER)
    settled = then(life, Step.ACCEPT, Step.SHOW, Step.SETTLE)
    assert (settled.stage, settled.amount) == (Stage.SETTLED, LOWER)


def test_nothing_is_paid_on_an_open_route_and_on_none_nothing_is_agreed() -> None:
    life = counter_offered(make_life(), 0)
    at, settled = soon(life), Settlement(flag=Flag.NONE)
    take(life=life, step=Step.ACCEPT, actor=CLERK, now=at, route=Route.DISMANTLE)
    for step, code in (
        (Step.ACCEPT, Refusal.DEVICE_REFUSED), (Step.DECLINE_RECYCLING, Refusal.GOES_BACK)
    ):  # fmt: skip
        with pytest.raises(IllegalStep) as caught:
            take(life=life, step=step, actor=CLERK, now=at, route=Route.REFUSE)
        assert caught.value.code is code
    agreed = then(life, Step.ACCEPT)
    nowhere = Try(step=Step.SETTLE, detail=settled)
    assert refused(agreed, nowhere, at=soon(agreed)) is Refusal.DEVICE_REFUSED


def test_what_was_settled_is_taken_back_and_the_money_stays_as_it_was_paid() -> None:
    settled = life_in(Stage.SETTLED)
    back = then(settled, Step.REVERSE)
    assert (back.stage, back.amount, back.rerouted) == (Stage.REVERSED, AMOUNT, None)
    assert refused(back, make_try(Step.REVERSE, settled), at=soon(back)) is Refusal.ALREADY_REVERSED
    again = then(back, Step.REVERSE)
    assert (again.stage, again.amount, again.rerouted) == (Stage.SETTLED, AMOUNT, Route.DISMANTLE)
    straight = then(settled, Try(step=Step.REVERSE, detail=reversal(back)))
    assert (straight.stage, straight.rerouted) == (Stage.SETTLED, Route.DISMANTLE)


def test_what_was_settled_goes_its_way_once_and_again_once_it_came_back() -> None:
    settled = life_in(Stage.SETTLED)
    assert refused(settled, make_try(Step.COMPLETE, settled), at=soon(settled)) is (
        Refusal.RECYCLED_UNERASED
    )
    gone = then(erased(settled), Step.COMPLETE)
    assert (gone.stage, gone.completed, gone.amount) == (Stage.SETTLED, Route.DISMANTLE, AMOUNT)
    assert refused(gone, make_try(Step.COMPLETE, gone), at=soon(gone)) is Refusal.ALREADY_COMPLETED
    back = then(gone, Step.REVERSE)
    assert back.completed is None
    assert refused(back, make_try(Step.COMPLETE, back), at=soon(back)) is Refusal.ALREADY_REVERSED
    assert then(back, Step.REVERSE, Step.COMPLETE).completed is Route.DISMANTLE


def test_what_keeps_nobodys_data_goes_without_a_record() -> None:
    kind = make_opening()
    assert isinstance(kind.detail, Opening)
    plain = replace(kind, detail=replace(kind.detail, holds_data=False))
    life = then(fold(events=[plain]), Step.ACCEPT, Step.RECEIVE, Step.INSPECT)
    settled = then(life, Try(step=Step.SETTLE, detail=Settlement(flag=Flag.RESALE)))
    resold = Try(step=Step.COMPLETE, detail=Completion(route=Route.AS_IS))
    assert then(settled, resold).completed is Route.AS_IS


def test_what_was_taken_back_is_not_resold_before_its_erasure() -> None:
    settled = life_in(Stage.SETTLED)
    resold = Rerouting(reason=ReversalReason.ROUTED_ELSEWHERE, route=Route.AS_IS)
    this = Try(step=Step.REVERSE, detail=resold)
    assert refused(settled, this, at=soon(settled)) is Refusal.NOT_ERASED
    with pytest.raises(BadRecord, match="nowhere"):
        replace(resold, route=Route.REFUSE)
    with pytest.raises(BadRecord, match="new route"):
        Reversal(reason=ReversalReason.ROUTED_ELSEWHERE)


@pytest.mark.parametrize("actor", [CLERK, CUSTOMER])
def test_a_manager_or_the_shops_system_takes_back_and_nobody_else(actor: Actor) -> None:
    settled = life_in(Stage.SETTLED)
    this = make_try(Step.REVERSE, settled)
    with pytest.raises(IllegalStep) as caught:
        attempt(settled, this, at=soon(settled), actor=actor)
    assert caught.value.code is Refusal.NOT_THIS_ROLE
    assert attempt(settled, this, at=soon(settled), actor=TILL).stage is Stage.REVERSED


def test_who_did_what_when_and_by_what_evidence_is_kept() -> None:
    life = make_life()
    accepted = attempt(life, Try(step=Step.ACCEPT), at=ISSUED + MINUTE, actor=CUSTOMER)
    received = attempt(
        accepted, Try(step=Step.RECEIVE, evidence=(PHOTO,)), at=ISSUED + 2 * MINUTE, actor=CLERK
    )
    event = received.last(Kind.RECEIVED)
    assert event is not None
    assert (event.actor, event.at, event.evidence) == (CLERK, ISSUED + 2 * MINUTE, (PHOTO,))
    assert received.last(Kind.SETTLED) is None


def test_the_customer_accepts_the_amount_that_they_saw() -> None:
    stale = Try(step=Step.ACCEPT, detail=Consent(amount=AMOUNT))
    lowered = then(make_life(), Step.OVERRIDE)
    assert refused(lowered, stale, at=soon(lowered)) is Refusal.OTHER_AMOUNT
    assert attempt(make_life(), stale, at=ISSUED).stage is Stage.ACCEPTED


def test_an_inspection_speaks_of_the_amount_that_was_agreed() -> None:
    life = then(make_life(), Step.ACCEPT, Step.RECEIVE)
    raised = then(life, Step.OVERRIDE)
    for found in (confirmed(life), countered(life)):
        this = Try(step=Step.INSPECT, detail=found)
        assert refused(raised, this, at=soon(raised)) is Refusal.OTHER_AMOUNT


def test_a_better_device_raises_the_amount_without_anybody_being_asked() -> None:
    life = then(make_life(), Step.ACCEPT, Step.RECEIVE)
    found = Confirmed(agreed=AMOUNT, amount=AMOUNT + 900, changes=(BETTER,), conditions=())
    settled = then(life, Try(step=Step.INSPECT, detail=found), Step.SETTLE)
    assert (settled.stage, settled.amount) == (Stage.SETTLED, AMOUNT + 900)


def test_settlement_waits_until_each_condition_is_shown() -> None:
    depending = make_life(conditions=(HAZARD, "in_person"))
    life = then(depending, Step.ACCEPT, Step.RECEIVE, Step.INSPECT)
    early = Refusal.SETTLEMENT_BEFORE_CONDITIONS
    assert refused(life, make_try(Step.SETTLE, life), at=soon(life)) is early
    erased = then(life, Step.SHOW)
    assert erased.unmet == ("in_person",)
    with pytest.raises(IllegalStep, match="what has not been shown: in_person"):
        then(erased, Step.SETTLE)
    other = Try(step=Step.SHOW, detail=ConditionMet(condition="in_person"), evidence=(PHOTO,))
    assert then(erased, other, Step.SETTLE).stage is Stage.SETTLED


def test_a_condition_is_shown_once_with_evidence_and_only_where_there_is_one() -> None:
    life = life_in(Stage.INSPECTED, conditions=(HAZARD,))
    bare = Try(step=Step.SHOW, detail=ConditionMet(condition=HAZARD))
    assert refused(life, bare, at=soon(life)) is Refusal.EVIDENCE_MISSING
    other = Try(step=Step.SHOW, detail=ConditionMet(condition="other"), evidence=(PHOTO,))
    said = f"not depend on other; it depends on: {HAZARD}"
    with pytest.raises(IllegalStep, match=said) as caught:
        then(life, other)
    assert caught.value.code is Refusal.NO_SUCH_CONDITION
    shown = then(life, Step.SHOW)
    again = make_try(Step.SHOW, shown)
    assert refused(shown, again, at=soon(shown)) is Refusal.CONDITION_ALREADY_MET


def test_an_inspection_says_what_settlement_depends_on_for_the_device_as_found() -> None:
    life = then(make_life(), Step.ACCEPT, Step.RECEIVE)
    found = replace(countered(life), conditions=(HAZARD,))
    agreed = then(life, Try(step=Step.INSPECT, detail=found), Step.ACCEPT)
    assert agreed.unmet == (HAZARD,)


def test_an_inspection_without_a_change_cannot_drop_a_condition() -> None:
    life = then(make_life(conditions=(HAZARD,)), Step.ACCEPT, Step.RECEIVE)
    found = replace(confirmed(life), conditions=())
    with pytest.raises(BadRecord, match="settlement depends on what it did"):
        then(life, Try(step=Step.INSPECT, detail=found))


def test_overrides_move_the_amount_down_before_acceptance_and_up_after_it() -> None:
    lowered = then(make_life(), Step.OVERRIDE)
    assert (lowered.amount, lowered.adjustment, lowered.overridden) == (AMOUNT - 500, -500, 500)
    raised = then(lowered, Step.ACCEPT, Step.OVERRIDE)
    assert (raised.amount, raised.adjustment, raised.overridden) == (AMOUNT, 0, 1000)
    up, down = overridden(lowered, 500), overridden(raised, -500)
    before, after = (Try(step=Step.OVERRIDE, detail=detail) for detail in (up, down))
    too_early, too_late = (
        refused(lowered, before, at=soon(lowered)),
        refused(raised, after, at=soon(raised)),
    )
    assert too_early is Refusal.OVERRIDE_UP_BEFORE_ACCEPTANCE
    assert too_late is Refusal.OVERRIDE_DOWN_AFTER_ACCEPTANCE


def test_a_raised_counter_offer_keeps_its_deadline() -> None:
    life = counter_offered(make_life())
    assert then(life, Step.OVERRIDE).answer_by == life.answer_by


@pytest.mark.parametrize("standing", [make_life(), then(make_life(), Step.ACCEPT)])
def test_an_override_that_was_made_of_another_standing_is_no_record(standing: Life) -> None:
    moved = then(standing, Step.OVERRIDE)
    stale = Try(step=Step.OVERRIDE, detail=make_try(Step.OVERRIDE, standing).detail)
    assert refused(moved, stale, at=soon(moved)) is Refusal.OTHER_AMOUNT
    this = make_try(Step.OVERRIDE, moved)
    with pytest.raises(BadRecord, match="whoever overrides takes the step"):
        attempt(moved, this, at=soon(moved), actor=CLERK)
    assert isinstance(this.detail, type(overridden(moved, 1)))
    with pytest.raises(BadRecord, match="people have moved 500 before, not 0"):
        then(moved, replace(this, detail=replace(this.detail, overridden=0)))


@pytest.mark.parametrize("stage", list(Stage))
def test_the_clock_takes_no_step(stage: Stage) -> None:
    life = life_in(stage)
    for step in Step:
        with pytest.raises(IllegalStep):
            attempt(life, make_try(step, life), at=soon(life), actor=CLOCK)


def test_the_customer_only_accepts_and_declines() -> None:
    allowed: set[Step] = set()
    for stage in Stage:
        life = life_in(stage)
        for step in Step:
            try:
                attempt(life, make_try(step, life), at=soon(life), actor=CUSTOMER)
            except IllegalStep:
                continue
            allowed.add(step)
    declines = {Step.DECLINE, Step.DECLINE_RETURN, Step.DECLINE_RECYCLING}
    assert allowed == {Step.ACCEPT, *declines}


def test_a_shops_system_does_what_its_people_do_but_no_override() -> None:
    life = make_life()
    by_till = refused(life, make_try(Step.OVERRIDE, life), at=ISSUED, actor=TILL)
    assert by_till is Refusal.NOT_THIS_ROLE
    assert attempt(life, Try(step=Step.WITHDRAW), at=ISSUED, actor=TILL).stage is Stage.WITHDRAWN


@pytest.mark.parametrize(
    ("step", "detail"),
    [(Step.ACCEPT, ConditionMet(condition=HAZARD)), (Step.WITHDRAW, Consent(amount=AMOUNT))],
)
def test_a_step_with_what_belongs_to_another_is_no_record(step: Step, detail: Detail) -> None:
    with pytest.raises(BadRecord, match="does not go with"):
        attempt(make_life(), Try(step=step, detail=detail), at=ISSUED)


def test_an_inspection_needs_a_verdict() -> None:
    with pytest.raises(BadRecord, match="does not go with NoneType"):
        then(life_in(Stage.RECEIVED), Try(step=Step.INSPECT))
