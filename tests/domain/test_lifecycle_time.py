"""Deadlines: their own instant is in time, the next microsecond is not."""

from datetime import datetime, timedelta

import pytest

from tests.domain.lives import (
    CLERK,
    INSTANT,
    ISSUED,
    RECEIVE,
    VALID,
    Try,
    attempt,
    counter_offered,
    life_in,
    make_life,
    make_try,
    refused,
    then,
)
from valuation.domain.happened import Kind
from valuation.domain.lifecycle import (
    apply,
    as_at,
    followed,
    take,
)
from valuation.domain.moves import Stage, Step
from valuation.domain.records import CLOCK, BadRecord
from valuation.domain.refusals import Refusal


@pytest.mark.parametrize("after", [VALID, VALID - INSTANT])
def test_an_offer_is_accepted_up_to_the_instant_until_which_it_is_valid(after: timedelta) -> None:
    assert attempt(make_life(), Try(step=Step.ACCEPT), at=ISSUED + after).stage is Stage.ACCEPTED


@pytest.mark.parametrize("kind", [Kind.OFFERED, Kind.INDICATIVE])
def test_an_expired_quote_cannot_be_accepted(kind: Kind) -> None:
    at = ISSUED + VALID + INSTANT
    assert refused(make_life(kind), Try(step=Step.ACCEPT), at=at) is Refusal.QUOTE_EXPIRED


def test_received_at_its_receive_by_instant_is_in_time() -> None:
    life = then(make_life(), Step.ACCEPT)
    assert life.receive_by == life.events[-1].at + RECEIVE
    assert attempt(life, Try(step=Step.RECEIVE), at=life.receive_by).stage is Stage.RECEIVED


def test_received_late_needs_a_new_quote_and_the_pin_is_gone() -> None:
    life = then(make_life(), Step.ACCEPT)
    assert life.receive_by is not None
    late = life.receive_by + INSTANT
    assert refused(life, Try(step=Step.RECEIVE), at=late) is Refusal.RECEIVED_LATE
    assert not as_at(life=life, now=late).pinned


def test_a_device_received_in_time_stays_pinned_whatever_has_expired_since() -> None:
    life = then(make_life(), Step.ACCEPT, Step.RECEIVE)
    years_later = ISSUED + timedelta(days=1000)
    assert as_at(life=life, now=years_later).pinned
    assert attempt(life, make_try(Step.INSPECT, life), at=years_later).stage is Stage.INSPECTED


def test_a_counter_offer_is_accepted_up_to_its_answer_by_instant() -> None:
    life = counter_offered(make_life())
    assert life.answer_by is not None
    assert attempt(life, Try(step=Step.ACCEPT), at=life.answer_by).stage is Stage.COUNTER_ACCEPTED


def test_silence_after_a_counter_offer_is_return_and_never_a_sale() -> None:
    life = counter_offered(make_life())
    assert life.answer_by is not None
    silent = life.answer_by + INSTANT
    assert as_at(life=life, now=silent).stage is Stage.DECLINED_RETURN
    for step in set(Step) - {Step.RETURN}:
        assert refused(life, make_try(step, life), at=silent) is Refusal.TO_BE_RETURNED
    returned = attempt(life, Try(step=Step.RETURN), at=silent)
    assert [event.kind for event in returned.events[-2:]] == [Kind.UNANSWERED, Kind.RETURNED]


def test_what_time_did_is_recorded_by_the_clock_at_the_deadline_before_the_next_step() -> None:
    life = counter_offered(make_life())
    assert life.answer_by is not None
    noticed = [
        take(life=life, step=Step.RETURN, actor=CLERK, now=life.answer_by + after)[0]
        for after in (INSTANT, timedelta(days=90))
    ]
    assert noticed[0] == noticed[1]
    assert (noticed[0].actor, noticed[0].at) == (CLOCK, life.answer_by)


@pytest.mark.parametrize("stage", [Stage.OFFERED, Stage.ACCEPTED, Stage.COUNTER_OFFERED])
def test_what_time_does_it_does_once(stage: Stage) -> None:
    life = life_in(stage)
    assert life.deadline is not None
    late = life.deadline + INSTANT
    once = as_at(life=life, now=late)
    assert as_at(life=once, now=late + timedelta(days=99)) == once
    assert followed(life=once, now=late) is None
    event = followed(life=life, now=late)
    assert event is not None
    assert apply(life=life, event=event) == once
    assert as_at(life=life, now=life.deadline) == life


def test_a_clock_that_is_behind_the_log_is_refused() -> None:
    life = then(make_life(), Step.ACCEPT)
    before = life.events[-1].at - INSTANT
    assert refused(life, Try(step=Step.RECEIVE), at=before) is Refusal.CLOCK_BEHIND
    assert attempt(life, Try(step=Step.RECEIVE), at=life.events[-1].at).stage is Stage.RECEIVED


def test_a_moment_without_a_zone_or_outside_utc_is_no_moment() -> None:
    for moment in (ISSUED.replace(tzinfo=None), datetime.fromisoformat("2026-11-21T09:00+08:00")):
        with pytest.raises(BadRecord, match="aware and in UTC"):
            attempt(make_life(), Try(step=Step.ACCEPT), at=moment)
