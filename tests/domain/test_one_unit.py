"""When another quote of the same unit stands in the way, by where it stands."""

from datetime import datetime, timedelta

import pytest

from tests.domain.lives import ISSUED, erased, life_in, then
from valuation.domain.moves import ACCEPTED, Stage, Step
from valuation.domain.one_unit import holds, in_the_way
from valuation.domain.refusals import Refusal

GONE = {Stage.DECLINED_RECYCLING, Stage.RECYCLED}


def why(stage: Stage, *, accepted: datetime, rival: bool = True) -> Refusal | None:
    return in_the_way(life=life_in(stage), rival=rival, accepted=accepted, day=datetime.date)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("days", [-400, 400])
def test_whatever_the_clocks_say_a_quote_keeps_its_unit_while_it_is_under_way_or_the_unit_is_gone(
    stage: Stage, days: int
) -> None:
    held = Refusal.UNIT_HELD if stage in ACCEPTED | {Stage.REVERSED} else None
    there = Refusal.NOT_RESOLD if stage is Stage.SETTLED else held
    expected = Refusal.UNIT_GONE if stage in GONE else there
    assert why(stage, accepted=ISSUED + timedelta(days=days)) is expected


def test_what_was_dismantled_never_comes_back() -> None:
    gone = then(erased(life_in(Stage.SETTLED)), Step.COMPLETE)
    found = in_the_way(
        life=gone, rival=True, accepted=ISSUED + timedelta(days=400), day=datetime.date
    )
    assert found is Refusal.UNIT_GONE


def test_a_quote_that_holds_its_unit_goes_on_beside_one_that_claims_it() -> None:
    assert why(Stage.RECEIVED, accepted=ISSUED, rival=False) is None
    accepted, countered = life_in(Stage.ACCEPTED), life_in(Stage.COUNTER_OFFERED)
    assert holds(accepted, found=False)
    assert not holds(countered, found=True), "an inspection looks at no other quote"
    assert holds(then(countered, Step.ACCEPT), found=True)
