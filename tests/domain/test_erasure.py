"""Which records of erasures count, when one may be made, and what waits for one."""

from datetime import timedelta
from typing import Any

import pytest

from tests.domain.erasures import DIGEST, make_erasure
from tests.domain.lives import CLERK, MINUTE, PHOTO, Try, life_in, make_try, refused, soon, then
from valuation.domain.disposition import Flag, Route
from valuation.domain.erasing import check_erasable, erase
from valuation.domain.erasure import (
    CONDITIONS,
    DESTROY,
    ERASE,
    SAID,
    TECHNIQUES,
    Fault,
    Method,
    Technique,
    Verification,
    can_be_erased,
    conditions_met,
    faults,
)
from valuation.domain.happened import ConditionMet, Erased, Happened, Kind, Settlement
from valuation.domain.life import Life
from valuation.domain.lifecycle import fold
from valuation.domain.moves import ERASABLE, Stage, Step
from valuation.domain.questions import BY_ID
from valuation.domain.records import BadRecord
from valuation.domain.refusals import IllegalStep, Refusal

RESALE = Try(step=Step.SETTLE, detail=Settlement(flag=Flag.RESALE))


def erased(life: Life, *conditions: str) -> Life:
    record = make_erasure(at=soon(life))
    detail = Erased(record=DIGEST, conditions=conditions)
    event = erase(life=life, record=record, detail=detail, actor=CLERK, now=soon(life))
    return fold(events=[event], life=life)


def test_a_purge_with_a_tool_that_a_second_person_verified_counts() -> None:
    assert faults(make_erasure(), erasable=True) == ()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"technique": Technique.FACTORY_RESET, "method": Method.CLEAR}, Fault.FACTORY_RESET_ALONE),
        ({"passed": False}, Fault.VERIFICATION_FAILED),
        ({"verified_by": "Clerk:Mei"}, Fault.ONE_PERSON),
        ({"verified_by": "manager:ＭＥＩ"}, Fault.ONE_PERSON),
        ({"tool": "Factory reset"}, Fault.FACTORY_RESET_ALONE),
        ({"tool": "设置：恢复出厂设置"}, Fault.FACTORY_RESET_ALONE),
        ({"tool": "HardReset Pro"}, Fault.FACTORY_RESET_ALONE),
    ],
)
def test_what_does_not_count_says_why_in_two_languages(
    changes: dict[str, Any], fault: Fault
) -> None:
    assert faults(make_erasure(**changes), erasable=True) == (fault,)
    assert all(SAID[fault])


def test_what_cannot_be_erased_must_be_destroyed() -> None:
    destroyed: dict[str, Any] = {
        "method": Method.DESTROY, "technique": Technique.SHRED, "tool": "Reset shredder",
    }  # fmt: skip
    assert faults(make_erasure(), erasable=False) == (Fault.NOT_DESTROYED,)
    assert faults(make_erasure(**destroyed), erasable=False) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tool": " "}, "tool: 1 to 500"),
        ({"tool_version": ""}, "tool_version: 1 to 500"),
        ({"place": "bench\n2"}, "place: 1 to 500"),
        ({"verified_by": ""}, "verified_by: 1 to 64"),
        ({"verified_by": "customer:alice"}, "verified_by: whoever erases or verifies is one of"),
        ({"verified_by": "Clock:clock"}, "clerk, manager, technician"),
        ({"erased_by": "merchant:shop-1"}, "erased_by: whoever"),
        ({"erased_by": "Mei Lin"}, "erased_by: a reference"),
        ({"note": "IMEI 490154203237518"}, "leave the IMEI out"),
        ({"method": Method.DESTROY}, "crypto_erase is purge, not destroy"),
        ({"verification": Verification.INSPECTION}, "full or by sampling"),
    ],
)
def test_what_no_record_can_say_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRecord, match=said):
        make_erasure(**changes)


@pytest.mark.parametrize(
    ("answers", "can"),
    [
        ({"powers_on": "yes", "erasure": "pending"}, True),
        ({"powers_on": "no", "erasure": "pending"}, False),
        ({"powers_on": "yes", "erasure": "impossible"}, False),
        ({"powers_on": "yes"}, True),
    ],
)
def test_what_is_dead_or_locked_up_is_beyond_erasure(answers: dict[str, str], can: bool) -> None:
    levels = {name: BY_ID[name].level(said) for name, said in answers.items()}
    assert can_be_erased(levels) is can


@pytest.mark.parametrize("late", ["started_at", "finished_at"])
def test_times_that_do_not_follow_each_other_are_refused(late: str) -> None:
    made = make_erasure()
    with pytest.raises(BadRecord, match="in this order"):
        make_erasure(**{late: made.verified_at + MINUTE})


def test_every_technique_is_of_some_method_and_every_method_has_one() -> None:
    assert set(TECHNIQUES) == set(Technique)
    assert set().union(*TECHNIQUES.values()) == set(Method)


@pytest.mark.parametrize(
    ("method", "route", "met"),
    [
        (Method.PURGE, Route.AS_IS, (ERASE,)),
        (Method.PURGE, Route.PARTS, (DESTROY, ERASE)),
        (Method.PURGE, Route.DISMANTLE, (ERASE,)),
        (Method.DESTROY, Route.DISMANTLE, (DESTROY, ERASE)),
    ],
)
def test_the_conditions_that_a_record_meets(
    method: Method, route: Route, met: tuple[str, ...]
) -> None:
    assert conditions_met(method=method, route=route, conditions=CONDITIONS) == met
    assert conditions_met(method=method, route=route, conditions=("battery_hazard",)) == ()


@pytest.mark.parametrize("stage", [Stage.INSPECTED, Stage.COUNTER_ACCEPTED])
def test_nothing_is_resold_before_its_erasure_is_recorded(stage: Stage) -> None:
    life = life_in(stage)
    assert refused(life, RESALE, at=soon(life)) is Refusal.NOT_ERASED
    assert then(erased(life), RESALE).stage is Stage.SETTLED
    assert then(life, Try(step=Step.SETTLE, detail=Settlement(flag=Flag.DISMANTLE))).amount


def test_a_photo_shows_no_erasure() -> None:
    life = life_in(Stage.INSPECTED, conditions=(ERASE,))
    photo = Try(step=Step.SHOW, detail=ConditionMet(condition=ERASE), evidence=(PHOTO,))
    assert refused(life, photo, at=soon(life)) is Refusal.SHOWN_BY_A_RECORD
    assert then(erased(life, ERASE), RESALE).stage is Stage.SETTLED


def test_a_photo_that_an_older_log_holds_still_reads() -> None:
    life = life_in(Stage.INSPECTED, conditions=(ERASE,))
    shown = Happened(
        kind=Kind.CONDITION_MET, actor=CLERK, at=soon(life), evidence=(PHOTO,),
        detail=ConditionMet(condition=ERASE),
    )  # fmt: skip
    settled = Happened(kind=Kind.SETTLED, actor=CLERK, at=soon(life))
    assert fold(events=[shown, settled], life=life).stage is Stage.SETTLED


def test_storage_that_must_be_destroyed_holds_the_settlement() -> None:
    life = life_in(Stage.INSPECTED, conditions=(DESTROY,))
    settle = make_try(Step.SETTLE, life)
    assert refused(life, settle, at=soon(life)) is Refusal.NOT_DESTROYED
    assert refused(erased(life), settle, at=soon(erased(life))) is Refusal.NOT_DESTROYED
    assert then(erased(life, DESTROY), settle).stage is Stage.SETTLED


def test_a_settlement_that_does_not_say_what_becomes_of_the_device_is_none() -> None:
    life = life_in(Stage.INSPECTED)
    with pytest.raises(BadRecord, match="what becomes of the device"):
        then(life, Try(step=Step.SETTLE))


@pytest.mark.parametrize("stage", list(Stage))
def test_a_device_is_erased_only_once_it_is_the_shops_to_erase(stage: Stage) -> None:
    life = life_in(stage)
    if stage in ERASABLE:
        assert erased(life).stage is stage
        return
    with pytest.raises(IllegalStep) as caught:
        erased(life)
    assert "{" not in str(caught.value)


def test_an_erasure_before_the_device_was_here_or_in_the_future_is_refused() -> None:
    life = life_in(Stage.INSPECTED)
    accepted, received = life.last(Kind.ACCEPTED), life.last(Kind.RECEIVED)
    assert accepted is not None
    assert received is not None
    check_erasable(life=life, record=make_erasure(at=received.at), now=soon(life))
    for at, code in (
        (accepted.at, Refusal.ERASED_TOO_EARLY),
        (received.at - MINUTE, Refusal.ERASED_TOO_EARLY),
        (soon(life) + timedelta(seconds=1), Refusal.ERASED_LATER),
    ):
        with pytest.raises(IllegalStep) as caught:
            check_erasable(life=life, record=make_erasure(at=at), now=soon(life))
        assert caught.value.code is code
