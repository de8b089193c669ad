"""The log of a life: folds from any prefix, and what no life can have written."""

from datetime import datetime, timedelta

import pytest

from tests.domain.lives import (
    AMOUNT,
    ANSWER,
    CLERK,
    HAZARD,
    INSTANT,
    ISSUED,
    RECEIVE,
    VALID,
    life_in,
    make_life,
    overridden,
    then,
)
from valuation.domain.happened import Consent, Detail, Happened, Kind, Opening
from valuation.domain.lifecycle import (
    ImpossibleHistory,
    apply,
    fold,
)
from valuation.domain.moves import Stage, Step
from valuation.domain.records import CLOCK, Actor

LONG_OPENING = Opening(
    amount=None,
    valid_until=ISSUED + timedelta(days=1000),
    receive_within=RECEIVE,
    answer_within=ANSWER,
)


@pytest.mark.parametrize("stage", list(Stage))
def test_a_fold_is_the_same_from_whichever_prefix_it_is_resumed(stage: Stage) -> None:
    life = life_in(stage, conditions=(HAZARD,))
    for cut in range(1, len(life.events) + 1):
        resumed = fold(events=life.events[:cut])
        assert fold(events=life.events[cut:], life=resumed) == life


def test_a_log_without_a_beginning_is_impossible() -> None:
    for events in ([], list(then(make_life(), Step.ACCEPT).events[1:])):
        with pytest.raises(ImpossibleHistory, match="begin"):
            fold(events=events)


@pytest.mark.parametrize("stage", list(Stage))
def test_a_life_is_opened_once(stage: Stage) -> None:
    life = life_in(stage)
    again = happened(Kind.REFERRED, life.events[-1].at, detail=LONG_OPENING)
    with pytest.raises(ImpossibleHistory, match=r"cannot follow|is after"):
        apply(life=life, event=again)


def happened(kind: Kind, at: datetime, *, actor: Actor = CLERK, detail: Detail = None) -> Happened:
    return Happened(kind=kind, actor=actor, at=at, detail=detail)


@pytest.mark.parametrize(
    "event",
    [
        happened(Kind.RECEIVED, ISSUED),
        happened(Kind.SETTLED, ISSUED),
        happened(Kind.ACCEPTED, ISSUED - INSTANT),
        happened(Kind.ACCEPTED, ISSUED + VALID + INSTANT),
        happened(Kind.ACCEPTED, ISSUED, actor=CLOCK),
        happened(Kind.ACCEPTED, ISSUED, detail=Consent(amount=AMOUNT - 1)),
        happened(Kind.EXPIRED, ISSUED + VALID - INSTANT, actor=CLOCK),
        happened(Kind.EXPIRED, ISSUED + VALID + INSTANT, actor=CLOCK),
        happened(Kind.EXPIRED, ISSUED + VALID, actor=CLERK),
        happened(Kind.LAPSED, ISSUED + VALID, actor=CLOCK),
        happened(Kind.OVERRIDDEN, ISSUED, detail=overridden(make_life(), -5)),
    ],
)
def test_a_log_that_no_life_can_have_written_is_noticed(event: Happened) -> None:
    with pytest.raises(ImpossibleHistory):
        apply(life=make_life(), event=event)


def test_the_clocks_own_event_is_the_one_that_time_made() -> None:
    event = happened(Kind.EXPIRED, ISSUED + VALID, actor=CLOCK)
    assert apply(life=make_life(), event=event).stage is Stage.EXPIRED
